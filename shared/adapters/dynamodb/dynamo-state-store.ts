import { GetCommand, PutCommand, TransactWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  accountPartition,
  controlsKey,
  hooksKey,
  organizationPartition,
  readingKey,
  sortKeyPrefixes,
  tableAttributes,
} from '../../contract/table-keys.ts';
import type { RecordedHooks } from '../../domain/records/hook-records.ts';
import { newHooks } from '../../domain/records/hook-records.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import { newControls } from '../../domain/records/deployment-record.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../domain/records/connection-record.ts';
import type {
  AccountState,
  AccountStateReader,
  SliceStore,
  StateStore,
  InventoryStore,
  RunLog,
  HistoryStore,
  LaneStore,
  LeaseStore,
  RecordHistory,
} from '../../ports/state.ts';
import { calling } from './errors.ts';
import { isConnection, isProvider, toTableKey, keyText, toTableItem } from './item-mapping.ts';
import { readOrQuarantine } from './quarantine.ts';
import { readPending } from './pending-index.ts';
import type { TableAccess } from './dynamo-table.ts';
import { createSignatureJudge, queryAll, expecting } from './dynamo-table.ts';
import { signed } from './signatures.ts';
import type { Clock } from '../../ports/clock.ts';
import { createDynamoHistoryStore } from './dynamo-history-store.ts';
import type { ReadingSubject, RecordedReading } from '../../domain/records/reading-record.ts';
import { newReading } from '../../domain/records/reading-record.ts';
import { createDynamoLaneStore } from './dynamo-lane-store.ts';
import { createDynamoInventoryStore } from './dynamo-inventory-store.ts';
import { createDynamoLeaseStore } from './dynamo-lease-store.ts';
import { createDynamoSliceStore, readSlices } from './dynamo-slice-store.ts';
import { createDynamoRunLog } from './dynamo-run-log.ts';

function createDynamoStateStore(access: TableAccess): StateStore {
  return {
    readConnections: (organization) => readConnections(access, organization),
    readProviders: (account) => readProviders(access, account),
    readControls: () => readControls(access),
    readHooks: (organization) => readHooks(access, organization),
    readReading: (subject) => readReading(access, subject),
    write: (item) => write(access, item),
    writeTogether: (items) => writeTogether(access, items),
    readAgain: (item) => readAgain(access, item),
    readPending: (from) => readPending(access, from),
  };
}

async function readConnections(access: TableAccess, id: OrganizationId): Promise<RecordedConnection[]> {
  const items = await readPartition(access, organizationPartition(id), sortKeyPrefixes.connection);
  return items.filter(isConnection);
}

async function readProviders(access: TableAccess, account: AccountId): Promise<RecordedProvider[]> {
  const items = await readPartition(access, accountPartition(account), sortKeyPrefixes.provider);
  return items.filter(isProvider);
}

/** Records, providers and slices of the account lie side by side: one Query reads them, and its lease. */
async function readAccount(
  access: TableAccess,
  account: AccountId,
  organizations: readonly OrganizationId[],
): Promise<AccountState> {
  const partition = accountPartition(account);
  const [items, recorded] = await Promise.all([
    queryAll(access, partition, {
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :partition AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#sk': tableAttributes.sortKey },
      ExpressionAttributeValues: {
        ':partition': partition,
        ':first': sortKeyPrefixes.connection,
        ':last': `${sortKeyPrefixes.slice}~`,
      },
    }),
    Promise.all(organizations.map((id) => readConnections(access, id))),
  ]);
  const judge = await createSignatureJudge(access);
  const providers = items
    .filter(({ sk }) => String(sk).startsWith(sortKeyPrefixes.provider))
    .map((item) => readOrQuarantine(item, judge))
    .filter(isProvider);
  return { slices: readSlices(items), recorded: recorded.flat(), providers };
}

async function readControls(access: TableAccess): Promise<RecordedControls> {
  const item = await readOne(access, controlsKey);
  return item?.kind === 'controls' ? item : newControls;
}

async function readHooks(access: TableAccess, organization: OrganizationId): Promise<RecordedHooks> {
  const item = await readOne(access, hooksKey(organization));
  return item?.kind === 'hooks' ? item : newHooks(organization);
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
  return (await readOne(access, toTableKey(item))) as Item | undefined;
}

async function readOne(access: TableAccess, key: TableKey): Promise<RecordedItem | undefined> {
  const { documents, table } = access;
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const { Item } = await calling(call, () => documents.send(command));
  return Item && readOrQuarantine(Item, await createSignatureJudge(access));
}

async function readPartition(
  access: TableAccess,
  partition: string,
  prefix: string,
): Promise<RecordedItem[]> {
  const items = await queryAll(access, partition, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :partition AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#sk': tableAttributes.sortKey },
    ExpressionAttributeValues: { ':partition': partition, ':prefix': prefix },
  });
  const judge = await createSignatureJudge(access);
  return items.map((item) => readOrQuarantine(item, judge));
}

/**
 * State and events in one write, so that nothing changes without being told. A conflict may also be our own write,
 * when its answer was lost and the SDK sent it again: the caller reads again either way.
 */
async function write<Item extends RecordedItem>(
  { documents, table, recordKey }: TableAccess,
  item: Item,
): Promise<Item> {
  const written = { ...item, version: item.version + 1 };
  const command = new PutCommand({
    TableName: table,
    Item: signed(toTableItem(written), await recordKey?.()),
    ...expecting(item.version),
  });
  const call = { action: 'dynamodb:PutItem', target: keyText(toTableKey(item)) } as const;
  await calling(call, () => documents.send(command));
  return written;
}

/**
 * One transaction. The SDK gives it a token, so that the same call sent again is the same transaction (DynamoDB API Reference,
 * TransactWriteItems).
 */
async function writeTogether<Item extends RecordedItem>(
  { documents, table, recordKey }: TableAccess,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const key = await recordKey?.();
  const written = items.map((item) => ({ ...item, version: item.version + 1 }));
  const command = new TransactWriteCommand({
    TransactItems: written.map((item) => ({
      Put: { TableName: table, Item: signed(toTableItem(item), key), ...expecting(item.version - 1) },
    })),
  });
  const target = items.map((item) => keyText(toTableKey(item))).join(', ');
  await calling({ action: 'dynamodb:PutItem', target }, () => documents.send(command));
  return written;
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
  readonly state: StateStore;
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
    inventory: createDynamoInventoryStore(access),
    slices: createDynamoSliceStore(access, clock),
    accountStates: { readAccount: (account, organizations) => readAccount(access, account, organizations) },
    runs: createDynamoRunLog(access, clock),
  };
}

/** A client of the embedded DynamoDB, which looks at neither region nor credentials. */
export function createLocalDynamoClient(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint: url, region: 'local', credentials });
}
