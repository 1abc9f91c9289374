import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { tableAttributes as names, tableIndexes } from '../../contract/table-keys.ts';
import { TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { calling } from './errors.ts';

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
  return calling({ action: 'dynamodb:DescribeTable', target: table }, async () => {
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
  return calling({ action: 'dynamodb:CreateTable', target: table }, async () => {
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
      index(tableIndexes.byAccount, names.accountPartitionKey, names.accountSortKey),
      index(tableIndexes.pending, names.pendingPartitionKey, names.pendingSortKey),
    ],
  });
}

function index(name: string, partitionKey: string, sortKey: string) {
  return {
    IndexName: name,
    KeySchema: keySchema(partitionKey, sortKey),
    Projection: { ProjectionType: 'ALL' as const },
  };
}

function keySchema(partitionKey: string, sortKey: string) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
}

export function isActive({
  TableStatus: status,
  GlobalSecondaryIndexes: indexes = [],
}: TableDescription): boolean {
  return status === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
}

function requireIndexes(description: TableDescription, table: string): void {
  const problem = problemOfIndexes(description, table);
  if (problem !== undefined) throw new UpstreamError('state.table-mismatch', problem);
}

/** `undefined` where all of them are there. */
export function problemOfIndexes(
  { GlobalSecondaryIndexes: indexes = [] }: TableDescription,
  table: string,
): string | undefined {
  const present = new Set(indexes.map(({ IndexName }) => IndexName));
  const missing = Object.values(tableIndexes).filter((name) => !present.has(name));
  return missing.length === 0
    ? undefined
    : `The table ${table} exists without the indexes ${missing.join(', ')}: it is not azfed's. Give azfed a table of its own.`;
}
