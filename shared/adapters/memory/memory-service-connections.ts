import type { Organization } from '../../domain/configuration.ts';
import type { OrganizationInventory } from '../../domain/inventory.ts';
import { unknown } from '../../domain/reading.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';
import { frozenCopy } from './frozen-copy.ts';

/** Who answers under a name, and what it shows. `unknown` in any place is what a look then gives there. */
export type MemoryOrganization = Pick<OrganizationInventory, 'identity' | 'projects'>;

export interface MemoryServiceConnections extends ServiceConnectionSource {
  /** What the looks from now on find under the name of an organization. */
  put(organizationName: string, shown: MemoryOrganization): void;
}

export function createMemoryServiceConnections(): MemoryServiceConnections {
  const organizations = new Map<string, MemoryOrganization>();
  return {
    put(organizationName, shown) {
      organizations.set(organizationName.toLowerCase(), frozenCopy(shown));
    },
    readInventory: ({ id, name }) => {
      const shown = organizations.get(name.toLowerCase());
      const look = shown ? lookAt(shown, id) : nobody;
      return Promise.resolve({ organizationId: id, organizationName: name, ...look, requests: 0 });
    },
  };
}

const nothing = unknown('not-found', 'No organization answers under this name.');
const nobody: MemoryOrganization = { identity: nothing, projects: nothing };

/** An organization that is not surely the one that is meant shows nothing. */
function lookAt({ identity, projects }: MemoryOrganization, pinned: Organization['id']): MemoryOrganization {
  if (identity.state === 'unknown') return { identity, projects: identity };
  if (identity.value.id === pinned) return { identity, projects };
  const mismatch = unknown(
    'identity-mismatch',
    'Another organization answers under this name, so it was not read.',
  );
  return { identity, projects: mismatch };
}
