import { splitRoleArn } from '../kernel/arn.ts';
import type { Binding } from '../desired/bindings.ts';
import { isDrift, type Absence, type RoleChange } from '../plan/change.ts';
import type { EventData } from '../records/event-catalogue.ts';
import { leavesUnknown, type Finding } from '../findings/finding.ts';
import { isNotifiedTogether } from './onboarding-summary.ts';
import { isAllowed, type GuardedChange } from '../guard/guard.ts';
import { failingData, findFailingChange, withoutFailing } from '../plan/failing-changes.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { appendEvent, makeConnectionKey } from '../records/outbox.ts';
import { isInScope, type RunScope } from '../desired/scope.ts';
import { notifyUnaccounted, recordPresence, type PresenceFacts } from '../desired/missing-connections.ts';
import { listClaims, type RecordedConnection } from '../records/connection-record.ts';
import { getConnectionItem, recordAbsence } from './recording.ts';
import { buildChangeData, recordedData, type ChangeData } from './event-payload.ts';
import type { Notice } from '../records/notified.ts';
import {
  dropConnectionNotices,
  dropDriftNotices,
  hasFailureNotice,
  hasNotice,
  replaceNotices,
} from '../records/notified.ts';
import { recordDriftStays, recordDriftNotified, withoutDrift } from './drift-reminders.ts';

type Transition = { readonly notice: Notice } & (
  | { readonly type: 'connection.missing.v1'; readonly data: EventData<'connection.missing.v1'> }
  /** Somebody is reminded of drift while it stays. */
  | {
      readonly type: 'connection.drift-detected.v1';
      readonly data: ChangeData;
      readonly drift: RoleChange;
    }
  | { readonly type: 'connection.held.v1'; readonly data: ChangeData }
  /** It counts as notified, without an event. */
  | { readonly type: 'none' }
);

/** What a run has come to, as far as it is told of connections. */
interface RunFacts {
  readonly changes: readonly GuardedChange[];
  readonly absences: readonly Absence[];
  readonly presence: PresenceFacts;
  readonly findings: readonly Finding[];
  /** What the run was about; left out: everything. */
  readonly scope?: RunScope | undefined;
  /** Days after which drift that stays is told again; 0: never. */
  readonly reminderDays: number;
  /** An automatic run of a deployment that nobody has let write yet: what waits in an account is told as one. */
  readonly isOnboarding: boolean;
}

/**
 * The records of connections about which there is something to be told that was not told before, or no longer is:
 * changes that were held, connections that are missing. Only transitions are told, and, after a while, drift that
 * stays; a record that says the same as before is not among the result. What a change of this run has told of itself
 * stays as it was told.
 */
export function notifyTransitions(
  recorded: readonly RecordedConnection[],
  run: RunFacts,
  now: number,
): readonly RecordedConnection[] {
  const before = new Map(recorded.map((item) => [makeConnectionKey(item), item]));
  const items = new Map<string, RecordedConnection>();
  const transitions = new Map<string, Transition[]>();
  const add = (item: RecordedConnection, transition: Transition) => {
    items.set(makeConnectionKey(item), items.get(makeConnectionKey(item)) ?? item);
    transitions.set(makeConnectionKey(item), [
      ...(transitions.get(makeConnectionKey(item)) ?? []),
      transition,
    ]);
  };
  const seen = recorded.filter((item) => isSeen(item, run.scope));
  for (const item of seen.filter(hasNotified)) items.set(makeConnectionKey(item), item);
  for (const change of run.changes.filter(isOfRole)) {
    for (const binding of change.bindings) {
      const item = getConnectionItem(before.get(bindingKey(binding)), binding, change.account);
      const transition =
        change.decision === 'held' && !staysAsNotified(change)
          ? blockedTransition(change, binding, item, run)
          : failedTransition(change, binding, item);
      if (transition) add(item, transition);
    }
  }
  const missing = new Map(
    run.findings
      .filter(({ code }) => code === 'connection.missing')
      .map((found) => [found.connectionId, found]),
  );
  for (const item of seen) {
    const found = missing.get(item.connectionId);
    if (found) add(item, missingTransition(item, found));
  }
  noteAbsences(before, items, run.absences, now);
  voidWords(seen, items, run.presence);
  notePresence(seen, items, run, now);
  const left = selectRemaining(run);
  return [...items].flatMap(([key, item]) => {
    const { kept, item: current } = left(key, item);
    const notified = notifyAll(current, transitions.get(key) ?? [], kept, { ...run, now });
    return notified === before.get(key) ? [] : [notified];
  });
}

