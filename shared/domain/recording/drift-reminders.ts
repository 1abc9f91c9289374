import type { ChangeData } from './event-payload.ts';
import type { RoleChange } from '../plan/change.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { appendEvent } from '../records/outbox.ts';
import type { RecordedConnection, UnresolvedDrift } from '../records/connection-record.ts';
import { formatInstant, DAY_MS } from '../kernel/durations.ts';

type Drift = Pick<RoleChange, 'id' | 'roleArn'>;

/** The drift of a role is told just now: reminders count from now on. Since when there is any stays as it is known. */
export function recordDriftNotified(item: RecordedConnection, drift: Drift, now: number): RecordedConnection {
  const { id: changeId, roleArn } = drift;
  const since = findUnresolved(item, roleArn)?.since ?? now;
  return withUnresolved(item, { roleArn, changeId, since, toldAt: now, reminders: 0 });
}

/**
 * Drift that was told stays: it is told again when that was `reminderDays` ago (0: never). A record that an earlier
 * release has made does not say when that was: it counts from now on.
 */
export function recordDriftStays(
  item: RecordedConnection,
  drift: Drift,
  data: ChangeData,
  reminderDays: number,
  now: number,
): RecordedConnection {
  const known = findUnresolved(item, drift.roleArn);
  if (!known) return recordDriftNotified(item, drift, now);
  if (!isReminderDue(item, drift.roleArn, reminderDays, now)) return item;
  const reminder = known.reminders + 1;
  return appendEvent(
    withUnresolved(item, { ...known, toldAt: now, reminders: reminder }),
    'connection.drift-unresolved.v1',
    { ...data, since: formatInstant(known.since), reminder },
    now,
  );
}

export function isReminderDue(
  item: RecordedConnection,
  roleArn: RoleArn,
  reminderDays: number,
  now: number,
): boolean {
  const known = findUnresolved(item, roleArn);
  if (!known || reminderDays === 0) return false;
  return now >= known.toldAt + reminderDays * DAY_MS;
}

/** Without the drift that is over; the same value when there is none of it. */
export function withoutDrift(
  item: RecordedConnection,
  isResolved: (drift: UnresolvedDrift) => boolean,
): RecordedConnection {
  const { unresolved = [], ...rest } = item;
  const left = unresolved.filter((drift) => !isResolved(drift));
  if (left.length === unresolved.length) return item;
  return left.length > 0 ? { ...rest, unresolved: left } : rest;
}

/** As `withoutDrift`, of a role that is as it is to be. */
export function removeRoleDrift(item: RecordedConnection, roleArn: RoleArn): RecordedConnection {
  return withoutDrift(item, (drift) => drift.roleArn === roleArn);
}

function findUnresolved({ unresolved }: RecordedConnection, arn: RoleArn): UnresolvedDrift | undefined {
  return unresolved?.find(({ roleArn }) => roleArn === arn);
}

function withUnresolved(item: RecordedConnection, drift: UnresolvedDrift): RecordedConnection {
  const others = (item.unresolved ?? []).filter(({ roleArn }) => roleArn !== drift.roleArn);
  return { ...item, unresolved: [...others, drift] };
}
