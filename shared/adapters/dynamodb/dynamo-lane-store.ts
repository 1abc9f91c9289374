import * as z from 'zod';
import { LANES_PARTITION, laneKey } from '../../contract/table-keys.ts';
import type { Lane } from '../../domain/notify/lane.ts';
import type { LaneStore } from '../../ports/state.ts';
import { inPartition, putItem, queryAll, type TableAccess } from './dynamo-table.ts';
import { parseItem, readReadable, schemaStamp } from './item-mapping.ts';
import { instant, type FieldSchemas } from './stored-fields.ts';

const laneItem = z.object({
  failures: z.int().nonnegative(),
  nextAttemptAt: z.exactOptional(instant),
  slowUntil: z.exactOptional(instant),
  after: z.exactOptional(z.string()),
} satisfies FieldSchemas<Lane>);

export const createDynamoLaneStore = (access: TableAccess): LaneStore => ({
  read: () => read(access),
  write: (webhook, lane) =>
    putItem(access, { ...laneKey(webhook), ...schemaStamp, ...z.encode(laneItem, lane) }),
});

async function read(access: TableAccess): Promise<ReadonlyMap<string, Lane>> {
  const query = { ConsistentRead: true, ...inPartition(LANES_PARTITION) };
  const items = await queryAll(access, LANES_PARTITION, query);
  // One that this release cannot read is forgotten: it only saves attempts.
  return new Map(readReadable(items, (item) => [String(item['sk']), parseItem(laneItem, item)]));
}
