import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableKey } from '../../contract/table-keys.ts';
import { accountPartition, controlsKey, readingKey, sortKeyPrefixes } from '../../contract/table-keys.ts';
import type { RecordedHooks } from '../../domain/records/hook-records.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import { newAccountControls, newControls } from '../../domain/records/deployment-record.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../domain/records/connection-record.ts';
import type {
  AccountStateReader,
  RecordMover,
  SliceStore,
  StateStore,
  InventoryStore,
  RunLog,
  HistoryStore,
  LaneStore,
  LeaseStore,
  RecordHistory,
} from '../../ports/state.ts';
import { isProvider, isConnection, toTableKey, keyText, toTableItem } from './item-mapping.ts';
import { readAccount, readConnectionRecords, readRecord } from './connection-records.ts';
import { toPlaceItem } from './record-places.ts';
import { planHookWrites, readHooks } from './dynamo-hooks.ts';
import { readOrQuarantine } from './quarantine.ts';
import { readPending } from './pending-index.ts';
import {
  createSignatureJudge,
  expecting,
  getItem,
  putTogether,
  queryPrefix,
  type ConditionalPut,
  type TableAccess,
} from './dynamo-table.ts';
import { signed } from './signatures.ts';
import type { Clock } from '../../ports/clock.ts';
import { createDynamoHistoryStore } from './dynamo-history-store.ts';
import type { ReadingSubject, RecordedReading } from '../../domain/records/reading-record.ts';
import { newReading } from '../../domain/records/reading-record.ts';
import { createDynamoLaneStore } from './dynamo-lane-store.ts';
import { createDynamoInventoryStore } from './dynamo-inventory-store.ts';
import { createDynamoLeaseStore } from './dynamo-lease-store.ts';
import { createDynamoSliceStore } from './dynamo-slice-store.ts';
import { createDynamoRunLog } from './dynamo-run-log.ts';

const createDynamoStateStore = (access: TableAccess): StateStore & RecordMover => ({
  readConnections: (organization) => readConnectionRecords(access, organization),
  readProviders: (account) => readProviders(access, account),
  readControls: (account) => readControls(access, account),
  readHooks: (organization) => readHooks(access, organization),
  readReading: (subject) => readReading(access, subject),
  write: (item) => write(access, item),
  writeTogether: (items) => writeTogether(access, items),
  move: (item, home) => move(access, item, home),
  readAgain: (item) => readAgain(access, item),
  readPending: (from) => readPending(access, from),
});

async function readProviders(access: TableAccess, account: AccountId): Promise<RecordedProvider[]> {
  const items = await queryPrefix(access, accountPartition(account), sortKeyPrefixes.provider);
  const judge = await createSignatureJudge(access);
  return items.map((item) => readOrQuarantine(item, judge)).filter(isProvider);
}

async function readControls(access: TableAccess, account?: AccountId): Promise<RecordedControls> {
  const item = await readOne(access, controlsKey(account));
  if (item?.kind === 'controls') return item;
  return account === undefined ? newControls : newAccountControls(account);
}

async function readReading(access: TableAccess, subject: ReadingSubject): Promise<RecordedReading> {
  const item = await readOne(access, readingKey(subject.of, subject.id));
  return item?.kind === 'reading' ? item : newReading(subject);
}

async function readAgain<Item extends RecordedItem>(
  access: TableAccess,
  item: Item,
): Promise<Item | undefined> {
  // What lies under the key of an item is of its kind.
  const found = await readLike(access, item);
  return found as Item | undefined;
}

async function readLike(access: TableAccess, item: RecordedItem): Promise<RecordedItem | undefined> {
  if (isConnection(item)) return readRecord(access, item);
  if (item.kind !== 'hooks') return readOne(access, toTableKey(item));
  const hooks = await readHooks(access, item.organizationId);
  return hooks.version > 0 ? hooks : undefined;
}

async function readOne(access: TableAccess, key: TableKey): Promise<RecordedItem | undefined> {
  const item = await getItem(access, key);
  return item && readOrQuarantine(item, await createSignatureJudge(access));
}

