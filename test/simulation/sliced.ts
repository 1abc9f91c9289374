import { storeSlices } from '../../shared/application/discovery/store-slices.ts';
import type { AccountSlice } from '../../shared/domain/discovery/account-slice.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { AccountStateReader } from '../../shared/ports/state.ts';
import { stored } from '../builders/stored-inventory.ts';
import { createMemorySlices } from '../doubles/memory-slices.ts';
import type { SimulatedPorts } from './ports.ts';

/** What discovery, right before the run, leaves of the ports' inventories and records to the run over one account. */
export function slicedPartitions(
  { connections, state, clock }: SimulatedPorts,
  configuration: Configuration,
  change: (slice: AccountSlice) => AccountSlice,
): AccountStateReader {
  return {
    async readAccount(account) {
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
      const left = await slices.readAccount(account, [...records.keys()]);
      return { ...left, slices: left.slices.map(change) };
    },
  };
}
