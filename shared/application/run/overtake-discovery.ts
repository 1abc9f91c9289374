import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { overtake } from '../../domain/discovery/stored-inventory.ts';
import { storeSlices } from '../discovery/store-slices.ts';
import type { RunPorts } from '../observe/observe.ts';
import { retryOnConflict } from '../records/records.ts';

type OvertakePorts = Pick<RunPorts, 'inventory' | 'slices' | 'state' | 'clock'>;

/**
 * Before a person acts on what they see of Azure DevOps: automatic runs rest on what discovery saw before that, and would
 * undo it. What differs is unknown to them until discovery has looked again. A discovery that began before is refused its
 * write, and looks again. Nothing is kept where there is no discovery. Throws what the table throws.
 */
export async function overtakeDiscovery(
  ports: OvertakePorts,
  configuration: Configuration,
  looks: readonly OrganizationInventory[],
): Promise<void> {
  for (const snapshot of looks) await overtakeOne(ports, configuration, snapshot);
}

async function overtakeOne(
  { inventory, slices, state, clock }: OvertakePorts,
  configuration: Configuration,
  snapshot: OrganizationInventory,
): Promise<void> {
  if (!inventory) return;
  const { organizationId } = snapshot;
  await retryOnConflict(async () => {
    for (const project of overtake(await inventory.read(organizationId), snapshot))
      await inventory.write(project);
  });
  const organization = configuration.organizations.find(({ id }) => id === organizationId);
  if (!slices || !organization) return;
  // After the parts: a discovery that cuts slices from what was stored before is refused them, or these overwrite them.
  await retryOnConflict(async () => {
    const heads = await slices.readHeads(
      organizationId,
      configuration.accounts.map(({ id }) => id),
    );
    const [parts, recorded] = await Promise.all([
      inventory.read(organizationId),
      state.readConnections(organizationId),
    ]);
    if (parts.length === 0) return;
    await storeSlices({ slices }, configuration, { organization, parts, recorded, heads }, clock.now());
  });
}
