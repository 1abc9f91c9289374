import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory, ProjectSnapshot } from '../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type {
  ProjectConnectionSource,
  ServiceConnectionSource,
} from '../../shared/ports/service-connections.ts';
import { frozenCopy } from './frozen-copy.ts';

/** Who answers under a name, and what it shows. `unknown` in any place is what a look then gives there. */
export type MemoryOrganization = Pick<OrganizationInventory, 'identity' | 'projects'>;

export interface MemoryServiceConnections extends ServiceConnectionSource, ProjectConnectionSource {
  /** What the looks from now on find under the name of an organization. */
  put(organizationName: string, shown: MemoryOrganization): void;
}

export function createMemoryServiceConnections(): MemoryServiceConnections {
  const organizations = new Map<string, MemoryOrganization>();
  const find = ({ id, name }: Organization): MemoryOrganization => {
    const shown = organizations.get(name.toLowerCase());
    return shown ? observeConnection(shown, id) : nobody;
  };
  return {
    put(organizationName, shown) {
      organizations.set(organizationName.toLowerCase(), frozenCopy(shown));
    },
    readInventory: (organization) => Promise.resolve({ ...asked(organization), ...find(organization) }),
    readProject: (organization, project) => {
      const { identity, projects } = find(organization);
      return Promise.resolve({ ...asked(organization), identity, project: findProject(projects, project) });
    },
  };
}

const asked = ({ id, name }: Organization) => ({ organizationId: id, organizationName: name, requests: 0 });

function findProject(projects: OrganizationInventory['projects'], id: ProjectId): ProjectSnapshot['project'] {
  if (projects.state === 'unknown') return projects;
  const found = projects.value.find((project) => project.id === id);
  return found ? complete(found) : unknown('not-found', 'There is no such project.');
}

const nothing = unknown('not-found', 'No organization answers under this name.');
const nobody: MemoryOrganization = { identity: nothing, projects: nothing };

/** An organization that is not surely the one that is meant shows nothing. */
function observeConnection(
  { identity, projects }: MemoryOrganization,
  pinned: Organization['id'],
): MemoryOrganization {
  if (identity.state === 'unknown') return { identity, projects: identity };
  if (identity.value.id === pinned) return { identity, projects };
  const mismatch = unknown(
    'identity-mismatch',
    'Another organization answers under this name, so it was not read.',
  );
  return { identity, projects: mismatch };
}
