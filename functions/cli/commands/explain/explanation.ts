import { listSeenRoles, type ObservedRole } from '../../../../shared/domain/iam/role.ts';
import type { Snapshot } from '../../../../shared/application/observe/observe.ts';
import { listBindingIssuers } from '../../../../shared/domain/desired/bindings.ts';
import { indexHolders } from '../../../../shared/domain/entries/holders.ts';
import type { ReachedRoles } from '../../../../shared/domain/entries/reached-roles.ts';
import type { TrustEntry } from '../../../../shared/domain/entries/trust-entries.ts';
import { describeProviders, listEntries } from '../../../../shared/domain/entries/trust-entries.ts';
import type { IssuerProfile } from '../../../../shared/domain/issuers/issuer.ts';
import { showPermissions, type ShownPermissions } from '../../../../shared/domain/plan/kept-part.ts';
import type { RoleChange, PlannedRole } from '../../../../shared/domain/plan/change.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { isAwaited, type Finding } from '../../../../shared/domain/findings/finding.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { renderTrust } from '../../../../shared/domain/policy/trust-narrowing.ts';
import { reasonWhenBlocked } from '../../../../shared/domain/plan/change.ts';
import { designWholeTrust } from '../../../../shared/domain/desired/role-design.ts';
import { listImpostors, tryTrust, type Trial } from '../../../../shared/domain/verify/trials.ts';
import type { Choice } from '../../arguments/connection-choice.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

/** What the live trust says to one token, and what it should say. */
type Attempt = Pick<Trial, 'who' | 'subject' | 'decision' | 'expected' | 'isAsExpected' | 'why'>;

/**
 * How the role is, compared with what it is to be:
 *
 *     unread      the account could not be read: nothing is known
 *     change      something is to be done about it
 *     unmanaged   it exists and is not azfed's: nothing is done, whatever its trust says
 *     absent      there is no such role, and none is to be made now
 *     off         nothing is to be done, and yet somebody gets in who should not, or the connection does not for certain; or the
 *                 connection is missing, so that another one of its name could get in; or IAM does not show yet what was written
 *     as-desired  everything is as it should be
 */
export type RoleStatus = 'unread' | 'change' | 'unmanaged' | 'absent' | 'off' | 'as-desired';

export interface Explanation extends ShownPermissions {
  readonly connection: string;
  readonly connectionId: string;
  readonly roleArn: string;
  readonly expectedTrust: PolicyDocument;
  readonly roleState: 'present' | 'absent' | 'unread';
  readonly status: RoleStatus;
  /** Why the status is what it is, in a sentence. */
  readonly statusReason: string;
  /** `null` unless the role is present. */
  readonly liveTrust: PolicyDocument | null;
  /** What the live trust says to tokens of this connection and of others. */
  readonly attempts: readonly Attempt[];
  readonly change: Pick<RoleChange, 'kind' | 'cause' | 'reason'> | null;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  /** Every subject that the live trust accepts from Azure DevOps or Entra, with the connection behind it. */
  readonly doors: readonly Pick<TrustEntry, 'statement' | 'providerArn' | 'match' | 'subject' | 'holder'>[];
  /** Roles of the configured accounts that trust this role; `unread`: accounts in which there may be more. */
  readonly reachedThrough: ReachedRoles;
}

