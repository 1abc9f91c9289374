import type { ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { Reading, Unknown } from '../kernel/result.ts';
import { digestConnection, distinctReferences, hidesParameters, isShared } from './service-connection.ts';
import type { ServiceConnection } from './service-connection.ts';

export interface ProjectInventory {
  readonly id: ProjectId;
  readonly name: string;
  /** Connections of all types that this project may use, as this project's list told them. */
  readonly connections: Reading<readonly ServiceConnection[]>;
  /**
   * Why the list may hold more than `connections`: entries that do not say which connection they are, or that came twice.
   * What was seen counts; an id that was not seen may be there all the same.
   */
  readonly unreadable?: readonly Unknown[];
  /** The reading ended before this project was asked for: the next one is to begin here. */
  readonly isUnasked?: true;
}

/** In the order of ids, from this one on; the others follow. As they are where none is named. */
export function orderProjects<Project extends { readonly id: string }>(
  projects: readonly Project[],
  from: ProjectId | undefined,
): readonly Project[] {
  if (from === undefined) return projects;
  const inOrder = [...projects].sort((a, b) => (a.id < b.id ? -1 : 1));
  const first = inOrder.findIndex(({ id }) => id >= from);
  return first <= 0 ? inOrder : [...inOrder.slice(first), ...inOrder.slice(0, first)];
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
  /** Why there may be more projects than these: entries that do not say which project they are, or that came twice. */
  readonly unreadable?: readonly Unknown[];
  /** Requests that were sent to Azure DevOps for this look: they are the cost. */
  readonly requests: number;
  /** When the credential that was used ends (epoch milliseconds), where that is known and a person has to renew it. */
  readonly credentialExpiresAt?: number;
}

/** What one look at a single project gave. */
export interface ProjectSnapshot extends Omit<OrganizationInventory, 'projects' | 'unreadable'> {
  /** Unknown when it was not plainly complete, when it is not there, or when another organization answers. */
  readonly project: Reading<ProjectInventory>;
}

/** The connections of an organization, each once, with its references merged over the projects that list it. */
export interface ConnectionView {
  readonly connections: ReadonlyMap<ConnectionId, ServiceConnection>;
  /**
   * Connections that two projects report differently, or that name a project otherwise than the list of projects does: changed
   * while being read. Unknown, so not acted on: a name that is no longer the project's would end the access of its pipelines.
   */
  readonly unsettled: ReadonlySet<ConnectionId>;
  /** True when every project was read completely, to its last entry: only then may an id be called missing. */
  readonly isComplete: boolean;
  /** Projects that are listed and were read completely, to their last entry. */
  readonly wholeProjects: ReadonlySet<ProjectId>;
}

/**
 * Each project lists a connection that it shares in full, with a reference to every other project. Equal ones become one value, so
 * that what is shared takes its room once.
 */
export function createSharing(): (connection: ServiceConnection) => ServiceConnection {
  const known = new Map<string, ServiceConnection>();
  return (connection) => {
    if (!isShared(connection)) return connection;
    const content = digestConnection(connection);
    const first = known.get(content) ?? connection;
    known.set(content, first);
    return first;
  };
}

export function viewConnections(inventory: OrganizationInventory): ConnectionView {
  const connections = new Map<ConnectionId, ServiceConnection>();
  const merged = new Set<ServiceConnection>();
  const unsettled = new Set<ConnectionId>();
  const projects = inventory.projects.state === 'complete' ? inventory.projects.value : [];
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  for (const connection of projects.flatMap(listConnections)) {
    if (merged.has(connection)) continue;
    merged.add(connection);
    const known = connections.get(connection.id);
    if (isTorn(connection, known, names)) unsettled.add(connection.id);
    connections.set(connection.id, known ? mergeViews(known, connection) : connection);
  }
  const isListed = inventory.projects.state === 'complete' && !inventory.unreadable;
  return {
    connections,
    unsettled,
    isComplete: isListed && projects.every(isReadToItsEnd),
    wholeProjects: new Set(projects.filter(isReadToItsEnd).map(({ id }) => id)),
  };
}

const listConnections = ({ connections }: ProjectInventory) =>
  connections.state === 'complete' ? connections.value : [];

/** The list was plainly complete, and every entry of it could be read. */
export function isReadToItsEnd({ connections, unreadable }: ProjectInventory): boolean {
  return connections.state === 'complete' && !unreadable;
}

function isTorn(
  connection: ServiceConnection,
  known: ServiceConnection | undefined,
  names: ReadonlyMap<ProjectId, string>,
): boolean {
  const differs = known && (contradicts(known, connection) || disagree(known, connection));
  return differs === true || namesOtherwise(connection, names);
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

/** It gives a listed project another name than the list does, which was read at another moment. */
function namesOtherwise({ references }: ServiceConnection, names: ReadonlyMap<ProjectId, string>): boolean {
  return references.some(
    ({ projectId, projectName }) => (names.get(projectId) ?? projectName) !== projectName,
  );
}

const facts = [
  'type',
  'requestedRoleArn',
  'oidc',
  'powerShellOidc',
  'hasAccessKey',
  'hasExternalId',
  'sessionName',
  'isDisabled',
  'isReady',
] as const satisfies readonly (keyof ServiceConnection)[];

const isShown = (value: unknown) => value !== null && value !== undefined;

/** Both show a member, and show different things. The references are merged, and what only one project shows counts. */
function contradicts(known: ServiceConnection, again: ServiceConnection): boolean {
  return facts.some((fact) => isShown(known[fact]) && isShown(again[fact]) && known[fact] !== again[fact]);
}

/** All that either of them shows: an identity may see more of a connection in one project than in another. */
function mergeViews(known: ServiceConnection, again: ServiceConnection): ServiceConnection {
  const { hidesReferences, unset: _, ...left } = known;
  const selectShown = (connection: ServiceConnection) =>
    Object.fromEntries(
      facts.flatMap((fact) => (isShown(connection[fact]) ? [[fact, connection[fact]]] : [])),
    );
  const { unset } = hidesParameters(known) ? again : known;
  return {
    ...left,
    ...selectShown(again),
    ...selectShown(known),
    ...(unset ? { unset } : {}),
    references: distinctReferences([...known.references, ...again.references]),
    // One list that shows all of them is enough.
    ...(hidesReferences && again.hidesReferences
      ? { hidesReferences: hidesReferences === 'some' ? hidesReferences : again.hidesReferences }
      : {}),
  };
}
