import { HOOK_HOURS, hookKey, tableAttributes } from '../../contract/table-keys.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { HookNotification } from '../../domain/discovery/hook-classification.ts';
import type { HookMemory } from '../../ports/state.ts';
import { schemaStamp } from './item-mapping.ts';
import { getItem, putItem, type TableAccess } from './dynamo-table.ts';
import { HOUR_MS } from '../../domain/kernel/durations.ts';

const HOOK_MS = HOOK_HOURS * HOUR_MS;

/** One item a notification, with its end to the millisecond: the service deletes by seconds, and days late. */
export const createDynamoHookMemory = (access: TableAccess): HookMemory => ({
  knows: (notification, now) => knows(access, notification, now),
  remember: (notification, now) => remember(access, notification, now),
});

async function knows(
  access: TableAccess,
  { organizationId, key: notification }: HookNotification,
  now: number,
): Promise<boolean> {
  const item = await getItem(access, hookKey(organizationId, notification));
  return typeof item?.['knownUntil'] === 'number' && now < item['knownUntil'];
}

async function remember(
  access: TableAccess,
  { organizationId, key: notification }: HookNotification,
  now: number,
): Promise<void> {
  const until = now + HOOK_MS;
  const item = {
    ...hookKey(organizationId, notification),
    ...schemaStamp,
    knownUntil: until,
    [tableAttributes.timeToLive]: Math.ceil(until / 1_000),
  };
  const isNew = {
    ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
    ExpressionAttributeNames: { '#until': 'knownUntil' },
    ExpressionAttributeValues: { ':now': now },
  };
  // It may be known already, which is all that was wanted.
  await putItem(access, item, isNew).catch(rethrowUnlessConflict);
}
