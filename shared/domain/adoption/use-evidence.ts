import type { ProviderArn } from '../kernel/ids.ts';
import type { Reading } from '../kernel/result.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import { findAdmission, allowingPart } from '../policy/live-trust.ts';
import type { Json, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import { conditionEntries } from '../policy/statement-condition.ts';
import { parseProviderIssuer } from '../policy/trust-document.ts';
import type { RoleUser, RoleUses, UserSummary } from '../verify/role-uses.ts';
import { summarizeUsers } from '../verify/role-uses.ts';

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

/** The trust as it is, and as the adoption would leave it. */
export interface TrustChange {
  readonly live: PolicyDocument;
  readonly next: PolicyDocument;
}

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
  if (Date.parse(uses.value.since) > reading.since)
    return {
      state: 'unknown',
      reason: 'cut-short',
      message: `CloudTrail was read back to ${uses.value.since} alone: the role is assumed too often.`,
    };
  return explainLastUse(users, uses.value, reading) ?? { state: 'unused' };
}

/** IAM tells when a session of the role was last used. Somebody must have assumed the role shortly before that. */
function explainLastUse(
  users: readonly UserSummary[],
  { regions }: RoleUses,
  { lastUsedAt = 0, since, sessionMs }: UseReading,
): UseEvidence | undefined {
  const isExplained = users.some(({ lastAt }) => Date.parse(lastAt) + sessionMs >= lastUsedAt);
  if (isExplained || lastUsedAt < since + sessionMs) return undefined;
  const message = `IAM says that the role was used at ${new Date(lastUsedAt).toISOString()}; CloudTrail in ${regions.join(', ')} does not show who assumed it before.`;
  return { state: 'unknown', reason: 'unexplained', message };
}

/** Whether one who assumed the role can no longer do so under the new trust. In doubt they cannot. */
export function isRevoked(user: RoleUser, { live, next }: TrustChange): boolean {
  if (user.kind === 'token') return !isAdmitted(user, next);
  return listRemoved(live, next).some((statement) => mayAdmit(statement, user));
}

/** By the audience of the token; where the record does not tell it, by one of those that the trust asks for. */
function isAdmitted(
  { provider, subject, audience }: Extract<RoleUser, { kind: 'token' }>,
  next: PolicyDocument,
): boolean {
  const issuer = parseProviderIssuer(provider);
  if (issuer === undefined) return false;
  const key = `${issuer}:aud`.toLowerCase();
  const asked = toList<Statement>(next.Statement)
    .flatMap(conditionEntries)
    .flatMap((entry) => (entry.key === key ? (entry.values ?? []) : []));
  const allowing = allowingPart(next);
  return (audience === '' ? asked : [audience]).some(
    (each) =>
      findAdmission(allowing, { providerArn: provider as ProviderArn, issuer, audience: each }, subject) !==
      undefined,
  );
}

/** Statements that allow and that the new trust does not have to the letter. */
export function listRemoved(live: PolicyDocument, next: PolicyDocument): readonly Statement[] {
  const kept = toList<Statement>(next.Statement);
  return toList<Statement>(live.Statement).filter(
    (statement) =>
      statement.Effect !== 'Deny' &&
      !kept.some((other) => samePolicy({ Statement: other }, { Statement: statement })),
  );
}

/** Whether the principals of a statement may hold the user. A principal that is no plain text may be anybody. */
function mayAdmit({ Principal: principal, NotPrincipal: others }: Statement, user: RoleUser): boolean {
  if (others !== undefined || !isObject(principal)) return true;
  return Object.entries(principal).some(([kind, members]) =>
    toList<Json>(members).some((member) => typeof member !== 'string' || isMember(kind, member, user)),
  );
}

/** By the kind of principal that a member of each user is. */
function isMember(kind: string, member: string, user: RoleUser): boolean {
  switch (user.kind) {
    case 'principal':
      return kind === 'AWS' && holdsPrincipal(member, user);
    case 'account':
      return kind === 'AWS' && (member === '*' || member.includes(user.account));
    case 'service':
      return kind === 'Service';
    case 'saml':
      return kind === 'Federated';
    case 'token':
    case 'other':
      return true;
  }
}

function holdsPrincipal(member: string, { arn, account }: Extract<RoleUser, { kind: 'principal' }>): boolean {
  return member === '*' || isSame(member, arn) || isAccount(member, account);
}

/** A trust may name the role of a session, or one session of it: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
function isSame(member: string, arn: string): boolean {
  const [, account, session] = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(member) ?? [];
  return (
    member === arn ||
    (session !== undefined && arn.includes(`::${account ?? ''}:`) && arn.endsWith(`/${session}`))
  );
}

const isAccount = (member: string, account: string) =>
  member === account || (member.endsWith(':root') && member.split(':')[4] === account);
