import pLimit from 'p-limit';
import {
  accountPartition,
  connectionKey,
  homeKey,
  homePrefix,
  organizationPartition,
  sortKeyPrefixes,
  tableAttributes,
} from '../../contract/table-keys.ts';
import type { AccountId, ConnectionId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import type { AccountState } from '../../ports/state.ts';
import { readSlices } from './dynamo-slice-store.ts';
import { createSignatureJudge, getItem, queryAll, queryPrefix, type TableAccess } from './dynamo-table.ts';
import { isConnection, isProvider, type TableItem } from './item-mapping.ts';
import { readOrQuarantine } from './quarantine.ts';
import { readPlace } from './record-places.ts';

/**
 * First what lies at the organization, then the accounts that it leads to: a record that is moved meanwhile is seen in one of the
 * two places, or in both. One that is not where it should be stands as one that cannot be read.
 */
export async function readConnectionRecords(
  access: TableAccess,
  id: OrganizationId,
): Promise<RecordedConnection[]> {
  const judge = await createSignatureJudge(access);
  const items = await queryPrefix(access, organizationPartition(id), sortKeyPrefixes.connection);
  const places = new Map(
    items.flatMap((item) => {
      const home = readPlace(item);
      return home === undefined ? [] : [[item, home] as const];
    }),
  );
  const records = new Map<ConnectionId, RecordedConnection>();
  const keep = (stored: readonly TableItem[]) => {
    for (const item of stored.map((one) => readOrQuarantine(one, judge)).filter(isConnection))
      records.set(item.connectionId, item);
  };
  keep(items.filter((item) => !places.has(item)));
  const queryHome = (home: AccountId) => queryPrefix(access, accountPartition(home), homePrefix(id));
  for (const found of await pLimit(AT_ONCE).map(new Set(places.values()), queryHome)) keep(found);
  for (const item of places.keys()) {
    const lost = readOrQuarantine(item, judge);
    if (isConnection(lost) && !records.has(lost.connectionId)) records.set(lost.connectionId, lost);
  }
  return [...records.values()];
}

/** Queries that go on side by side. */
const AT_ONCE = 20;

/** Records, providers and slices of the account lie side by side: one Query reads them, and its lease. */
export async function readAccount(
  access: TableAccess,
  account: AccountId,
  organizations: readonly OrganizationId[],
): Promise<AccountState> {
  const partition = accountPartition(account);
  const items = await queryAll(access, partition, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :partition AND #sk BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#sk': tableAttributes.sortKey },
    ExpressionAttributeValues: {
      ':partition': partition,
      ':first': sortKeyPrefixes.connection,
      ':last': `${sortKeyPrefixes.slice}~`,
    },
  });
  const judge = await createSignatureJudge(access);
  const readKind = (prefix: string) =>
    items.filter(({ sk }) => String(sk).startsWith(prefix)).map((item) => readOrQuarantine(item, judge));
  const own = readKind(sortKeyPrefixes.connection).filter(isConnection);
  const slices = readSlices(items).filter(({ organizationId }) => organizations.includes(organizationId));
  const known = new Set(own.map(({ connectionId }) => connectionId));
  const neighbours = slices.flatMap(({ organizationId, elsewhere }) =>
    elsewhere
      .filter(({ connectionId }) => !known.has(connectionId))
      .map((one) => ({ organizationId, ...one })),
  );
  const found = await pLimit(AT_ONCE).map(neighbours, (neighbour) => readRecord(access, neighbour));
  return {
    slices,
    recorded: [...own, ...found.filter((item) => item !== undefined)],
    providers: readKind(sortKeyPrefixes.provider).filter(isProvider),
  };
}

/** The record of a connection, wherever it lies now. `home`: where it is thought to lie. */
export async function readRecord(
  access: TableAccess,
  connection: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'home'>,
): Promise<RecordedConnection | undefined> {
  const { organizationId, connectionId, home } = connection;
  const judge = await createSignatureJudge(access);
  const readHome = (account: AccountId) => getItem(access, homeKey(account, organizationId, connectionId));
  const expected = home === undefined ? undefined : await readHome(home);
  const stored = expected ?? (await getItem(access, connectionKey(organizationId, connectionId)));
  const elsewhere = stored && readPlace(stored);
  const moved = elsewhere === undefined ? stored : ((await readHome(elsewhere)) ?? stored);
  const item = moved && readOrQuarantine(moved, judge);
  return item && isConnection(item) ? item : undefined;
}
