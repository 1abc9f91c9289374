import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
  type QueryCommandOutput,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  FORMER_PENDING_INDEX,
  tableAttributes as names,
  tableIndexes,
  tableAttributes,
} from '../../contract/table-keys.ts';
import { TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { callTable } from './errors.ts';
import { keyText, type TableItem } from './item-mapping.ts';
import type { SignatureJudge } from './signatures.ts';
import type { TableExamination } from '../../domain/doctor/examination.ts';
import { complete, unreadBecause, type Reading } from '../../domain/kernel/result.ts';
import type { TableExaminer } from '../../ports/examination.ts';

export function createTableExaminer(client: DynamoDBClient, table: string): TableExaminer {
  return { examine: () => examine(client, table) };
}

async function examine(client: DynamoDBClient, table: string): Promise<Reading<TableExamination>> {
  try {
    const description = await describe(client, table);
    if (!description) return complete({ state: 'missing' });
    if (!isActive(description))
      return complete({ state: 'not-ready', problem: `The table ${table} cannot be used yet.` });
    const problem = problemOfIndexes(description, table);
    return complete(problem === undefined ? { state: 'ready' } : { state: 'foreign', problem });
  } catch (error) {
    return unreadBecause(error);
  }
}

/** The table, and what every read and write of it has in common. */
export interface TableAccess {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** Items looked at per Query; the service's own bound is 1 MB. */
  readonly pageSize?: number;
  /** The key that records are signed with; left out: they are not. */
  readonly recordKey?: () => Promise<Uint8Array>;
  /** Records are taken without a look at their signatures, for a person who is to judge them. */
  readonly takesUnsigned?: boolean;
}

/** What read records are judged by; `undefined`: all are taken. Without a key only those that bear no signature. */
export async function createSignatureJudge(access: TableAccess): Promise<SignatureJudge | undefined> {
  const { recordKey, takesUnsigned } = access;
  return takesUnsigned ? undefined : { key: await recordKey?.() };
}

/** Read consistently, where nothing else is said. */
export async function getItem(
  { documents, table }: TableAccess,
  key: TableKey,
  options: { readonly ConsistentRead?: boolean; readonly ProjectionExpression?: string } = {},
): Promise<TableItem | undefined> {
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true, ...options });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: item } = await callTable(call, () => documents.send(command));
  return item;
}

/** What the table must hold for a write to happen; else it is refused with ConflictError. */
export type Condition = Pick<QueryCommandInput, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> & {
  readonly ConditionExpression?: string;
};

export async function putItem(
  { documents, table }: TableAccess,
  item: TableItem,
  condition: Condition = {},
): Promise<void> {
  const command = new PutCommand({ TableName: table, Item: item, ...condition });
  await callTable({ action: 'dynamodb:PutItem', target: keyText(item) }, () => documents.send(command));
}

export type ConditionalPut = Condition & { readonly Item: TableItem };

/**
 * All of them or none. The SDK gives a transaction a token, so that the same call sent again is the same transaction (DynamoDB
 * API Reference, TransactWriteItems).
 */
export async function putTogether(
  access: TableAccess,
  puts: readonly ConditionalPut[],
  target: string,
): Promise<void> {
  const [put, ...others] = puts;
  if (put && others.length === 0) {
    const { Item, ...condition } = put;
    await putItem(access, Item, condition);
    return;
  }
  const TransactItems = puts.map((one) => ({ Put: { TableName: access.table, ...one } }));
  const command = new TransactWriteCommand({ TransactItems });
  await callTable({ action: 'dynamodb:PutItem', target }, () => access.documents.send(command));
}

export async function updateItem(
  { documents, table }: TableAccess,
  key: TableKey,
  update: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
): Promise<TableItem> {
  const command = new UpdateCommand({ TableName: table, Key: key, ...update });
  const call = { action: 'dynamodb:UpdateItem', target: keyText(key) } as const;
  const { Attributes: attributes = {} } = await callTable(call, () => documents.send(command));
  return attributes;
}

export async function deleteItem(
  { documents, table }: TableAccess,
  key: TableKey,
  condition: Condition,
): Promise<void> {
  const command = new DeleteCommand({ TableName: table, Key: key, ...condition });
  await callTable({ action: 'dynamodb:DeleteItem', target: keyText(key) }, () => documents.send(command));
}

type Query = Omit<QueryCommandInput, 'TableName'>;

export function queryPage(
  { documents, table }: TableAccess,
  target: string,
  query: Query,
): Promise<QueryCommandOutput> {
  const command = new QueryCommand({ TableName: table, ...query });
  return callTable({ action: 'dynamodb:Query', target }, () => documents.send(command));
}

/** All of them, or an error: a list that was cut short never looks like a whole one. */
export async function* queryPages(access: TableAccess, target: string, query: Query) {
  const starts = new Set<string>();
  let start: TableItem | undefined;
  do {
    const page = await queryPage(access, target, {
      ...query,
      ...(access.pageSize !== undefined && { Limit: access.pageSize }),
      ...(start && { ExclusiveStartKey: start }),
    });
    yield page;
    start = page.LastEvaluatedKey;
    remember(starts, start, target);
  } while (start);
}

