import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { overtake } from '../../domain/discovery/stored-inventory.ts';
import type { InventoryStore } from '../../ports/state.ts';
import { retryOnConflict } from '../records/records.ts';

/**
 * Before a person acts on what they see of Azure DevOps: automatic runs rest on what discovery saw before that, and would
 * undo it. What differs is unknown to them until discovery has looked again. A discovery that began before is refused its
 * write, and looks again. Nothing is kept where there is no discovery. Throws what the table throws.
 */
export async function overtakeDiscovery(
  inventory: Pick<InventoryStore, 'read' | 'write'> | undefined,
  looks: readonly OrganizationInventory[],
): Promise<void> {
  if (inventory) for (const snapshot of looks) await overtakeOne(inventory, snapshot);
}

async function overtakeOne(
  inventory: Pick<InventoryStore, 'read' | 'write'>,
  snapshot: OrganizationInventory,
): Promise<void> {
  await retryOnConflict(async () => {
    for (const project of overtake(await inventory.read(snapshot.organizationId), snapshot))
      await inventory.write(project);
  });
}
