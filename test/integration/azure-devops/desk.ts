import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type {
  LocalAzureDevOps,
  LocalAzureDevOpsOptions,
} from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import type { AzureDevOpsSourceOptions } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import type { Organization } from '../../../shared/domain/configuration/configuration.ts';
import { parseOrganizationId } from '../../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory } from '../../../shared/domain/azure-devops/inventory.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';

export const TOKEN = 'fourscore-and-seven';

/** `contoso` with projects of one connection each, and somebody who looks at it. */
export interface Session {
  readonly azdo: LocalAzureDevOps;
  readonly clock: VirtualClock;
  readonly organization: Organization;
  observe(options?: Partial<AzureDevOpsSourceOptions>): Promise<OrganizationInventory>;
}

export async function openSession(
  projects: readonly string[] = ['Shop'],
  options: LocalAzureDevOpsOptions = {},
): Promise<Session> {
  const azdo = await startLocalAzureDevOps({ pageSize: 2, ...options });
  const created = azdo.organizations.create({ name: 'contoso', pats: [{ token: TOKEN, access: 'read' }] });
  for (const project of projects) {
    azdo.projects.create('contoso', project);
    azdo.connections.create('contoso', { project, name: 'aws-prod', useOidc: true });
  }
  const organization = makeOrganization(`${azdo.url}/contoso`, created.id);
  const clock = createVirtualClock();
  return {
    azdo,
    clock,
    organization,
    observe: (more = {}) => observeConnection(organization, { clock, ...more }),
  };
}

export function makeOrganization(url: string, guid: string): Organization {
  const id = parseOrganizationId(guid);
  if (id === undefined) throw new Error(`${guid} is no GUID.`);
  return { name: 'contoso', id, url, credential: { type: 'pat', env: 'UNUSED' } };
}

export function observeConnection(
  organization: Organization,
  options: Partial<AzureDevOpsSourceOptions> = {},
): Promise<OrganizationInventory> {
  return createAzureDevOpsSource({
    clock: createVirtualClock(),
    getCredential: () => Promise.resolve({ type: 'pat', token: TOKEN }),
    ...options,
  }).readInventory(organization);
}

/** In a few words: the code of what is unknown, or what was found. */
export function summarizeInventory({ identity, projects }: OrganizationInventory) {
  return {
    identity: identity.state === 'unknown' ? identity.code : 'known',
    projects:
      projects.state === 'unknown'
        ? projects.code
        : Object.fromEntries(
            projects.value.map(({ name, connections }) => [
              name,
              connections.state === 'unknown' ? connections.code : connections.value.length,
            ]),
          ),
  };
}
