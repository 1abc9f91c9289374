import { ConflictError } from '../../domain/kernel/errors.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { overtake } from '../../domain/discovery/stored-inventory.ts';
import type { InventoryStore } from '../../ports/state.ts';

/** Whoever wins a conflict has made progress, so a few rounds are enough. */
const ATTEMPTS = 5;

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
  for (let attempt = 1; ; attempt++) {
    try {
      for (const project of overtake(await inventory.read(snapshot.organizationId), snapshot))
        await inventory.write(project);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}
