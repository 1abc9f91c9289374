import { because, type RoleChange } from './change.ts';
import type { ClosedForGood } from './retirement.ts';
import { findPermanentClosing, isDeletionBegun, deletionSteps, isAbsenceConfirmed } from './retirement.ts';
import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import type { ObservedRole, RoleState } from '../iam/role.ts';
import { names, roleChange, type RoleFacts, type RolePlan } from './role-facts.ts';
import { roleFields } from '../iam/role-fields.ts';
import { formatInstant } from '../kernel/durations.ts';

/**
 * A closed role whose grant says to delete it. Everything has to be there: evidence that nobody asks for it (it is closed
 * for no other reason), the waiting time since then without any use, a snapshot, and a second person's yes.
 */
export function planDeletion(facts: RoleFacts, observed: ObservedRole): RolePlan {
  const closed = facts.closingRetire === 'delete' ? findPermanentClosing(facts.recorded) : undefined;
  if (!closed) return { findings: [] };
  const status = deletionStatus(facts, observed, closed);
  const findings = deletionFindings(facts, observed, status);
  const { state } = status;
  if (state === 'waiting' || state === 'unclear')
    return { findings, deletionDueAt: formatInstant(status.dueAt) };
  if (state !== 'due') return { findings };
  const begun = closed.begun && isRest(observed, closed.begun) ? closed.begun : undefined;
  const change = deletion(facts, observed, closed.grant, begun ?? makeSnapshot(observed));
  return { change: begun ? change : { ...change, hold: 'approval' }, findings };
}

/** What stands there is what an interrupted deletion has left: a role that somebody changed since is not what was approved. */
function isRest(observed: ObservedRole, snapshot: RoleState): boolean {
  const [left, whole] = [roleFields(observed), roleFields(snapshot)];
  return Object.keys({ ...whole, ...left }).every(
    (path) => left[path] === whole[path] || (path.startsWith('policies.') && left[path] === undefined),
  );
}

/**
 * Whether a closed role may be deleted. Times are epoch milliseconds.
 *
 *     use-unknown           IAM does not say when it was last used
 *     waiting               its waiting time is not over
 *     unclear               its waiting time is over, and somebody may still ask for it
 *     in-instance-profile   instance profiles hold it, or could not be read
 *     due                   nothing keeps it
 */
type DeletionStatus =
  | { readonly state: 'use-unknown' }
  | {
      readonly state: 'waiting' | 'unclear' | 'in-instance-profile' | 'due';
      readonly dueAt: number;
      /** It was used after it was closed. */
      readonly usedAt?: number;
    };

function deletionStatus(
  { now, deletionWaitMs, target }: RoleFacts,
  { lastUsedAt: used, instanceProfiles }: ObservedRole,
  { since }: ClosedForGood,
): DeletionStatus {
  if (used === undefined) return { state: 'use-unknown' };
  const times = {
    dueAt: Math.max(since, used) + deletionWaitMs,
    ...(used > since ? { usedAt: used } : {}),
  };
  if (now < times.dueAt) return { state: 'waiting', ...times };
  if (!target.bindings.every(({ isPlain }) => isPlain)) return { state: 'unclear', ...times };
  return { state: instanceProfiles?.length === 0 ? 'due' : 'in-instance-profile', ...times };
}

function deletionFindings(
  facts: RoleFacts,
  { arn, instanceProfiles }: ObservedRole,
  status: DeletionStatus,
): readonly Finding[] {
  if (status.state === 'use-unknown')
    return [say(facts, 'role.use-unknown', `IAM does not say when ${arn} was last used.`)];
  const { state, usedAt } = status;
  const dueAt = formatInstant(status.dueAt);
  const inUse =
    usedAt === undefined
      ? []
      : [say(facts, 'role.in-use', `${arn} was used at ${formatInstant(usedAt)}, after it was closed.`)];
  switch (state) {
    case 'due':
      return inUse;
    case 'waiting': {
      const message = `${arn} is closed and is to be deleted after ${dueAt} unless it is used.`;
      return [...inUse, say(facts, 'role.retired-waiting', message, { dueAt })];
    }
    case 'unclear': {
      const message = `${arn} could be deleted; it waits until it is plain that nobody asks for it.`;
      return [...inUse, say(facts, 'role.retired-waiting', message, { dueAt })];
    }
    case 'in-instance-profile': {
      const held = instanceProfiles?.join(', ') ?? 'some that could not be read';
      return [...inUse, say(facts, 'role.in-instance-profile', `Instance profiles hold ${arn}: ${held}.`)];
    }
  }
}

function deletion(facts: RoleFacts, observed: ObservedRole, grant: string, snapshot: RoleState): RoleChange {
  return roleChange(facts, {
    kind: 'delete',
    cause: 'change',
    grant,
    retire: 'delete',
    mode: facts.closingMode,
    severity: 'low',
    ...because(
      `Nobody has asked for or used the role of ${names(facts.target.bindings)} for long`,
      'it is deleted',
    ),
    differences: [{ path: 'role', actual: { arn: observed.arn, id: observed.id } }],
    desired: {},
    steps: deletionSteps(observed),
    snapshot,
  });
}

/** A run that ended early has deleted it, as far as two looks can tell. `undefined`: none was about to. */
export function syncDeletion({ target, recorded, now }: RoleFacts): RolePlan | undefined {
  const [first] = recorded;
  if (!first || !recorded.every(isDeletionBegun)) return undefined;
  if (!isAbsenceConfirmed(first, now))
    return first.absentSince === undefined ? { isAbsent: true, findings: [] } : { findings: [] };
  const { account, arn: roleArn } = target.role;
  return { recordSync: { target: 'deletion', account, roleArn, bindings: target.bindings }, findings: [] };
}

function makeSnapshot(role: ObservedRole) {
  const { trust, boundary, managedPolicies, inlinePolicies, maxSessionDuration, description, tags } = role;
  return { trust, boundary, managedPolicies, inlinePolicies, maxSessionDuration, description, tags };
}

function say(
  { target }: RoleFacts,
  code: FindingCode,
  message: string,
  evidence: Readonly<Record<string, unknown>> = {},
): Finding {
  const connectionId = target.bindings[0]?.connectionId;
  return finding(code, message, {
    roleArn: target.role.arn,
    ...(connectionId ? { connectionId } : {}),
    evidence,
  });
}