export function explainConnection(
  { connectionId, references }: Choice,
  snapshot: Snapshot,
  reachedThrough: ReachedRoles,
): Explanation {
  const { desiredRoles, observations, plan } = snapshot;
  const [target] = desiredRoles.targets;
  if (!target)
    throw new ConfigError({
      where: displayName(references),
      what: 'It has no role.',
      fix: 'See azfed plan.',
    });
  const unread = observations.flatMap(({ roles: reading }) =>
    reading.state === 'unknown' ? [reading.message] : [],
  );
  const live = findLiveRole(snapshot);
  const design = designWholeTrust(target.role, target.bindings, target.grant);
  const profiles = target.bindings.flatMap(listBindingIssuers);
  const planned = plan.changes.find((one): one is RoleChange => one.target === 'role');
  const change = planned && { ...planned, reason: shownReason(planned) };
  const roleState = live ? 'present' : unread.length === 0 && observations.length > 0 ? 'absent' : 'unread';
  const attempts = live
    ? design.bindings.flatMap((binding) =>
        tryTrust(live.trust, binding, [
          ...binding.subjects.map((subject) => ({
            who: 'this connection',
            subject,
            expected: 'allowed' as const,
          })),
          ...listImpostors(binding, profiles),
        ]),
      )
    : [];
  const findings = plan.findings.filter((finding) => finding.connectionId === connectionId);
  const facts = deriveStatus({
    ...{ roleState, change, attempts, findings, unread },
    role: plan.roles.get(target.role.arn),
    account: target.role.account,
  });
  return {
    connection: displayName(references),
    connectionId,
    roleArn: target.role.arn,
    expectedTrust: renderTrust(design),
    roleState,
    ...facts,
    liveTrust: live?.trust ?? null,
    attempts: attempts.map(({ who, subject, decision, expected, isAsExpected, why }) => ({
      ...{ who, subject, decision, expected, isAsExpected, why },
    })),
    ...showPermissions(target.grant, live),
    change: change ? { kind: change.kind, cause: change.cause, reason: change.reason } : null,
    findings: findings.map(({ code, message }) => ({ code, message })),
    doors: listDoors(live, profiles, snapshot),
    reachedThrough,
  };
}

function listDoors(
  live: ObservedRole | undefined,
  profiles: readonly IssuerProfile[],
  { observations, inventories }: Pick<Snapshot, 'observations' | 'inventories'>,
): Explanation['doors'] {
  const [observation] = observations;
  if (!observation || !live) return [];
  const entries = listEntries(live, describeProviders(observation, profiles), indexHolders(inventories));
  return entries.map(({ statement, providerArn, match, subject, holder }) => ({
    ...{ statement, providerArn, match, subject, holder },
  }));
}

/** The role of the connection as it is; `undefined`: it is not there, or was not read. */
export function findLiveRole({ desiredRoles, observations }: Snapshot): ObservedRole | undefined {
  const [target] = desiredRoles.targets;
  return observations.flatMap(listSeenRoles).find(({ arn }) => arn === target?.role.arn);
}

/** What a grant that only observes, or the planner itself, holds is not told as done. */
function shownReason(change: RoleChange): string {
  return change.mode === 'observe' || change.hold ? reasonWhenBlocked(change) : change.reason;
}

interface StatusFacts {
  readonly roleState: Explanation['roleState'];
  readonly change: RoleChange | undefined;
  readonly role: PlannedRole | undefined;
  readonly attempts: readonly Trial[];
  /** About the connection. */
  readonly findings: readonly Finding[];
  readonly unread: readonly string[];
  readonly account: string;
}

function deriveStatus(facts: StatusFacts): Pick<Explanation, 'status' | 'statusReason'> {
  const { roleState, change, role, attempts, findings, unread, account } = facts;
  if (roleState === 'unread')
    return {
      status: 'unread',
      statusReason: `Account ${account} could not be read: ${unread.join(' ') || 'it was not asked.'}`,
    };
  if (change) return { status: 'change', statusReason: change.reason };
  if (role?.refusal)
    return {
      status: 'unmanaged',
      statusReason: `azfed does nothing about this role: ${role.refusal.finding.message}`,
    };
  if (roleState === 'absent')
    return { status: 'absent', statusReason: 'There is no such role, and none is to be made now.' };
  const waiting = findings.find(isAwaited);
  if (waiting) return { status: 'off', statusReason: waiting.message };
  const odd = attempts.find(({ isAsExpected }) => !isAsExpected);
  return odd
    ? {
        status: 'off',
        statusReason: `Nothing is to be done, and yet ${odd.who} is ${odd.decision}: ${odd.why}.`,
      }
    : { status: 'as-desired', statusReason: 'Everything is as it should be.' };
}
