import type { Binding } from '../desired/bindings.ts';
import { isDrift, type RoleChange, type RoleSync } from '../plan/change.ts';
import type { AllowedChange } from '../guard/guard.ts';
import { updateRepairs, withRepair } from '../plan/repair-loop.ts';
import { notifyRepairLoop } from './repair-loop-recording.ts';
import { underNames } from '../records/discovered-names.ts';
import { ConfigError, type ExplainedFailure } from '../kernel/errors.ts';
import {
  failingData,
  findFailingChange,
  isFailingReminderDue,
  recordFailing,
  recordFailingReminded,
  removeFailingChange,
} from '../plan/failing-changes.ts';
import { pickKnown } from '../kernel/group-by.ts';
import type { AccountId, RoleArn, RoleId } from '../kernel/ids.ts';
import { listRecordedRoles, recordedRole, withRole } from '../records/connection-record.ts';
import { appendEvent, newConnection } from '../records/outbox.ts';
import type { RecordedConnection, RecordedRole } from '../records/connection-record.ts';
import { selectRetirement } from '../plan/retirement.ts';
import { selectIntendedFields } from './retirement-recording.ts';
import { revocationField, revokes } from '../plan/revocation.ts';
import { ABSENT, trustDigest } from '../iam/role-fields.ts';
import type { Step } from '../iam/iam-operation.ts';
import { connectionData, buildChangeData, classifyOperation } from './event-payload.ts';
import { roleOperations, type RoleOperation } from '../records/operation.ts';
import { addNotice, hasNotice, keepConnectionNotices, type Notice } from '../records/notified.ts';
import { recordDriftNotified, removeRoleDrift } from './drift-reminders.ts';
import type { FieldDigests } from '../iam/role.ts';
import type { Instant } from '../kernel/durations.ts';

/** The connection's record, or a new one, with the names under which it was just seen. `home`: of a new one. */
export function getConnectionItem(
  known: RecordedConnection | undefined,
  { organization, connectionId, references, isOtherType }: Binding,
  home?: AccountId,
): RecordedConnection {
  const fresh = { organizationId: organization.id, connectionId, references, ...(home ? { home } : {}) };
  const item = known ?? newConnection(fresh);
  return isOtherType && !item.isOtherType ? { ...item, isOtherType } : item;
}

/**
 * Characters of the roles in one record. An item of the table has 400 kB: what is beyond this is kept for the narrowing of the roles
 * that the record has, however many ARNs somebody types into the connection.
 */
const MOST_OF_ROLES = 150_000;

function startRole(item: RecordedConnection, where: RoleArn, now: Instant) {
  const roles = listRecordedRoles(item);
  if (JSON.stringify(roles).length > MOST_OF_ROLES)
    throw new ConfigError({
      where,
      what: `The connection has ${roles.length} roles, and its record has no room for another one.`,
      fix: 'Stop managing those that it needs no more: azfed release <connection> --role <arn>',
    });
  return { subjects: [], formerSubjects: [], written: {}, writtenAt: now, before: {} };
}

/**
 * Before the first effect: that the change is meant, and, when somebody changed IAM, that this was seen. Throws ConfigError for a
 * role that the record has no room for.
 */
export function recordIntent(
  item: RecordedConnection,
  change: RoleChange,
  binding: Binding,
  now: number,
): RecordedConnection {
  const before = recordedRole(item, change.roleArn);
  const role: RecordedRole = {
    ...(before ?? startRole(item, change.roleArn, now)),
    arn: change.roleArn,
    account: change.account,
    grant: change.grant,
    retire: change.retire,
    intent: {
      changeId: change.id,
      at: findCreationStart(before) ?? now,
      operation: decideOperation(change, binding, before),
      ...(revokes(change.narrowing) ? { revokes: true } : {}),
    },
    ...selectIntendedFields(change, now),
  };
  const notice: Notice = { of: 'drift', changeId: change.id };
  const isNotified = !isDrift(change) || hasNotice(item, notice);
  // The same change is tried again: it was meant and told before.
  if (isNotified && before?.intent?.changeId === change.id) return item;
  const intended = underNames(withRole(item, role), binding.references);
  if (isNotified) return intended;
  return appendEvent(
    recordDriftNotified(addNotice(intended, notice), change, now),
    'connection.drift-detected.v1',
    buildChangeData(change, binding, 'repairing'),
    now,
  );
}

/** A creation that was never recorded goes on: the role may be as old as its first attempt. */
function findCreationStart(before: RecordedRole | undefined): Instant | undefined {
  return before?.id === undefined ? before?.intent?.at : undefined;
}

