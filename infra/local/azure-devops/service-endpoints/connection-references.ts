import { changeConnection, findConnection, removeConnection } from './connection-store.ts';
import type { ConnectionRecord } from '../state/state.ts';
import { liveProject, organizationNamed, type World } from '../state/world.ts';

/** In one project, or in all that use the connection. */
export function renameConnection(
  world: World,
  organization: string,
  id: string,
  name: string,
  project?: string,
): ConnectionRecord {
  const only = project === undefined ? undefined : getProjectId(world, organization, project);
  const references = findConnection(world, organization, id).references.map((reference) =>
    only === undefined || reference.projectId === only ? { ...reference, name } : reference,
  );
  return changeConnection(world, organization, id, { references });
}

/** Only adds; the name defaults to the connection's first. A project that uses it already gets the new name. */
export function shareConnection(
  world: World,
  organization: string,
  id: string,
  project: string,
  name?: string,
): ConnectionRecord {
  const projectId = getProjectId(world, organization, project);
  const { references } = findConnection(world, organization, id);
  const shared = { projectId, name: name ?? references[0]?.name ?? '', description: '' };
  const others = references.filter((reference) => reference.projectId !== projectId);
  return changeConnection(world, organization, id, { references: [...others, shared] });
}

/** A connection that no project uses any more is gone. */
export function unshareConnection(world: World, organization: string, id: string, project: string): void {
  const projectId = getProjectId(world, organization, project);
  const { references } = findConnection(world, organization, id);
  const left = references.filter((reference) => reference.projectId !== projectId);
  if (left.length === 0) removeConnection(world, organization, id);
  else changeConnection(world, organization, id, { references: left });
}

export function getProjectId(world: World, organization: string, project: string): string {
  return liveProject(organizationNamed(world, organization), project).id;
}