/** Something was told of it, or counted, that may be over now. */
const hasNotified = ({ notified, unresolved, failing }: RecordedConnection) =>
  notified.length > 0 || unresolved !== undefined || failing !== undefined;

const isOfRole = (change: GuardedChange): change is GuardedRoleChange => change.target === 'role';

/** It was notified when it failed, and is again by its reminders; or this run leaves it to another one. */
const staysAsNotified = ({ blockedBy }: GuardedChange) =>
  blockedBy === 'retry-later' || blockedBy === 'not-selected';

type GuardedRoleChange = Extract<GuardedChange, { target: 'role' }>;
type HeldChange = Extract<GuardedRoleChange, { decision: 'held' }>;

/**
 * What stays of an item that was told before: codes that this run cannot call over or that its own changes have told,
 * and drift that it has not seen to be over. Where not everything was read, all of it stays.
 */
function selectRemaining({ changes, findings, scope }: RunFacts) {
  const unread = findings.filter(leavesUnknown);
  // What is not shown of one connection says nothing of the others.
  const isPartial = unread.some(({ connectionId }) => connectionId === undefined);
  const hidden = new Set(unread.map(({ connectionId }) => connectionId));
  const ofRoles = changes.filter(isOfRole);
  const applied = new Set(
    ofRoles
      .filter((change) => isAllowed(change) || staysAsNotified(change))
      .flatMap(({ bindings }) => bindings.map(bindingKey)),
  );
  const drifted = new Set(
    ofRoles
      .filter(isDrift)
      .flatMap(({ id, roleArn, bindings }) =>
        bindings.map(bindingKey).flatMap((key) => [`${key} ${id}`, `${key} ${roleArn}`]),
      ),
  );
  const planned = new Set(
    ofRoles.flatMap(({ roleArn, bindings }) => bindings.map(bindingKey).map((key) => `${key} ${roleArn}`)),
  );
  return (key: string, item: RecordedConnection) => {
    if (isPartial || hidden.has(item.connectionId)) return { item, kept: item.notified };
    const snapshot = (item.unresolved ?? []).filter(({ roleArn }) => !scope || isInScope(scope, roleArn));
    const over = snapshot
      .filter(({ changeId }) => !drifted.has(`${key} ${changeId}`))
      .map(({ changeId }) => changeId);
    const ofChange = applied.has(key) ? dropConnectionNotices(item.notified) : [];
    return {
      kept: isSeenWhole(item, scope) ? ofChange : dropDriftNotices(item.notified, over),
      item: withoutFailing(
        withoutDrift(item, (drift) => snapshot.includes(drift) && !drifted.has(`${key} ${drift.roleArn}`)),
        ({ arn }) => !planned.has(`${key} ${arn}`) && (!scope || isInScope(scope, arn)),
      ),
    };
  };
}

/** The run was about a role of the connection. */
function isSeen(item: RecordedConnection, scope: RunScope | undefined): boolean {
  return !scope || listRoleArns(item).some((role) => isInScope(scope, role));
}

/** The run was about all of its roles. */
function isSeenWhole(item: RecordedConnection, scope: RunScope | undefined): boolean {
  return !scope || listRoleArns(item).every((role) => isInScope(scope, role));
}

/** Those of its record, and those with which it drifted along before it was let in. */
const listRoleArns = (item: RecordedConnection): readonly RoleArn[] => [
  ...listClaims(item).map(({ role }) => role.arn),
  ...(item.unresolved ?? []).map(({ roleArn }) => roleArn),
  ...(item.failing ?? []).map(({ arn }) => arn),
];

const bindingKey = ({ organization, connectionId }: Binding) =>
  makeConnectionKey({ organizationId: organization.id, connectionId });

/** Notes in the records when their role was not found for the first time. */
function noteAbsences(
  before: ReadonlyMap<string, RecordedConnection>,
  items: Map<string, RecordedConnection>,
  absences: readonly Absence[],
  now: number,
): void {
  for (const { roleArn, bindings } of absences) {
    for (const key of bindings.map(bindingKey)) {
      const item = items.get(key) ?? before.get(key);
      if (item) items.set(key, recordAbsence(item, roleArn, now));
    }
  }
}