function decideOperation(
  change: RoleChange,
  binding: Binding,
  before: RecordedRole | undefined,
): RoleOperation {
  // Only the revocation of sessions is left of a change: it finishes the operation of that change.
  const isLeftover = change.differences.length === 0 && revokes(change.narrowing);
  if (isLeftover && before?.intent) return before.intent.operation;
  // A person has asked for the adoption: it stays one, whatever finishes it.
  if (!binding.closed && before?.intent?.operation === 'adopt') return 'adopt';
  return classifyOperation(change, binding, before?.closed !== undefined);
}

/** Fields as they now are for sure: what the read-backs of the steps that were carried out have shown. */
export function achievedFields(steps: readonly Step[]): FieldDigests {
  return Object.assign(
    {},
    ...steps.flatMap((step) => (step.action === 'readBack' ? [step.expected] : [])),
  ) as FieldDigests;
}

/** After the last effect was read back: the state, and the one event that tells of it. */
export function recordApplied(
  item: RecordedConnection,
  change: RoleChange,
  binding: Binding,
  applied: Pick<AllowedChange, 'steps' | 'isWideningHeld' | 'blockedBy'> & { readonly roleId: RoleId },
  now: number,
): RecordedConnection {
  const before = recordedRole(item, change.roleArn);
  const revoked = revokes(applied.steps) ? revocationField(before?.sessionsRevokedBefore) : {};
  const achieved = { ...achievedFields(applied.steps), ...revoked };
  const wanted = { ...change.desired, ...revoked };
  const role: RecordedRole = {
    ...roleBase(change, applied.roleId),
    ...(applied.isWideningHeld ? narrowedBinding(before, binding) : selectBoundFields(binding)),
    ...updateRepairs(before, change, applied.blockedBy, now),
    ...pickKnown(before, 'sessionsRevokedBefore'),
    ...(applied.isWideningHeld || binding.closed ? selectRetirement(before) : {}),
    written: applied.isWideningHeld ? narrowedFields(before, change, wanted, achieved) : wanted,
    // Where only the narrowing was done, the conditions that azfed wrote before may still stand there.
    ...pickKnown(applied.isWideningHeld ? before : change, 'conditions'),
    writtenAt: now,
    before: selectPreviousFields(change, Object.keys(achieved), applied.steps),
  };
  const data = buildChangeData(change, binding, applied.isWideningHeld ? 'narrowed' : 'done');
  const notified = keepConnectionNotices(item.notified);
  // What was only narrowed is still drift, though another change of it: since when is not forgotten.
  const tried = removeFailingChange(item, role.arn);
  const left = applied.isWideningHeld ? tried : removeRoleDrift(tried, role.arn);
  const done = appendEvent(
    { ...underNames(withRole(left, role)), notified },
    roleOperations[decideOperation(change, binding, before)],
    data,
    now,
  );
  return notifyRepairLoop(done, before, role, binding, { now, isDrift: isDrift(change) });
}

/**
 * What a late read may still show of the fields that were written. CreateRole is atomic: boundary, description, session
 * duration and tags of a new role are there with it, and only what was written after it can be late.
 */
function selectPreviousFields(
  change: RoleChange,
  paths: readonly string[],
  steps: readonly Step[],
): FieldDigests {
  const { seen } = change;
  if (seen) return Object.fromEntries(paths.map((path) => [path, seen.fields[path] ?? ABSENT]));
  const created = steps.find(({ action }) => action === 'createRole');
  const late = paths.filter((path) => path.startsWith('policies.')).map((path) => [path, ABSENT] as const);
  const closed = created?.action === 'createRole' ? { trust: trustDigest(created.trust) } : {};
  return { ...Object.fromEntries(late), ...closed };
}

/** Before the policy is written that revokes them: what a crash leaves is then known as ours, and is finished. */
export function recordRevocation(
  item: RecordedConnection,
  arn: RoleArn,
  sessionsRevokedBefore: Instant,
): RecordedConnection {
  const role = recordedRole(item, arn);
  return role ? withRole(item, { ...role, sessionsRevokedBefore }) : item;
}

function roleBase(
  { roleArn, account, grant, retire }: Pick<RoleChange, 'roleArn' | 'account' | 'grant' | 'retire'>,
  id: RoleId,
) {
  return { arn: roleArn, account, grant, retire, id };
}

type BoundFields = Pick<RecordedRole, 'subjects' | 'formerSubjects' | 'pairedAs' | 'closed'>;

const selectBoundFields = (binding: Binding): BoundFields => ({
  subjects: binding.subjects,
  formerSubjects: binding.formerSubjects,
  ...pickKnown(binding, 'pairedAs', 'closed'),
});

