import type { RecordedConnection, RecordedRole, Releasing } from '../records/connection-record.ts';
import { recordedRole } from '../records/connection-record.ts';
import type { Person } from '../records/deployment-record.ts';
import type { RoleArn } from '../kernel/ids.ts';
import { keepConnectionNotices } from '../records/notified.ts';
import { appendEvent } from '../records/outbox.ts';
import { removeFailingChange } from '../plan/failing-changes.ts';
import { recordedData } from './event-payload.ts';
import { abandonClaims } from './succession.ts';

/**
 * The record without the role, and with what is still to be done: from now on no run changes the role, and whatever ends
 * the release early, the next one finishes it. The same value when the record does not have the role.
 */
export function recordReleasing(
  item: RecordedConnection,
  arn: RoleArn,
  by: Person,
  now: number,
): RecordedConnection {
  const role = recordedRole(item, arn);
  if (!role) return item;
  const { releasing = [], ...rest } = removeFailingChange(abandonClaims(item, [{ ...item, role }]), arn);
  const others = releasing.filter((one) => one.arn !== arn);
  return { ...rest, releasing: [...others, startReleasing(role, by, now)] };
}

function startReleasing({ arn, account, id, grant }: RecordedRole, by: Person, now: number): Releasing {
  return { arn, account, ...(id === undefined ? {} : { id }), grant, by, at: now };
}

/** After the mark is gone from the role: the end of the release, and the one event that tells of it. */
export function recordReleased(item: RecordedConnection, arn: RoleArn, now: number): RecordedConnection {
  const { releasing = [], ...rest } = item;
  const ended = releasing.find((one) => one.arn === arn);
  if (!ended) return item;
  const others = releasing.filter((one) => one.arn !== arn);
  const left = { ...rest, ...(others.length > 0 ? { releasing: others } : {}) };
  const { account, id, by } = ended;
  const data = {
    ...recordedData(item),
    reason: `A person asked azfed to stop managing ${arn}. The role stays as it is.`,
    aws: { account, roleArn: arn, ...(id === undefined ? {} : { roleId: id }) },
    by,
  };
  return appendEvent(
    { ...left, notified: keepConnectionNotices(item.notified) },
    'connection.released.v1',
    data,
    now,
  );
}
