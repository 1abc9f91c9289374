import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { LANES_PARTITION, laneKey, tableAttributes } from '../../contract/table-keys.ts';
import { isUnreadableItem } from '../../domain/kernel/errors.ts';
import { newLane, type Lane } from '../../domain/notify/lane.ts';
import type { LaneStore } from '../../ports/state.ts';
import { callTable } from './errors.ts';
import { queryAll, type TableAccess } from './dynamo-table.ts';
import { keyText, parseItem, schemaStamp, type TableItem } from './item-mapping.ts';
import { isoTime, type FieldSchemas } from './stored-fields.ts';

const laneItem = z.object({
  failures: z.int().nonnegative(),
  nextAttemptAt: z.exactOptional(isoTime),
  slowUntil: z.exactOptional(isoTime),
  after: z.exactOptional(z.string()),
} satisfies FieldSchemas<Lane>);

export const createDynamoLaneStore = (access: TableAccess): LaneStore => ({
  read: () => read(access),
  write: (webhook, lane) => write(access, webhook, lane),
});

async function read(access: TableAccess): Promise<ReadonlyMap<string, Lane>> {
  const items = await queryAll(access, LANES_PARTITION, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :partition',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey },
    ExpressionAttributeValues: { ':partition': LANES_PARTITION },
  });
  return new Map(items.map((item) => [String(item['sk']), toLane(item)]));
}

/** One that this release cannot read is forgotten: it only saves attempts. */
function toLane(item: TableItem): Lane {
  try {
    return parseItem(laneItem, item);
  } catch (error) {
    if (isUnreadableItem(error)) return newLane;
    throw error;
  }
}

async function write({ documents, table }: TableAccess, webhook: string, lane: Lane): Promise<void> {
  const key = laneKey(webhook);
  const command = new PutCommand({ TableName: table, Item: { ...key, ...schemaStamp, ...lane } });
  await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command));
}
