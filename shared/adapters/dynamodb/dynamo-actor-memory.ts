import * as z from 'zod';
import {
  ACTOR_DAYS,
  accountPartition,
  actorKey,
  actorPrefix,
  tableAttributes,
} from '../../contract/table-keys.ts';
import type { KnownActor } from '../../domain/attribution/actor.ts';
import { targetKey, type ChangeTarget } from '../../domain/attribution/change-target.ts';
import type { IamChange } from '../../domain/attribution/iam-change.ts';
import type { ActorMemory } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { makeExpiry, parseItem, readEntries, schemaStamp } from './item-mapping.ts';
import { putItem, queryPage, type TableAccess } from './dynamo-table.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

/** What a later release may have added is left out: an entry is written once and never again. */
const storedActor = z.object({
  source: z.enum(['event', 'lookup']),
  principal: z.string(),
  sessionName: z.string().exactOptional(),
  sourceIp: z.string().exactOptional(),
  eventId: z.string(),
  eventName: z.string(),
  time: z.iso.datetime(),
  link: z.string(),
});

const actorItem = z.object({ actor: storedActor });

/** Of one target since our last write. Who looks for more than these is not told of somebody by chance, but of nobody. */
const MOST_READ = 100;

/** One item for each event, under its target in the order of time: the latest are one read away. */
export const createDynamoActorMemory = (access: TableAccess, clock: Clock): ActorMemory => ({
  remember: (change) => remember(access, change),
  async list({ id }, target, since, explains) {
    const found = await list(access, id, target, since, clock.now());
    return found.filter(({ eventName }) => explains(eventName));
  },
});

async function remember(access: TableAccess, { account, target, actor }: IamChange): Promise<void> {
  const key = actorKey(account.id, targetKey(target), actor.time, actor.eventId);
  const expiry = makeExpiry(actor.time, ACTOR_DAYS);
  await putItem(access, { ...key, ...schemaStamp, actor: storedActor.parse(actor), ...expiry });
}

async function list(
  access: TableAccess,
  account: string,
  target: ChangeTarget,
  since: number,
  now: number,
): Promise<readonly KnownActor[]> {
  const prefix = actorPrefix(targetKey(target));
  const { Items: items = [] } = await queryPage(access, `${accountPartition(account)} ${prefix}`, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :account AND #sk BETWEEN :since AND :end',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#sk': tableAttributes.sortKey },
    ExpressionAttributeValues: {
      ':account': accountPartition(account),
      // CloudTrail knows seconds: what happened in the second of `since` may have happened after it.
      ':since': `${prefix}${formatInstant(Math.floor(since / 1_000) * 1_000)}`,
      ':end': `${prefix}~`,
    },
    ScanIndexForward: false,
    Limit: MOST_READ,
  });
  const { entries, unreadable } = readEntries(items, (item) => parseItem(actorItem, item).actor);
  const actors = entries.filter(({ time }) => now < makeExpiry(time, ACTOR_DAYS).ttl * 1_000);
  // What cannot be read may be what really explains it.
  return unreadable === 0 ? actors : actors.map((actor) => ({ ...actor, isProbable: true }));
}
