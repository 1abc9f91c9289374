import {
  coversListing,
  keepAccountList,
  listUnits,
  resolveAccounts,
  updateAccountList,
} from '../../domain/configuration/account-list.ts';
import type { AccountListing, StoredAccountList } from '../../domain/configuration/account-listing.ts';
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
  const stored = complete(await store.read());
  const { after, reading, requests } = await readAccountList(source, listing, stored, ports.clock);
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
  const stored: Reading<StoredAccountList> = store ? await captureReading(() => store.read()) : complete({});
  const known = stored.state === 'complete' ? stored.value : {};
  const { list } = known;
  const isFresh = list && coversListing(list, listing) && Math.abs(now - Date.parse(list.readAt)) < DAY_MS;
  if (isFresh) return resolveAccounts(configuration, known);
  const { after } = await readAccountList(source, listing, stored, { now: () => now });
  return resolveAccounts(configuration, after);
}

/** What is stored, with what AWS Organizations lists in its place; or with the reason why it does not. */
export async function readAccountList(
  source: AccountListSource,
  listing: AccountListing,
  stored: Reading<StoredAccountList>,
  clock: { now(): number },
) {
  const before = stored.state === 'complete' ? stored.value : {};
  const { accounts: reading, requests } = await source.list(listing);
  const now = clock.now();
  const after: StoredAccountList =
    reading.state === 'complete'
      ? { list: updateAccountList(before.list, listUnits(listing), reading.value, now) }
      : keepAccountList(before, joinTrouble(reading, stored), now);
  return { after, reading, requests };
}

/** Why there is no list: AWS Organizations did not give one, and the table perhaps neither. */
export function joinTrouble(reading: Unknown, stored: Reading<unknown>): Unknown {
  if (stored.state === 'complete') return reading;
  return unknown(
    reading.code,
    `${reading.message} The stored list could not be read, either: ${stored.message}`,
  );
}
