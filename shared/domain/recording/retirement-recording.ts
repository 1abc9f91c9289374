import type { Binding } from '../desired/bindings.ts';
import type { RoleChange } from '../plan/change.ts';
import { removeFailingChange } from '../plan/failing-changes.ts';
import { recordedRole, withRole } from '../records/connection-record.ts';
import { appendEvent } from '../records/outbox.ts';
import type { RecordedConnection, RecordedRole } from '../records/connection-record.ts';
import { connectionData } from './event-payload.ts';
import { keepConnectionNotices } from '../records/notified.ts';
import { removeRoleDrift } from './drift-reminders.ts';
import type { Instant } from '../kernel/durations.ts';

/** What has to be known however the change ends: whom it takes over, what it destroys, that a person asked for it. */
export function selectIntendedFields(
  { kind, seen, snapshot }: RoleChange,
  now: Instant,
): Pick<RecordedRole, 'id' | 'snapshot' | 'restoredAt'> {
  if (kind === 'adopt') return seen ? { id: seen.id } : {};
  if (!snapshot) return {};
  return kind === 'delete' ? { snapshot } : { snapshot, restoredAt: now };
}

/** The role is gone. Its snapshot and the names that it let in stay. */
export function recordDeleted(
  item: RecordedConnection,
  { account, roleArn }: Pick<RoleChange, 'account' | 'roleArn'>,
  binding: Binding,
  now: number,
): RecordedConnection {
  const before = recordedRole(item, roleArn);
  if (!before) return item;
  const { id, intent, absentSince: _, restoredAt: __, ...rest } = before;
  const deleted = withRole(item, { ...rest, written: {}, before: {}, writtenAt: now, deletedAt: now });
  const data = {
    ...connectionData(binding),
    aws: { account, roleArn, ...(id ? { roleId: id } : {}) },
    action: { decision: 'done', ...(intent ? { changeId: intent.changeId } : {}) },
  } as const;
  const notified = keepConnectionNotices(item.notified);
  return appendEvent(
    { ...removeFailingChange(removeRoleDrift(deleted, roleArn), roleArn), notified },
    'connection.role-deleted.v1',
    data,
    now,
  );
}
