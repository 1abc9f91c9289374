import { RefusedError } from '../state/refusal.ts';
import type { ConnectionRecord, OrganizationRecord, ReferenceRecord } from '../state/state.ts';
import { changeOrganization, connectionById, organizationNamed, sameName } from '../state/world.ts';
import type { World } from '../state/world.ts';

export type ConnectionChange = Partial<Omit<ConnectionRecord, 'id' | 'createdAt' | 'modifiedAt'>>;

/** @throws RefusedError 404 */
export function findConnection(world: World, organization: string, id: string): ConnectionRecord {
  return connectionById(organizationNamed(world, organization), id);
}

/** Adds the connection, or replaces the one with its id. @throws RefusedError 409 when a name is taken */
export function putConnection(
  world: World,
  organization: string,
  connection: ConnectionRecord,
): ConnectionRecord {
  changeOrganization(world, organization, (before) => {
    checkFreeNames(before, connection);
    const others = before.connections.filter((known) => known.id !== connection.id);
    return { ...before, connections: [...others, connection] };
  });
  return connection;
}

export function changeConnection(
  world: World,
  organization: string,
  id: string,
  change: ConnectionChange,
): ConnectionRecord {
  const before = findConnection(world, organization, id);
  return putConnection(world, organization, { ...before, ...change, modifiedAt: world.now() });
}

export function removeConnection(world: World, organization: string, id: string): void {
  const removed = findConnection(world, organization, id);
  changeOrganization(world, organization, (before) => ({
    ...before,
    connections: before.connections.filter((known) => known !== removed),
  }));
}

/** Within a project, names of connections of all types are one namespace. */
function checkFreeNames(organization: OrganizationRecord, connection: ConnectionRecord): void {
  const others = organization.connections.filter((known) => known.id !== connection.id);
  for (const wanted of connection.references) {
    const isTaken = others.some((other) => other.references.some((reference) => clashes(reference, wanted)));
    if (wanted.name === '' || isTaken) {
      const message = `Service connection with name ${wanted.name} already exists.`;
      throw new RefusedError(409, 'DuplicateServiceConnectionException', message);
    }
  }
}

function clashes(a: ReferenceRecord, b: ReferenceRecord): boolean {
  return a.projectId === b.projectId && sameName(a.name, b.name);
}
