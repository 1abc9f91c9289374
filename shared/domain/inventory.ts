import type { ConnectionId, OrganizationId, ProjectId } from './ids.ts';
import type { Reading, Unknown } from './reading.ts';
import type { ConnectionReference, ServiceConnection } from './service-connection.ts';

export interface ProjectInventory {
  readonly id: ProjectId;
  readonly name: string;
  /** Connections of all types that this project may use, as this project's list told them. */
  readonly connections: Reading<readonly ServiceConnection[]>;
}

export interface OrganizationIdentity {
  readonly id: OrganizationId;
  /** As the service spells it; tokens hold it so. */
  readonly name: string;
  /**
   * Why the spelling of the name is not confirmed; `no-capitals`: by an address in small letters alone. Absent: the service
   * has told it.
   */
  readonly nameProblem?: Unknown;
}

/** What one look at an organization gave. */
export interface OrganizationInventory {
  /** The GUID that configuration pins. */
  readonly organizationId: OrganizationId;
  /** The name that configuration gives, under which the organization was asked. */
  readonly organizationName: string;
  /** Who answered under that name. */
  readonly identity: Reading<OrganizationIdentity>;
  /** Unknown when the list itself was not plainly complete; then nothing of it is used. */
  readonly projects: Reading<readonly ProjectInventory[]>;
  /** Requests that were sent to Azure DevOps for this look: they are the cost. */
  readonly requests: number;
  /** When the credential that was used ends (epoch milliseconds), where that is known and a person has to renew it. */
  readonly credentialExpiresAt?: number;
}

/** What one look at a single project gave. */
export interface ProjectLook extends Omit<OrganizationInventory, 'projects'> {
  /** Unknown when it was not plainly complete, when it is not there, or when another organization answers. */
  readonly project: Reading<ProjectInventory>;
}

/** The connections of an organization, each once, with its references merged over the projects that list it. */
export interface ConnectionView {
  readonly connections: ReadonlyMap<ConnectionId, ServiceConnection>;
  /** Connections that two projects told differently: changed while being read. Unknown, so not acted on. */
  readonly unsettled: ReadonlySet<ConnectionId>;
  /** True when every project was read completely: only then may an id be called missing. */
  readonly isComplete: boolean;
}

export function viewConnections(inventory: OrganizationInventory): ConnectionView {
  const connections = new Map<ConnectionId, ServiceConnection>();
  const unsettled = new Set<ConnectionId>();
  let isComplete = inventory.projects.state === 'complete';
  for (const project of inventory.projects.state === 'complete' ? inventory.projects.value : []) {
    if (project.connections.state === 'unknown') {
      isComplete = false;
      continue;
    }
    for (const connection of project.connections.value) {
      const known = connections.get(connection.id);
      if (known && (facts(known) !== facts(connection) || disagree(known, connection)))
        unsettled.add(connection.id);
      connections.set(connection.id, known ? mergeReferences(known, connection) : connection);
    }
  }
  return { connections, unsettled, isComplete };
}

/** One project under two names: which of them is the later one cannot be told. */
function disagree(known: ServiceConnection, again: ServiceConnection): boolean {
  const names = new Map(
    known.references.map(({ projectId, ...names }) => [
      projectId,
      JSON.stringify([names.projectName, names.name]),
    ]),
  );
  return again.references.some(({ projectId, projectName, name }) => {
    const before = names.get(projectId);
    return before !== undefined && before !== JSON.stringify([projectName, name]);
  });
}

/** Everything but the references: these are merged, the rest must agree. */
function facts(connection: ServiceConnection): string {
  return JSON.stringify({ ...connection, references: [] }, Object.keys(connection).sort());
}

function mergeReferences(known: ServiceConnection, again: ServiceConnection): ServiceConnection {
  const byProject = new Map<ProjectId, ConnectionReference>();
  for (const reference of [...known.references, ...again.references])
    byProject.set(reference.projectId, reference);
  const references = [...byProject.values()].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
  return { ...known, references };
}
