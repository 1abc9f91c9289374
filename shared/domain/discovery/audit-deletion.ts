import { viewConnections, type OrganizationInventory } from '../azure-devops/inventory.ts';
import { listClaims, type RecordedConnection, type Retiring } from '../records/connection-record.ts';
import { makePastCheck } from '../records/stored-limits.ts';
import { isStale, type DeletionEvidence } from './audit-entry.ts';

/**
 * What becomes of a deletion that the audit log reports. It is evidence, and never by itself: the connection must be
 * missing from a whole list of every project, too.
 *
 *     recorded    listed    list         then
 *     no          -         -            drop     azfed keeps nothing of it
 *     -           -         -            drop     it is of a time that has not come: no log has told it
 *     yes         no        whole        believe  as a person's word is
 *     yes         yes       -            wait     it was taken out of one project, or the list is older; dropped in an hour
 *     yes         no        not whole    wait     unknown is not absent
 *
 * The list is whole when each project could be read, and shows every project that was known to use the connection: one that
 * is hidden may use it still.
 */
export type DeletionFate = 'drop' | 'believe' | 'wait';

export function decideDeletionFate(
  evidence: DeletionEvidence,
  recorded: RecordedConnection | undefined,
  inventory: OrganizationInventory,
  now: number,
): DeletionFate {
  if (!recorded || listClaims(recorded).length === 0 || !makePastCheck(now)(evidence.at)) return 'drop';
  const { connections, isComplete } = viewConnections(inventory);
  if (connections.has(evidence.connectionId)) return isStale(evidence, now) ? 'drop' : 'wait';
  return isComplete && showsProjects(recorded, inventory) ? 'believe' : 'wait';
}

function showsProjects({ references }: RecordedConnection, { projects }: OrganizationInventory): boolean {
  const listed = new Set(projects.state === 'complete' ? projects.value.map(({ id }) => id) : []);
  return references.every(({ projectId }) => listed.has(projectId));
}

/** A person's word that was given before stands. */
export function recordDeletion(
  recorded: RecordedConnection,
  { entryId, at, actor }: DeletionEvidence,
): RecordedConnection {
  if (recorded.retiring) return recorded;
  const retiring: Retiring = {
    by: actor,
    at,
    reason: `Deleted in Azure DevOps: entry ${entryId} of its audit log.`,
  };
  return { ...recorded, retiring };
}
