import { inventoryOf } from '../../domain/discovery/stored-inventory.ts';
import type { InventoryStore } from '../../ports/inventory-store.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';

/**
 * The service connections as discovery has last seen them: passes of the service rest on these and ask Azure DevOps
 * nothing. An organization that was never discovered is unknown. Rejects when the table cannot be read.
 */
export function discoveredConnections(inventory: InventoryStore): ServiceConnectionSource {
  return {
    readInventory: async (organization) => inventoryOf(organization, await inventory.read(organization.id)),
  };
}
