import type { RunReport } from '../../shared/application/run/reconcile.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import { contoso } from '../builders/configuration.ts';
import type { Resident } from './azure-devops.ts';
import { isTaken } from './objections.ts';
import type { Process } from './process.ts';
import { findGrant } from './role-write.ts';
import { listClaims, recordedConnections } from './table.ts';
import type { World } from './world.ts';

const HOUR_MS = 60 * 60_000;
const waitMs = ({ configuration }: World) => configuration.limits.missingWaitDays * 24 * HOUR_MS;

/**
 * I20: a run that misses a connection with a role is not converged; after the waiting time it says so, and somebody was
 * notified. Missing: everything was read, it is not there, and nothing says that it was deleted.
 */
export function hidesMissing(world: World, process: Process, report: RunReport): readonly string[] {
  const { plan, outcome } = report;
  const { seen } = process;
  if (process.isDisturbed || plan.snapshot.plan.isPartial || !seen) return [];
  const { missed } = world.memory;
  const missing = recordedConnections(world.table).filter((item) => isMissing(world, seen, item));
  const ids = new Set(missing.map(({ connectionId }) => connectionId));
  for (const id of [...missed.keys()]) if (!ids.has(id)) missed.delete(id);
  const found = new Set(
    plan.findings
      .filter(({ code }) => code === 'connection.unaccounted')
      .map(({ connectionId }) => connectionId),
  );
  return missing.flatMap(({ connectionId, missing: recorded }) => {
    const since = missed.get(connectionId) ?? world.clock.now();
    missed.set(connectionId, since);
    const isOverdue = process.observedAt - since >= waitMs(world);
    return [
      ...(outcome === 'converged'
        ? [`I20 a run is converged while connection ${connectionId} is missing`]
        : []),
      ...(isOverdue && !found.has(connectionId)
        ? [`I20 connection ${connectionId} is missing for days, and nothing says so`]
        : []),
      ...(isOverdue && recorded?.notifiedAt === undefined
        ? [`I20 connection ${connectionId} is missing for days, and nobody was notified`]
        : []),
    ];
  });
}

function isMissing(world: World, seen: readonly Resident[], item: RecordedConnection): boolean {
  const { connectionId, organizationId } = item;
  // The model of people and names is that of one organization.
  if (organizationId !== contoso.id) return false;
  const isOpen = listClaims(item).some(({ closed }) => !closed || closed.reason === 'missing');
  const isSeen = seen.some(({ id }) => id === connectionId);
  return isOpen && !isSeen && !world.memory.givenUp.has(connectionId) && !isTaken(world, seen, connectionId);
}

/** Its grant says to close its role, and it has been missing for long. */
export function mayCloseMissing(
  world: World,
  { observedAt }: Process,
  arn: RoleArn,
  { connectionId }: Pick<RecordedConnection, 'connectionId'>,
): boolean {
  const since = world.memory.missed.get(connectionId);
  if (since === undefined || findGrant(world, arn)?.missing !== 'close') return false;
  return observedAt - since >= waitMs(world) - HOUR_MS;
}
