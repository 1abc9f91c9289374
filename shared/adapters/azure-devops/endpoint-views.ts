import pLimit from 'p-limit';
import type { Organization } from '../../domain/configuration/configuration.ts';
import type { ProjectId } from '../../domain/kernel/ids.ts';
import type {
  OrganizationInventory,
  ProjectInventory,
  ProjectSnapshot,
} from '../../domain/azure-devops/inventory.ts';
import { createSharing, orderProjects } from '../../domain/azure-devops/inventory.ts';
import { complete, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import { readConnections, readIdentity, readProjectDocument, readProjects } from './calls.ts';
import type { Client } from './client.ts';
import { identityMismatch } from './errors.ts';
import type { ProjectDocument } from './schema.ts';

/** A kind of look: what it asks, what it has seen when it could ask nothing, and all that it was told. */
export interface EndpointQuery<Seen> {
  readonly ask: (client: Client) => Promise<Seen>;
  readonly unread: (reason: Unknown) => Seen;
  readonly readings: (seen: Seen) => readonly Reading<unknown>[];
}

type Whole = Pick<OrganizationInventory, 'identity' | 'projects' | 'unreadable'>;
type One = Pick<ProjectSnapshot, 'identity' | 'project'>;

export function wholeLook(
  organization: Organization,
  concurrency: number,
  from?: ProjectId,
): EndpointQuery<Whole> {
  return {
    async ask(client) {
      const { identity, impostor } = await readPinned(client, organization);
      if (impostor) return { identity, projects: impostor };
      const list = await readProjects(client);
      if (list.state === 'unknown') return { identity, projects: list };
      const { items, unreadable } = list.value;
      const share = createSharing();
      const listed = [...new Map(items.map((project) => [project.id, project])).values()];
      const projects = await mapBounded(orderProjects(listed, from), concurrency, async (project) => {
        const { connections, ...rest } = await readProject(client, project);
        if (connections.state === 'unknown') return { ...rest, connections };
        return { ...rest, connections: complete(connections.value.map(share)) };
      });
      return {
        identity,
        projects: complete(projects),
        ...(unreadable.length > 0 ? { unreadable } : {}),
      };
    },
    unread: (reason) => ({ identity: reason, projects: reason }),
    readings: ({ identity, projects }) =>
      projects.state === 'unknown'
        ? [identity, projects]
        : projects.value.map(({ connections }) => connections),
  };
}

export const projectSnapshot = (organization: Organization, projectId: ProjectId): EndpointQuery<One> => ({
  async ask(client) {
    const { identity, impostor } = await readPinned(client, organization);
    if (impostor) return { identity, project: impostor };
    const project = await readProjectDocument(client, projectId);
    if (project.state === 'unknown') return { identity, project };
    return { identity, project: complete(await readProject(client, project.value)) };
  },
  unread: (reason) => ({ identity: reason, project: reason }),
  readings: ({ identity, project }) =>
    project.state === 'unknown' ? [identity, project] : [project.value.connections],
});

/** `impostor`: why nothing is read of it. It must be known to be the one that is meant before anything is. */
interface Pinned extends Pick<Whole, 'identity'> {
  readonly impostor?: Unknown;
}

async function readPinned(client: Client, organization: Organization): Promise<Pinned> {
  const { id, name } = organization;
  const answered = await readIdentity(client, organization);
  if (answered.state === 'unknown') return { identity: answered, impostor: answered };
  const identity = complete({ id: answered.value, name });
  return answered.value === id ? { identity } : { identity, impostor: identityMismatch };
}

async function readProject(client: Client, { id, name }: ProjectDocument): Promise<ProjectInventory> {
  return { id, name, ...(await readConnections(client, { id, name })) };
}

/** Works on at most `limit` items at a time. The results stand in the order of the items. */
export function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  return pLimit(Math.max(1, limit)).map(items, work);
}
