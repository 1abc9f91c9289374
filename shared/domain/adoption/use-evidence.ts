import { namesAccount, namesSession } from '../kernel/arn.ts';
import type { Reading } from '../kernel/result.ts';
import { summarizeUsers, type RoleUser, type RoleUses, type UserSummary } from '../verify/role-uses.ts';
import type { NamedPrincipal, TrustChange } from './lost-access.ts';
import {
  isSamePrincipal,
  isTokenLost,
  listAdmittedPrincipals,
  listLostAccess,
  listLostPrincipals,
  makeRequests,
  excludesSomebody,
} from './lost-access.ts';
import { formatInstant } from '../kernel/durations.ts';

/**
 * Why it is not known who assumed a role. unread: CloudTrail did not answer. cut-short: the role was assumed more often
 * than was read. unexplained: IAM says that the role was used, and no Region that was searched shows by whom.
 */
export type UnknownUse = 'unread' | 'cut-short' | 'unexplained';

/** Whether the role was assumed by somebody whom the new trust no longer lets in. */
export type UseEvidence =
  | { readonly state: 'unused' }
  | { readonly state: 'used'; readonly by: readonly UserSummary[] }
  | { readonly state: 'unknown'; readonly reason: UnknownUse; readonly message: string };

/** What is known of the uses of one role. */
export interface UseReading {
  readonly uses: Reading<RoleUses>;
  /** Epoch milliseconds, as IAM tells it; 0: never within 400 days; left out: not told. */
  readonly lastUsedAt?: number | undefined;
  /** Epoch milliseconds: uses before it do not count. */
  readonly since: number;
  /** The longest that a session of the role may last. */
  readonly sessionMs: number;
}

/** Judges what was read. What could not be read whole proves nothing: only a use that was found is certain. */
export function judgeEvidence(change: TrustChange, reading: UseReading): UseEvidence {
  const { uses } = reading;
  if (uses.state === 'unknown') return { state: 'unknown', reason: 'unread', message: uses.message };
  const users = summarizeUsers(uses.value.uses);
  const lost = users.filter(({ by }) => isRevoked(by, change));
  if (lost.length > 0) return { state: 'used', by: lost };
  if (uses.value.since > reading.since)
    return {
      state: 'unknown',
      reason: 'cut-short',
      message: `CloudTrail was read back to ${formatInstant(uses.value.since)} alone: the role is assumed too often.`,
    };
  return explainLastUse(uses.value, reading) ?? { state: 'unused' };
}

/** IAM tells when a session of the role was last used. Somebody must have assumed the role shortly before that. */
function explainLastUse(
  { uses, regions }: RoleUses,
  { lastUsedAt = 0, since, sessionMs }: UseReading,
): UseEvidence | undefined {
  const isExplained = uses.some(({ at }) => at + sessionMs >= lastUsedAt);
  if (isExplained || lastUsedAt < since + sessionMs) return undefined;
  const message = `IAM says that the role was used at ${formatInstant(lastUsedAt)}; CloudTrail in ${regions.join(', ')} does not show who assumed it before.`;
  return { state: 'unknown', reason: 'unexplained', message };
}

/** Whether one who assumed the role could do so again, and can no longer under the new trust. In doubt they cannot. */
export function isRevoked(user: RoleUser, change: TrustChange): boolean {
  if (user.kind === 'token') {
    const { provider, subject, audience } = user;
    const requests = makeRequests(change, provider)(subject, audience);
    return requests.some((request) => isTokenLost(change, request));
  }
  if (user.kind === 'other') return listLostAccess(change).some(excludesSomebody);
  const lost = listLostPrincipals(change);
  const isLost = (one: NamedPrincipal) => lost.some((other) => isSamePrincipal(one, other));
  const kept = listAdmittedPrincipals(change.next).filter((one) => !isLost(one));
  return lost.some((one) => mayBe(one, user)) && !kept.some((one) => isSurely(one, user));
}

type PrincipalUser = Exclude<RoleUser, { kind: 'token' | 'other' }>;

/** Whether a member of a trust may stand for the user. What is no plain text, and everybody but some, may be anybody. */
function mayBe({ kind, member }: NamedPrincipal, user: PrincipalUser): boolean {
  if (member === 'NotPrincipal' || member.startsWith('{')) return true;
  switch (user.kind) {
    case 'principal':
      return kind === 'AWS' && holdsPrincipal(member, user);
    case 'account':
      return kind === 'AWS' && (member === '*' || member.includes(user.account));
    case 'service':
      return kind === 'Service';
    case 'saml':
      return kind === 'Federated';
  }
}

/** Whether it surely does: of a principal of another account, CloudTrail names the account alone. */
function isSurely({ kind, member }: NamedPrincipal, user: PrincipalUser): boolean {
  switch (user.kind) {
    case 'principal':
      return kind === 'AWS' && holdsPrincipal(member, user);
    case 'account':
      return kind === 'AWS' && (member === '*' || namesAccount(member, user.account));
    case 'service':
      return kind === 'Service' && member === user.service;
    case 'saml':
      return kind === 'Federated' && member === user.provider;
  }
}

function holdsPrincipal(member: string, { arn, account }: Extract<RoleUser, { kind: 'principal' }>): boolean {
  return ['*', arn].includes(member) || namesSession(member, arn) || namesAccount(member, account);
}
