import { storeSlices } from '../../shared/application/discovery/store-slices.ts';
import type { AccountSlice } from '../../shared/domain/discovery/account-slice.ts';
import { digestSlice } from '../../shared/domain/discovery/account-slice.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { AccountStateReader } from '../../shared/ports/state.ts';
import { stored } from '../builders/stored-inventory.ts';
import { createMemorySlices } from '../doubles/memory-slices.ts';
import type { SimulatedPorts } from './ports.ts';
import type { World } from './world.ts';
import { sliceName } from './world.ts';

type Sources = Pick<SimulatedPorts, 'connections' | 'state' | 'clock'>;

/** What discovery, right before the run, leaves of the ports' inventories and records to the run over one account. */
export function slicedPartitions(
  ports: SimulatedPorts,
  configuration: Configuration,
  change: (slice: AccountSlice) => AccountSlice,
): AccountStateReader {
  return {
    async readAccount(account) {
      const left = await sliceAll(ports, configuration, account);
      const slices = left.slices.map(change);
      for (const slice of slices) await ports.slices.write(slice, undefined);
      return { ...left, slices };
    },
  };
}

/** Discovery looks again, whatever else is under way, and writes what it sees. */
export async function discoverAgain({ town, table, clock, configuration, heads }: World): Promise<void> {
  const ports = { connections: town.source, state: table.store, clock };
  for (const { id } of configuration.accounts)
    for (const slice of (await sliceAll(ports, configuration, id)).slices)
      heads.set(sliceName(slice.organizationId, id), digestSlice(slice));
}

async function sliceAll(
  { connections, state, clock }: Sources,
  configuration: Configuration,
  account: AccountId,
) {
  const read = await Promise.all(
    configuration.organizations.map(async (organization) => ({
      organization,
      inventory: await connections.readInventory(organization),
      recorded: await state.readConnections(organization.id),
    })),
  );
  const records = new Map(read.map(({ organization, recorded }) => [organization.id, recorded]));
  const slices = createMemorySlices({
    readConnections: (id) => Promise.resolve(records.get(id) ?? []),
    readProviders: (id) => state.readProviders(id),
  });
  for (const { organization, inventory, recorded } of read) {
    const source = { organization, parts: stored(inventory), recorded, heads: new Map() };
    await storeSlices({ slices }, configuration, source, clock.now());
  }
  return slices.readAccount(account, [...records.keys()]);
}
