import type { RoleChange } from './change.ts';
import { because } from './change.ts';
import type { ClosedForGood } from './retirement.ts';
import { closedFor, isDeletionBegun, deletionSteps, wasAbsentBefore } from './retirement.ts';
import type { Finding, FindingCode } from '../findings/finding.ts';
import { finding } from '../findings/finding.ts';
import type { ObservedRole, RoleState } from '../iam/role.ts';
import type { RoleFacts, RolePlan } from './role-facts.ts';
import { names, roleChange } from './role-facts.ts';
import { roleFields } from '../iam/role-fields.ts';

/**
 * A closed role whose grant says to delete it. Everything has to be there: evidence that nobody asks for it (it is closed
 * for no other reason), the waiting time since then without any use, a snapshot, and a second person's yes.
 */
export function planDeletion(facts: RoleFacts, observed: ObservedRole): RolePlan {
  const closed = facts.closingRetire === 'delete' ? closedFor(facts.recorded) : undefined;
  if (!closed) return { findings: [] };
  const findings = obstacles(facts, observed, closed);
  const isDue = findings.every(({ code }) => code === 'role.in-use');
  if (!isDue) return { findings };
  const begun = closed.begun && isRest(observed, closed.begun) ? closed.begun : undefined;
  const change = deletion(facts, observed, closed.grant, begun ?? snapshotOf(observed));
  return { change: begun ? change : { ...change, hold: 'approval' }, findings };
}

/** What stands there is what an interrupted deletion has left: a role that somebody changed since is not what was approved. */
function isRest(observed: ObservedRole, snapshot: RoleState): boolean {
  const [left, whole] = [roleFields(observed), roleFields(snapshot)];
  return Object.keys({ ...whole, ...left }).every(
    (path) => left[path] === whole[path] || (path.startsWith('policies.') && left[path] === undefined),
  );
}

/** Why it is not deleted yet; and that it was used, which may be long ago by now. */
function obstacles(facts: RoleFacts, observed: ObservedRole, closed: ClosedForGood): readonly Finding[] {
  const { now, deletionWaitMs, target } = facts;
  const used = observed.lastUsedAt;
  if (used === undefined)
    return [say(facts, 'role.use-unknown', `IAM does not say when ${observed.arn} was last used.`)];
  const dueAt = Math.max(closed.since, used) + deletionWaitMs;
  const inUse =
    used > closed.since
      ? [say(facts, 'role.in-use', `${observed.arn} was used at ${iso(used)}, after it was closed.`)]
      : [];
  if (now < dueAt) {
    const message = `${observed.arn} is closed and is to be deleted after ${iso(dueAt)} unless it is used.`;
    return [...inUse, say(facts, 'role.retired-waiting', message, { dueAt: iso(dueAt) })];
  }
  if (!target.bindings.every(({ isPlain }) => isPlain)) {
    const message = `${observed.arn} could be deleted; it waits until it is plain that nobody asks for it.`;
    return [...inUse, say(facts, 'role.retired-waiting', message, { dueAt: iso(dueAt) })];
  }
  if (observed.instanceProfiles?.length === 0) return inUse;
  const held = observed.instanceProfiles?.join(', ') ?? 'some that could not be read';
  const message = `Instance profiles hold ${observed.arn}: ${held}.`;
  return [...inUse, say(facts, 'role.in-instance-profile', message)];
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
  if (!wasAbsentBefore(first, now))
    return first.absentSince === undefined ? { isAbsent: true, findings: [] } : { findings: [] };
  const { account, arn: roleArn } = target.role;
  return { recordSync: { target: 'deletion', account, roleArn, bindings: target.bindings }, findings: [] };
}

function snapshotOf({
  trust,
  boundary,
  managedPolicies,
  inlinePolicies,
  maxSessionDuration,
  description,
  tags,
}: ObservedRole) {
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

const iso = (time: number) => new Date(time).toISOString();
