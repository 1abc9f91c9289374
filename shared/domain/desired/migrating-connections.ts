import type { ConnectionId } from '../kernel/ids.ts';
import type { RecordedConnection } from '../records/connection-record.ts';

/** Far longer than a migration takes, and than what was read of Azure DevOps before it is looked at. */
const MIGRATION_MS = 60 * 60_000;

/**
 * Connections that somebody is taking to OIDC, or has just taken there. That they do not ask for their role, or did not when
 * they were last read, is no reason to shut them out; after an hour it is one again, whatever the record says.
 */
export function beingMigrated(
  recorded: readonly RecordedConnection[],
  now: number,
): ReadonlySet<ConnectionId> {
  const isRunning = ({ keyMigration }: RecordedConnection) =>
    keyMigration !== undefined && Math.abs(now - Date.parse(keyMigration.at)) < MIGRATION_MS;
  return new Set(recorded.filter(isRunning).map(({ connectionId }) => connectionId));
}
