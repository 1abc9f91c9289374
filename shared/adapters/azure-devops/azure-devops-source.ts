import type { Organization } from '../../domain/configuration.ts';
import type { OrganizationInventory, ProjectInventory } from '../../domain/inventory.ts';
import { complete } from '../../domain/reading.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';
import { problemOfAddress } from './address.ts';
import { mapBounded } from './bounded.ts';
import { readConnections, readIdentity, readProjects } from './calls.ts';
import { openClient } from './client.ts';
import type { Client } from './client.ts';
import { identityMismatch, refusedAddress, withoutCredential } from './errors.ts';
import { locateOrganization } from './locate.ts';
import { ownNameOf } from './mapping.ts';
import { followingRenames } from './renames.ts';
import type { ProjectDocument } from './schema.ts';
import type { Credential } from './transport.ts';

export interface AzureDevOpsSourceOptions {
  /** Asked once a look. */
  readonly credentialOf: (organization: Organization) => Promise<Credential>;
  readonly clock: Clock;
  /** Projects that are read at the same time. */
  readonly concurrency?: number;
  /** How long a look may be held back or wait in vain, all in all. */
  readonly maxWaitMs?: number;
  /** A request may be delayed by 30 s before it is answered (azure-devops-docs, rate-limits). */
  readonly requestTimeoutMs?: number;
}

type Look = Omit<OrganizationInventory, 'organizationId' | 'organizationName' | 'requests'>;

/** A look costs one request for the identity, one a page of projects, and one a project. */
export function createAzureDevOpsSource(options: AzureDevOpsSourceOptions): ServiceConnectionSource {
  const { credentialOf, clock, concurrency = 6, maxWaitMs = 120_000, requestTimeoutMs = 60_000 } = options;

  async function readInventory(organization: Organization): Promise<OrganizationInventory> {
    const { id: organizationId, name: organizationName, url } = organization;
    const asked = { organizationId, organizationName };
    const credential = await readCredential(organization, credentialOf);
    if (credential.state === 'unknown')
      return { ...asked, identity: credential, projects: credential, requests: 0 };
    const client = openClient({ url, credential: credential.value, clock, maxWaitMs, requestTimeoutMs });
    try {
      const { identity, projects } = await look(client, organization, concurrency);
      return { ...asked, identity, projects, requests: client.requests() };
    } finally {
      client.close();
    }
  }

  return {
    readInventory: followingRenames(readInventory, (one) => locateOrganization(one, requestTimeoutMs)),
  };
}

async function readCredential(
  organization: Organization,
  credentialOf: AzureDevOpsSourceOptions['credentialOf'],
): Promise<Reading<Credential>> {
  const problem = problemOfAddress(organization.url);
  if (problem !== undefined) return refusedAddress(problem);
  try {
    return complete(await credentialOf(organization));
  } catch (error) {
    return withoutCredential(error);
  }
}

/** Nothing of an organization is read before it is known to be the one that is meant. */
async function look(client: Client, organization: Organization, concurrency: number): Promise<Look> {
  const { name } = organization;
  const id = await readIdentity(client);
  if (id.state === 'unknown') return { identity: id, projects: id };
  if (id.value !== organization.id)
    return { identity: complete({ id: id.value, name }), projects: identityMismatch };
  const list = await readProjects(client);
  if (list.state === 'unknown') return { identity: complete({ id: id.value, name }), projects: list };
  const projects = await mapBounded(list.value, concurrency, (project) => readProject(client, project));
  return {
    identity: complete({ id: id.value, name: ownNameOf(name, list.value) }),
    projects: complete(projects),
  };
}

async function readProject(client: Client, { id, name }: ProjectDocument): Promise<ProjectInventory> {
  return { id, name, connections: await readConnections(client, { id, name }) };
}
