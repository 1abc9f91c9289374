import type { Binding } from '../desired/bindings.ts';
import { isDisputed } from '../plan/repair-loop.ts';
import { withRole, type RecordedConnection, type RecordedRole } from '../records/connection-record.ts';
import { appendEvent } from '../records/outbox.ts';
import type { Person } from '../records/deployment-record.ts';
import { formatInstant } from '../kernel/durations.ts';
import { isQuarantined } from '../plan/revocation.ts';
import { connectionData, recordedData } from './event-payload.ts';

/**
 * Tells that a role has become disputed, in the write that makes it so; and again each time that it had to be narrowed since,
 * for fighting over what narrows never ends in giving up.
 */
export function notifyRepairLoop(
  item: RecordedConnection,
  before: RecordedRole | undefined,
  role: RecordedRole,
  binding: Binding,
  { now, isDrift }: { readonly now: number; readonly isDrift: boolean },
): RecordedConnection {
  if (!isDisputed(role) || (before && isDisputed(before) && !isDrift)) return item;
  const data = {
    ...connectionData(binding),
    aws: { account: role.account, roleArn: role.arn },
    repairs: (role.repairs ?? []).map(formatInstant),
  };
  return appendEvent(item, 'connection.disputed.v1', data, now);
}

/** A quarantine ends with the dispute: the next run takes its Deny off. */
function undisputed(role: RecordedRole, now: number): RecordedRole {
  const { repairs: _, ...kept } = role;
  const { sessionsRevokedBefore: __, ...released } = kept;
  return isQuarantined(role, now) ? released : kept;
}

/** A person says that a dispute is over; the same value when there is none. */
export function recordUndisputed(item: RecordedConnection, by: Person, now: number): RecordedConnection {
  const disputed = [...(item.role ? [item.role] : []), ...item.earlier].filter(isDisputed);
  if (disputed.length === 0) return item;
  const kept = disputed.reduce((known, role) => withRole(known, undisputed(role, now)), item);
  const roles = disputed.map(({ arn }) => arn);
  const data = { ...recordedData(item), roles, by };
  return appendEvent(kept, 'connection.dispute-ended.v1', data, now);
}