/**
 * State and events in one write, so that nothing changes without being told. A conflict may also be our own write,
 * when its answer was lost and the SDK sent it again: the caller reads again either way.
 */
async function write<Item extends RecordedItem>(access: TableAccess, item: Item): Promise<Item> {
  if (item.kind === 'hooks') return { ...item, version: await writeHooks(access, item) };
  const written = { ...item, version: item.version + 1 };
  const puts = listPuts(item, await access.recordKey?.());
  await putTogether(access, puts, keyText(toTableKey(item)));
  return written;
}

/** The version of the last write. */
async function writeHooks(access: TableAccess, hooks: RecordedHooks): Promise<number> {
  const writes = await planHookWrites(access, hooks);
  for (const { head, parts } of writes) {
    const puts = [...listPuts(head, undefined), ...parts.map((Item) => ({ Item }))];
    await putTogether(access, puts, keyText(toTableKey(head)));
  }
  return hooks.version + writes.length;
}

/** What writes the item: of a record that is new at its home also the place that leads to it, which no other record may have. */
function listPuts(item: RecordedItem, key: Uint8Array | undefined): readonly ConditionalPut[] {
  const { version } = item;
  const stored = signed(toTableItem({ ...item, version: version + 1 }), key);
  const put = { Item: stored, ...expecting(version) };
  if (!isConnection(item) || version > 0 || item.home === undefined) return [put];
  return [{ Item: toPlaceItem(item, item.home), ...expecting(0) }, put];
}

/** A record of the release before, or one that was about no account when it was made. */
async function move(
  access: TableAccess,
  item: RecordedConnection,
  home: AccountId,
): Promise<RecordedConnection> {
  const moved = { ...item, home, version: item.version + 1 };
  const stored = signed(toTableItem(moved), await access.recordKey?.());
  const puts = [
    { Item: toPlaceItem(item, home), ...expecting(item.version) },
    { Item: stored, ...expecting(0) },
  ];
  await putTogether(access, puts, keyText(toTableKey(item)));
  return moved;
}

async function writeTogether<Item extends RecordedItem>(
  access: TableAccess,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const key = await access.recordKey?.();
  const puts = items.flatMap((item) => listPuts(item, key));
  const [first = '', ...more] = items.map((item) => keyText(toTableKey(item)));
  const target = more.length === 0 ? first : `${first} and ${more.length} more`;
  await putTogether(access, puts, target);
  return items.map((item) => ({ ...item, version: item.version + 1 }));
}

interface DynamoStateOptions {
  readonly table: string;
  readonly clock: Clock;
  /** Without one, region, endpoint and credentials are those of the environment, as the SDK finds them. */
  readonly client?: DynamoDBClient;
  /** The key that records are signed with; left out: they are not. */
  readonly recordKey?: () => Promise<Uint8Array>;
  /** Records are taken without a look at their signatures, for a person who is to judge them. */
  readonly takesUnsigned?: boolean;
  /** Items per Query; only tests need one. */
  readonly pageSize?: number;
}

export interface DynamoState {
  readonly state: StateStore & RecordMover;
  readonly history: HistoryStore & RecordHistory;
  readonly lanes: LaneStore;
  readonly leases: LeaseStore;
  readonly inventory: InventoryStore;
  readonly slices: SliceStore;
  readonly accountStates: AccountStateReader;
  readonly runs: RunLog;
}

/** The stores of the one table. */
export function createDynamoState({ clock, client, ...options }: DynamoStateOptions): DynamoState {
  const documents = DynamoDBDocumentClient.from(client ?? new DynamoDBClient());
  const access = { documents, ...options };
  return {
    state: createDynamoStateStore(access),
    history: createDynamoHistoryStore(access, clock),
    lanes: createDynamoLaneStore(access),
    leases: createDynamoLeaseStore(access),
    inventory: createDynamoInventoryStore(access, clock),
    slices: createDynamoSliceStore(access, clock),
    accountStates: { readAccount: (account, organizations) => readAccount(access, account, organizations) },
    runs: createDynamoRunLog(access, clock),
  };
}
