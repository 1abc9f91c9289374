import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetItemCommand, DescribeTableCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import {
  FORMER_PENDING_INDEX,
  PENDING_PARTITION,
  tableAttributes,
  tableIndexes,
} from '../../../../../shared/contract/table-keys.ts';

export interface TableStream {
  /** What was written since the last time, of items with events to be told; `undefined` when nothing was. */
  next(): Promise<DynamoDBStreamEvent | undefined>;
}

type Item = Record<string, AttributeValue>;

/** The embedded table has no stream: the sparse index is looked at again and again, and an item that is new there was written. */
export function createTableStream(client: DynamoDBClient, table: string): TableStream {
  const seen = new Map<string, string>();
  let sequence = 0;
  return {
    async next() {
      const pending = await readPendingItems(client, table);
      const written = pending.filter((item) => seen.get(keyText(item)) !== readVersion(item));
      for (const item of written) seen.set(keyText(item), readVersion(item));
      if (written.length === 0) return undefined;
      return { Records: written.map((item) => toRecord(item, String((sequence += 1)))) };
    },
  };
}

async function readPendingItems(client: DynamoDBClient, table: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  const pages = paginateQuery(
    { client, pageSize: 100 },
    {
      TableName: table,
      IndexName: await findPendingIndex(client, table),
      KeyConditionExpression: '#pending = :partition',
      ProjectionExpression: 'pk, sk',
      ExpressionAttributeNames: { '#pending': tableAttributes.pendingPartitionKey },
      ExpressionAttributeValues: { ':partition': { S: PENDING_PARTITION } },
    },
  );
  for await (const { Items: Keys = [] } of pages) {
    if (Keys.length === 0) continue;
    const { Responses } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[table] ?? []));
  }
  return items.filter((item) => item[tableAttributes.pendingPartitionKey]);
}

/** A table that was kept from a former release has the former index. */
async function findPendingIndex(client: DynamoDBClient, table: string): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const names = Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? [];
  return names.includes(tableIndexes.pending) ? tableIndexes.pending : FORMER_PENDING_INDEX;
}

const keyText = ({ pk, sk }: Item) => `${pk?.S ?? ''} ${sk?.S ?? ''}`;
const readVersion = ({ version }: Item) => version?.N ?? '';

/** DynamoDB Streams API Reference, Record; the view is that of new images. */
function toRecord(item: Item, sequence: string): DynamoDBRecord {
  const { pk, sk } = item;
  return {
    eventID: sequence.padStart(32, '0'),
    eventName: readVersion(item) === '1' ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      Keys: { pk: { S: pk?.S ?? '' }, sk: { S: sk?.S ?? '' } },
      NewImage: plain(item),
      SequenceNumber: sequence,
      StreamViewType: 'NEW_IMAGE',
    },
  };
}

/** As it comes to a function: JSON, without what the SDK makes of binary. */
const plain = (item: Item): NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']> =>
  JSON.parse(JSON.stringify(item)) as NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;
