import type { RoleArn } from '../kernel/ids.ts';
import type { RecordedConnection, RecordedRole } from './connection-record.ts';

/** The record of a connection's claim on one role; `undefined` when it has none. */
export function recordedRole(item: RecordedConnection, arn: RoleArn): RecordedRole | undefined {
  return item.role?.arn === arn ? item.role : item.earlier.find((role) => role.arn === arn);
}

/** The item with this role as it now is. A role that the connection did not have becomes its current one. */
export function withRole(item: RecordedConnection, role: RecordedRole): RecordedConnection {
  if (item.earlier.some(({ arn }) => arn === role.arn)) {
    return { ...item, earlier: item.earlier.map((old) => (old.arn === role.arn ? role : old)) };
  }
  const earlier = item.role && item.role.arn !== role.arn ? [...item.earlier, item.role] : item.earlier;
  return { ...item, role, earlier };
}
