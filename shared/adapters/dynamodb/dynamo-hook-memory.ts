import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { HOOK_HOURS, hookKey, tableAttributes } from '../../contract/table-keys.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { HookNotification } from '../../domain/discovery/hook-classification.ts';
import type { HookMemory } from '../../ports/state.ts';
import { callTable } from './errors.ts';
import { keyText, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';
import { HOUR_MS } from '../../domain/kernel/durations.ts';

const HOOK_MS = HOOK_HOURS * HOUR_MS;

/** One item a notification, with its end to the millisecond: the service deletes by seconds, and days late. */
export const createDynamoHookMemory = (access: TableAccess): HookMemory => ({
  knows: (notification, now) => knows(access, notification, now),
  remember: (notification, now) => remember(access, notification, now),
});

async function knows(
  { documents, table }: TableAccess,
  { organizationId, key: notification }: HookNotification,
  now: number,
): Promise<boolean> {
  const key = hookKey(organizationId, notification);
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: item } = await callTable(call, () => documents.send(command));
  return typeof item?.['knownUntil'] === 'number' && now < item['knownUntil'];
}

async function remember(
  { documents, table }: TableAccess,
  { organizationId, key: notification }: HookNotification,
  now: number,
): Promise<void> {
  const key = hookKey(organizationId, notification);
  const until = now + HOOK_MS;
  const command = new PutCommand({
    TableName: table,
    Item: {
      ...key,
      ...schemaStamp,
      knownUntil: until,
      [tableAttributes.timeToLive]: Math.ceil(until / 1_000),
    },
    ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
    ExpressionAttributeNames: { '#until': 'knownUntil' },
    ExpressionAttributeValues: { ':now': now },
  });
  // It may be known already, which is all that was wanted.
  await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command)).catch(
    rethrowUnlessConflict,
  );
}