/** Takes back what a person has said of connections that are seen again. */
function voidWords(
  seen: readonly RecordedConnection[],
  items: Map<string, RecordedConnection>,
  { returned }: PresenceFacts,
): void {
  for (const item of seen.filter(({ connectionId }) => returned.has(connectionId))) {
    const { retiring: _, ...rest } = items.get(makeConnectionKey(item)) ?? item;
    items.set(makeConnectionKey(item), rest);
  }
}

/** Starts and stops the clocks of missing connections, and notifies of those that are unaccounted for. */
function notePresence(
  seen: readonly RecordedConnection[],
  items: Map<string, RecordedConnection>,
  { presence, findings, reminderDays }: RunFacts,
  now: number,
): void {
  const unaccounted = new Map(
    findings
      .filter(({ code }) => code === 'connection.unaccounted')
      .map((found) => [found.connectionId, found]),
  );
  for (const item of seen) {
    const known = items.get(makeConnectionKey(item)) ?? item;
    const updated = recordPresence(known, presence, now);
    const found = unaccounted.get(item.connectionId);
    const notified = found
      ? notifyUnaccounted(updated, missingData(item, found), reminderDays, now)
      : updated;
    if (notified !== known) items.set(makeConnectionKey(item), notified);
  }
}

function blockedTransition(
  change: HeldChange,
  binding: Binding,
  item: RecordedConnection,
  { isOnboarding }: RunFacts,
): Transition {
  const data = {
    ...buildChangeData(change, binding, change.blockedBy),
    ...failingData(item, change.roleArn),
  };
  if (isDrift(change))
    return {
      notice: { of: 'drift', changeId: change.id },
      type: 'connection.drift-detected.v1',
      data,
      drift: change,
    };
  const notice: Notice = { of: 'blocked', changeId: change.id };
  return isOnboarding && isNotifiedTogether(change)
    ? { notice, type: 'none' }
    : { notice, type: 'connection.held.v1', data };
}

/** Of drift that was told, and that this run, too, could not put right: what it can, it records as over. */
function failedTransition(
  change: GuardedRoleChange,
  binding: Binding,
  item: RecordedConnection,
): Transition | undefined {
  const notice: Notice = { of: 'drift', changeId: change.id };
  // What failed before anything was begun, since the account could not be written to, was not told by its intent.
  const isUnbegun = findFailingChange(item, change.roleArn)?.changeId === change.id;
  if (!isDrift(change) || (!hasNotice(item, notice) && !isUnbegun)) return undefined;
  const hasFailed = hasFailureNotice(item, change.id);
  const data = {
    ...buildChangeData(change, binding, hasFailed ? 'failed' : 'repairing'),
    ...failingData(item, change.roleArn),
  };
  return { notice, type: 'connection.drift-detected.v1', data, drift: change };
}

const missingTransition = (item: RecordedConnection, found: Finding): Transition => ({
  notice: { of: 'missing' },
  type: 'connection.missing.v1',
  data: missingData(item, found),
});

function missingData(
  item: RecordedConnection,
  { message, roleArn }: Finding,
): EventData<'connection.missing.v1'> {
  const { account, arn } = roleArn ? splitRoleArn(roleArn) : { account: '', arn: '' };
  return { ...recordedData(item), reason: message, aws: { account, roleArn: arn } };
}

/** `kept`: codes that cannot be called over, since not everything was read. */
function notifyAll(
  item: RecordedConnection,
  transitions: readonly Transition[],
  kept: readonly string[],
  { reminderDays, now }: Pick<RunFacts, 'reminderDays'> & { readonly now: number },
): RecordedConnection {
  const notices = transitions.map(({ notice }) => notice);
  return transitions.reduce<RecordedConnection>(
    (known, transition) => {
      const isKnown = hasNotice(item, transition.notice);
      switch (transition.type) {
        case 'none':
          return known;
        case 'connection.drift-detected.v1': {
          const { type, data, drift } = transition;
          if (isKnown) return recordDriftStays(known, drift, data, reminderDays, now);
          return appendEvent(recordDriftNotified(known, drift, now), type, data, now);
        }
        case 'connection.missing.v1':
        case 'connection.held.v1':
          return isKnown ? known : appendEvent(known, transition.type, transition.data, now);
      }
    },
    replaceNotices(item, kept, notices),
  );
}
