import {
  coversListing,
  keepAccountList,
  listUnits,
  resolveAccounts,
  updateAccountList,
} from '../../domain/configuration/account-list.ts';
import type { StoredAccountList } from '../../domain/configuration/account-listing.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { DAY_MS } from '../../domain/kernel/durations.ts';
import { captureReading, complete, unknown, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import type { AccountLists, AccountListSource, AccountListStore } from '../../ports/account-lists.ts';
import { noteAccountList, type ReadingPorts } from '../records/readings.ts';

export type AccountListPorts = ReadingPorts & { readonly accountLists: AccountLists };

/** What reading the accounts of AWS Organizations has come to. */
export interface ListedAccounts {
  readonly configuration: Configuration;
  readonly reading: Reading<unknown>;
  readonly requests: number;
}

/**
 * Reads the accounts of AWS Organizations, stores what was read to its end, and returns the configuration with them. What could
 * not be read leaves the list before it as it is. `undefined` where the configuration names all of its accounts. Throws what the
 * table throws.
 */
export async function sweepAccountList(
  ports: AccountListPorts,
  configuration: Configuration,
): Promise<ListedAccounts | undefined> {
  const { listing } = configuration;
  if (!listing) return undefined;
  const { source, store } = ports.accountLists;
  const before = await store.read();
  const { accounts: reading, requests } = await source.list(listing);
  const now = ports.clock.now();
  const after: StoredAccountList =
    reading.state === 'complete'
      ? { list: updateAccountList(before.list, listUnits(listing), reading.value, now) }
      : keepAccountList(before, reading, now);
  await store.write(after);
  // It explains, and the next reading makes up for it.
  await captureReading(() => noteAccountList(ports, reading));
  return { configuration: resolveAccounts(configuration, after), reading, requests };
}

/**
 * The configuration with the accounts of AWS Organizations, for who only looks: as the service has stored them, or read now
 * where the service did not, long ago or for other units. Without a store, and where it cannot be read, they are read now.
 * Stores nothing.
 */
export async function findAccounts(
  { source, store }: { readonly source: AccountListSource; readonly store?: Pick<AccountListStore, 'read'> },
  configuration: Configuration,
  now: number,
): Promise<Configuration> {
  const { listing } = configuration;
  if (!listing) return configuration;
  const before = store ? await captureReading(() => store.read()) : complete({});
  const stored: StoredAccountList = before.state === 'complete' ? before.value : {};
  const { list } = stored;
  const isFresh = list && coversListing(list, listing) && Math.abs(now - Date.parse(list.readAt)) < DAY_MS;
  if (isFresh) return resolveAccounts(configuration, stored);
  const { accounts: reading } = await source.list(listing);
  if (reading.state === 'complete')
    return resolveAccounts(configuration, {
      list: updateAccountList(list, listUnits(listing), reading.value, now),
    });
  return resolveAccounts(configuration, keepAccountList(stored, joinTrouble(reading, before), now));
}

/** Why there is no list: AWS Organizations did not give one, and the table perhaps neither. */
export function joinTrouble(reading: Unknown, stored: Reading<unknown>): Unknown {
  if (stored.state === 'complete') return reading;
  return unknown(
    reading.code,
    `${reading.message} The stored list could not be read, either: ${stored.message}`,
  );
}