export async function queryAll(access: TableAccess, target: string, query: Query): Promise<TableItem[]> {
  const items: TableItem[] = [];
  for await (const page of queryPages(access, target, query)) items.push(...(page.Items ?? []));
  return items;
}

/** The items of a partition, to add to: in the order of their sort keys. */
export const inPartition = (partition: string) => ({
  KeyConditionExpression: '#pk = :partition',
  ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey },
  ExpressionAttributeValues: { ':partition': partition },
});

/** The items of a partition whose sort keys begin so, read consistently. */
export function queryPrefix(access: TableAccess, partition: string, prefix: string): Promise<TableItem[]> {
  return queryAll(access, partition, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :partition AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#sk': tableAttributes.sortKey },
    ExpressionAttributeValues: { ':partition': partition, ':prefix': prefix },
  });
}

function remember(starts: Set<string>, start: TableItem | undefined, target: string): void {
  if (!start) return;
  const text = JSON.stringify(start);
  if (starts.has(text))
    throw new UpstreamError('state.endless-pages', `The pages of ${target} come round again at ${text}.`);
  starts.add(text);
}

const PATIENCE_MS = 120_000;
const POLL_MS = 250;

/**
 * Creates the table (on demand) when it is missing, and waits until it and its indexes can be used. For the embedded
 * cloud; in AWS the stack makes the table, with time to live, backups and a stream.
 */
export async function ensureTable(client: DynamoDBClient, table: string, clock: Clock): Promise<void> {
  if (!(await describe(client, table))) await create(client, table);
  const end = clock.now() + PATIENCE_MS;
  while (clock.now() < end) {
    const description = await describe(client, table);
    if (description && isActive(description)) {
      requireIndexes(description, table);
      return;
    }
    await clock.sleep(POLL_MS);
  }
  throw new TransientError('state.table-not-active', `The table ${table} did not become active in time.`);
}

/** `undefined` when there is no such table. */
export function describe(client: DynamoDBClient, table: string): Promise<TableDescription | undefined> {
  return callTable({ action: 'dynamodb:DescribeTable', target: table }, async () => {
    try {
      const { Table: description } = await client.send(new DescribeTableCommand({ TableName: table }));
      return description;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  });
}

function create(client: DynamoDBClient, table: string): Promise<void> {
  return callTable({ action: 'dynamodb:CreateTable', target: table }, async () => {
    try {
      await client.send(tableDefinition(table));
    } catch (error) {
      // Somebody else is making it right now; waiting for it is all that is left to do.
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  });
}

function tableDefinition(table: string): CreateTableCommand {
  const { timeToLive: _, ...keys } = names;
  return new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Object.values(keys).map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keySchema(names.partitionKey, names.sortKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: tableIndexes.pending,
        KeySchema: keySchema(names.pendingPartitionKey, names.pendingSortKey),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
}

const keySchema = (partitionKey: string, sortKey: string) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];

function isActive({ TableStatus: status, GlobalSecondaryIndexes: indexes = [] }: TableDescription): boolean {
  return status === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
}

function requireIndexes(description: TableDescription, table: string): void {
  const problem = problemOfIndexes(description, table);
  if (problem !== undefined) throw new UpstreamError('state.table-mismatch', problem);
}

/** `undefined` where all of them are there. */
function problemOfIndexes(
  { GlobalSecondaryIndexes: indexes = [] }: TableDescription,
  table: string,
): string | undefined {
  const present = new Set(indexes.map(({ IndexName }) => IndexName));
  // A table of a former release is read by the index that it has.
  if (present.has(FORMER_PENDING_INDEX)) present.add(tableIndexes.pending);
  const missing = Object.values(tableIndexes).filter((name) => !present.has(name));
  return missing.length === 0
    ? undefined
    : `The table ${table} exists without the indexes ${missing.join(', ')}: it is not azfed's. Give azfed a table of its own.`;
}

/** The table still holds what the write rests on; 0: there is no item yet. */
export function expecting(version: number): Condition {
  if (version === 0)
    return {
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey },
    };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

/** What a table without items answers, by command. */
const nothing: Readonly<Record<string, object>> = {
  GetCommand: {},
  QueryCommand: { Items: [], Count: 0, ScannedCount: 0 },
};

/**
 * As long as the table is absent, every read is answered as an empty table answers, and no write is sent: nothing is
 * recorded, which is known, since DescribeTable said that there is no table.
 */
export function answerForAbsentTable(client: DynamoDBClient, table: string, isAbsent: () => boolean): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (request) => {
        if (!isAbsent() || structural.has(commandName)) return next(request);
        const output = nothing[commandName.replace('Item', '')];
        if (output) return Promise.resolve({ output: { ...output, $metadata: {} }, response: undefined });
        throw new UpstreamError('state.table-missing', `There is no table ${table}, so nothing was written.`);
      },
    { step: 'build', name: 'answerForAbsentTable' },
  );
}

/** Of the table itself, not of its items. */
const structural: ReadonlySet<string> = new Set(['CreateTableCommand', 'DescribeTableCommand']);
