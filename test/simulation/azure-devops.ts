import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory, ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { buildSubject } from '../../shared/domain/issuers/issuer.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { ServiceConnectionSource } from '../../shared/ports/service-connections.ts';
import { contoso } from '../builders/configuration.ts';
import { inventory } from '../builders/inventory.ts';
import type { Memory } from './memory.ts';
import { remember, withoutOrganization } from './memory.ts';

/** One organization of Azure DevOps, open to whoever works in it. */
export interface Town {
  readonly source: ServiceConnectionSource;
  /** The connections as they truly are. */
  connections(): readonly ServiceConnection[];
  /** What people make of them. Names are unique in a project: what would break that is refused. */
  change(edit: (all: readonly ServiceConnection[]) => readonly ServiceConnection[]): void;
  /**
   * The credential no longer sees these: silently, or with an answer that is not plainly complete; or it is a Reader there, who
   * is listed the connections and not shown what they ask for.
   */
  hide(projects: readonly ProjectId[], how: Hiding): void;
  /** Single connections that the credential is not shown, whatever it sees of their projects. */
  conceal(connections: readonly ConnectionId[]): void;
  /** The credential is a Reader on these connections, and has its rights on all others. */
  listOnly(connections: readonly ConnectionId[]): void;
  /** The lists of these projects hold an entry that does not say which connection it is. */
  mixProjects(projects: readonly ProjectId[]): void;
  /** Who answers under the name of the configuration. */
  id(): OrganizationId;
  identify(id: OrganizationId): void;
  /** The organization calls itself so from now on; whoever asks for it by its GUID finds it. */
  rename(name: string): void;
  /** Another organization shows these connections. */
  addNeighbour(organization: Organization, connections: readonly ServiceConnection[]): void;
}

type Hiding = 'silently' | 'plainly' | 'as-reader';

/** A connection as it is shown, with the subjects of the tokens that are minted for it. */
export interface Resident extends ServiceConnection {
  readonly subjects: ReadonlySet<string>;
}

/** Everything that a town is, and what its credential is shown of it. */
export interface TownState {
  all: readonly ServiceConnection[];
  hidden: readonly ProjectId[];
  how: Hiding;
  concealed: readonly ConnectionId[];
  odd: readonly ProjectId[];
  listed: readonly ConnectionId[];
  id: OrganizationId;
  ownName: string;
  readonly neighbours: [Organization, readonly ServiceConnection[]][];
}

export function createTownState(): TownState {
  const { id, name: ownName } = contoso;
  const nothing = { all: [], hidden: [], concealed: [], odd: [], listed: [], neighbours: [] };
  return { ...nothing, how: 'plainly', id, ownName };
}

export function createTown(memory: Memory, state: TownState): Town {
  const source = createMemoryServiceConnections();
  const publish = () => {
    source.put(contoso.name, showTown(state));
  };
  const set = (change: Partial<TownState>) => {
    Object.assign(state, change);
    publish();
  };
  publish();
  for (const [organization, connections] of state.neighbours)
    source.put(organization.name, inventory(connections, organization));
  return {
    source,
    connections: () => state.all,
    change(edit) {
      const [before, next] = [state.all, edit(state.all)];
      if (isRefused(next, memory)) return;
      for (const one of next)
        for (const subject of listSubjects(one, state.ownName))
          remember(memory.named, one.id, withoutOrganization(subject));
      for (const one of before)
        if (!next.some((other) => other.id === one.id))
          memory.tombs.set(one.id, listSubjects(one, state.ownName));
      set({ all: next });
    },
    hide(hidden, how) {
      set({ hidden, how });
    },
    conceal(concealed) {
      set({ concealed });
    },
    listOnly(listed) {
      set({ listed });
    },
    mixProjects(odd) {
      set({ odd });
    },
    id: () => state.id,
    identify(id) {
      set({ id });
    },
    rename(ownName) {
      set({ ownName });
    },
    addNeighbour(organization, connections) {
      state.neighbours.push([organization, connections]);
      source.put(organization.name, inventory(connections, organization));
    },
  };
}

function showTown(state: TownState): Pick<OrganizationInventory, 'identity' | 'projects'> {
  const references = state.all.flatMap((one) => one.references);
  const projects = new Map(references.map((one) => [one.projectId, one.projectName]));
  const shown = [...projects].map(([project, name]): ProjectInventory => ({
    id: project,
    name,
    connections: showProject(state, project),
    ...(state.odd.includes(project) ? { unreadable: [unknown('malformed', 'Entry 1 has no id.')] } : {}),
  }));
  return { identity: complete({ id: state.id, name: state.ownName }), projects: complete(shown) };
}

function showProject(
  { all, hidden, how, concealed, listed }: TownState,
  project: ProjectId,
): ProjectInventory['connections'] {
  const here = all
    .filter(
      ({ id, references }) =>
        !concealed.includes(id) && references.some(({ projectId }) => projectId === project),
    )
    .map((one) => (listed.includes(one.id) ? asReaderSees(one) : one));
  if (!hidden.includes(project)) return complete(here);
  if (how === 'plainly') return unknown('count-mismatch', 'The list was cut short.');
  return complete(how === 'silently' ? [] : here.map(asReaderSees));
}

/** terraform-provider-azuredevops pull request 1559: neither type nor authorization. */
const asReaderSees = (one: ServiceConnection): ServiceConnection => ({
  ...one,
  type: null,
  requestedRoleArn: null,
  oidc: null,
  hasAccessKey: null,
  hasExternalId: null,
});

/** Names are unique: those of projects, and in a project those of connections. What was deleted never comes back. */
function isRefused(all: readonly ServiceConnection[], { tombs }: Memory): boolean {
  const references = all.flatMap((one) => one.references);
  const projects = new Map(references.map(({ projectId, projectName }) => [projectId, projectName]));
  const spots = new Set(references.map(({ projectId, name }) => `${projectId} ${name}`));
  return (
    new Set(projects.values()).size < projects.size ||
    spots.size < references.length ||
    all.some(({ id }) => tombs.has(id))
  );
}

function listSubjects({ references }: ServiceConnection, organization: string): ReadonlySet<string> {
  return new Set(references.map((reference) => buildSubject(organization, reference)));
}

/** What a look has shown: every connection of the projects that could be read. */
export function listResidents({ identity, projects }: OrganizationInventory): readonly Resident[] {
  if (identity.state === 'unknown' || identity.value.id !== contoso.id) return [];
  const shown = projects.state === 'complete' ? projects.value : [];
  const all = shown.flatMap(({ connections }) => (connections.state === 'complete' ? connections.value : []));
  // What one project shows of a connection counts, whatever another one keeps back.
  const inOrder = [...all].sort((a, b) => Number(a.oidc !== null) - Number(b.oidc !== null));
  return [...new Map(inOrder.map((one) => [one.id, one])).values()].map((one) => ({
    ...one,
    subjects: listSubjects(one, identity.value.name),
  }));
}

/** Edits one connection by its id. */
export const withConnection =
  (id: ConnectionId, change: (one: ServiceConnection) => ServiceConnection) =>
  (all: readonly ServiceConnection[]) =>
    all.map((one) => (one.id === id ? change(one) : one));
