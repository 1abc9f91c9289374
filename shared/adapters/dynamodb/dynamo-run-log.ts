import * as z from 'zod';
import { HISTORY_DAYS, RUNS_PARTITION, runKey, tableAttributes } from '../../contract/table-keys.ts';
import type { RunCounts, RunRecord } from '../../domain/records/run-record.ts';
import type { LogEntries } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunLog } from '../../ports/state.ts';
import { makeExpiry, parseItem, readEntries, schemaStamp } from './item-mapping.ts';
import { inPartition, putItem, queryPage, type TableAccess } from './dynamo-table.ts';
import { storedRun } from './stored-events.ts';
import { accountId, isoTime, list, type FieldSchemas } from './stored-fields.ts';

const count = z.int().nonnegative();

/** What a later release may have added is left out: an entry is written once and never again. */
const runItem = z.object({
  run: z.object(storedRun),
  time: isoTime,
  accounts: list(accountId),
  inOrder: count,
  drifted: count,
  deeds: z.object({
    repaired: count,
    created: count,
    changed: count,
    closed: count,
    held: count,
    failed: count,
  } satisfies FieldSchemas<RunCounts>),
} satisfies FieldSchemas<RunRecord>);

/** All in one partition, in the order of time: there are as many as runs that changed something, each a few hundred bytes. */
export const createDynamoRunLog = (access: TableAccess, clock: Clock): RunLog => ({
  append: (record) => append(access, record),
  latest: (most) => latest(access, most, clock.now()),
});

async function append(access: TableAccess, record: RunRecord): Promise<void> {
  const key = runKey(record.time, record.run.id);
  const expiry = makeExpiry(record.time, HISTORY_DAYS);
  await putItem(access, { ...key, ...schemaStamp, ...runItem.parse(record), ...expiry });
}

// The service deletes what has expired within days, not at once (Developer Guide, time to live).
async function latest(access: TableAccess, most: number, now: number): Promise<LogEntries<RunRecord>> {
  const query = inPartition(RUNS_PARTITION);
  const { Items: items = [] } = await queryPage(access, RUNS_PARTITION, {
    ...query,
    FilterExpression: '#ttl > :now',
    ExpressionAttributeNames: { ...query.ExpressionAttributeNames, '#ttl': tableAttributes.timeToLive },
    ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':now': Math.floor(now / 1_000) },
    ScanIndexForward: false,
    // What has expired is the oldest: it takes no place of one that has not.
    Limit: most,
  });
  return readEntries(items, (item) => parseItem(runItem, item));
}