/** Only the narrowing was done: nobody new is in the trust yet, and who is in it under an old name stays so. */
function narrowedBinding(before: RecordedRole | undefined, binding: Binding): BoundFields {
  const { subjects, formerSubjects } = binding;
  const left = new Set([...subjects, ...formerSubjects].map(({ subject }) => subject));
  const isLeft = ({ subject }: { readonly subject: string }) => left.has(subject);
  return {
    subjects: before?.subjects.filter(isLeft) ?? [],
    formerSubjects: before?.formerSubjects.filter(isLeft) ?? [],
    ...pickKnown(binding, 'pairedAs', 'closed'),
  };
}

/**
 * A field that is as it should be is written by us; one that is only narrowed is still drift or a conflict, as it was. Where
 * nobody changed IAM, also a field that is only narrowed is as we have written it.
 */
function narrowedFields(
  before: RecordedRole | undefined,
  { cause }: RoleChange,
  desired: FieldDigests,
  achieved: FieldDigests,
): FieldDigests {
  if (cause === 'new') return before?.written ?? {};
  const reached = Object.entries(achieved).filter(
    ([path, value]) => cause === 'change' || (desired[path] ?? ABSENT) === value,
  );
  const fields = { ...before?.written, ...Object.fromEntries(reached) };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ABSENT));
}

/** The record catches up with what is true in IAM. What an interrupted run meant to tell is told now. */
export function recordSynced(
  item: RecordedConnection,
  recordSync: RoleSync,
  binding: Binding,
  now: number,
): RecordedConnection {
  const before = recordedRole(item, recordSync.roleArn);
  const role: RecordedRole = {
    ...roleBase(recordSync, recordSync.roleId),
    ...selectBoundFields(binding),
    written: recordSync.fields,
    ...pickKnown(recordSync, 'conditions'),
    writtenAt: before?.writtenAt ?? now,
    before: before?.before ?? {},
    ...pickKnown(before, 'sessionsRevokedBefore'),
    ...(binding.closed ? selectRetirement(before) : {}),
    ...repairsAfterSync(before, now),
  };
  const synced = {
    ...underNames(
      removeFailingChange(removeRoleDrift(withRole(item, role), role.arn), role.arn),
      binding.references,
    ),
    notified: keepConnectionNotices(item.notified),
  };
  if (!before?.intent) return synced;
  const action = { decision: 'done', changeId: before.intent.changeId } as const;
  const aws = { account: role.account, roleArn: role.arn, roleId: recordSync.roleId };
  const data = { ...connectionData(binding), aws, action };
  return notifyRepairLoop(
    appendEvent(synced, roleOperations[before.intent.operation], data, now),
    before,
    role,
    binding,
    {
      now,
      isDrift: false,
    },
  );
}

function repairsAfterSync(before: RecordedRole | undefined, now: number): Pick<RecordedRole, 'repairs'> {
  return before?.intent?.operation === 'repair' ? withRepair(before, now) : pickKnown(before, 'repairs');
}

/** The role was not there at the first look. */
export function recordAbsence(item: RecordedConnection, roleArn: RoleArn, now: number): RecordedConnection {
  const role = recordedRole(item, roleArn);
  return role ? withRole(item, { ...role, absentSince: now }) : item;
}

/**
 * The change could not be carried out; told once for each reason, and again after `reminderDays` (0: never) while it
 * keeps failing. Drift has reminders of its own, which say the same. The intent stays: its outcome may be unknown.
 */
export function recordFailed(
  item: RecordedConnection,
  change: RoleChange,
  binding: Binding,
  failure: ExplainedFailure,
  { now, reminderDays }: { readonly now: number; readonly reminderDays: number },
): RecordedConnection {
  const { code, message } = failure;
  const { roleArn } = change;
  const notice: Notice = { of: 'failed', changeId: change.id, reason: code };
  const isKnown = hasNotice(item, notice);
  const isDue = !isDrift(change) && isFailingReminderDue(findFailingChange(item, roleArn), reminderDays, now);
  const failed = recordFailing(item, change, failure, !isKnown, now);
  if (isKnown && !isDue) return failed;
  const notified = isKnown ? recordFailingReminded(failed, roleArn, now) : addNotice(failed, notice);
  const data = {
    ...buildChangeData(change, binding, 'failed'),
    error: { code, message },
    ...failingData(notified, roleArn),
    ...(isKnown ? { reminder: findFailingChange(notified, roleArn)?.reminders } : {}),
  };
  return appendEvent(notified, 'connection.failed.v1', data, now);
}
