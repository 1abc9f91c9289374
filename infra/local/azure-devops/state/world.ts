import { createGuid } from './guid-sequence.ts';
import { RefusedError } from './refusal.ts';
import type { ConnectionRecord, LocalAzureDevOpsState, OrganizationRecord, ProjectRecord } from './state.ts';

/** The one mutable place: the current state, replaced as a whole by each play. */
export interface World {
  readonly now: () => number;
  state(): LocalAzureDevOpsState;
  nextId(): string;
  /** Replaces the organizations and tells the listeners. */
  replace(organizations: readonly OrganizationRecord[]): void;
  onChange(listener: () => void): () => void;
}

export function createWorld(now: () => number, seed: number, start?: LocalAzureDevOpsState): World {
  let organizations = start?.organizations ?? [];
  let idsIssued = start?.idsIssued ?? 0;
  const listeners = new Set<() => void>();
  return {
    now,
    state: () => ({ idsIssued, organizations }),
    nextId: () => createGuid(seed, idsIssued++),
    replace(next) {
      organizations = next;
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Names are found without regard to case and keep the spelling that they were given. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function findOrganization(world: World, name: string): OrganizationRecord | undefined {
  return world.state().organizations.find((organization) => sameName(organization.name, name));
}

/** @throws RefusedError 404 */
export function organizationNamed(world: World, name: string): OrganizationRecord {
  const found = findOrganization(world, name);
  if (!found) throw new RefusedError(404, 'HostNotFoundException', `No organization is named ${name}.`);
  return found;
}

export function changeOrganization(
  world: World,
  name: string,
  change: (organization: OrganizationRecord) => OrganizationRecord,
): OrganizationRecord {
  const before = organizationNamed(world, name);
  const after = change(before);
  world.replace(
    world.state().organizations.map((organization) => (organization === before ? after : organization)),
  );
  return after;
}

/** A live project by name or any project by id. */
export function projectNamed(organization: OrganizationRecord, nameOrId: string): ProjectRecord | undefined {
  return organization.projects.find(
    (project) =>
      sameName(project.id, nameOrId) || (project.state === 'wellFormed' && sameName(project.name, nameOrId)),
  );
}

/** @throws RefusedError 404 */
export function liveProject(organization: OrganizationRecord, nameOrId: string): ProjectRecord {
  const project = projectNamed(organization, nameOrId);
  if (project?.state !== 'wellFormed') {
    const message = `TF200016: The following project does not exist: ${nameOrId}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`;
    throw new RefusedError(404, 'ProjectDoesNotExistWithNameException', message);
  }
  return project;
}

/** @throws RefusedError 404 */
export function connectionById(organization: OrganizationRecord, id: string): ConnectionRecord {
  const found = organization.connections.find((connection) => sameName(connection.id, id));
  if (!found)
    throw new RefusedError(
      404,
      'ServiceEndpointNotFoundException',
      `No service connection has the id ${id}.`,
    );
  return found;
}
