import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { HISTORY_DAYS, RUNS_PARTITION, runKey, tableAttributes } from '../../contract/table-keys.ts';
import type { Run } from '../../domain/records/event.ts';
import { parseAccountId, type AccountId } from '../../domain/kernel/ids.ts';
import type { RunCounts, RunRecord } from '../../domain/records/run-record.ts';
import type { LogEntries } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunLog } from '../../ports/state.ts';
import { callTable } from './errors.ts';
import { keyText, parseItem, readEntries, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';
import { list, text, type FieldSchemas } from './stored-fields.ts';
import { DAY_SECONDS } from '../../domain/kernel/durations.ts';

const HISTORY_SECONDS = HISTORY_DAYS * DAY_SECONDS;

const count = z.int().nonnegative();

/** What a later release may have added is left out: an entry is written once and never again. */
const runItem = z.object({
  run: z.object({
    id: z.string(),
    trigger: z.enum(['schedule', 'person']),
  } satisfies FieldSchemas<Run>),
  time: z.iso.datetime(),
  accounts: list(text<AccountId>('an account id', (value) => parseAccountId(value) === value)),
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

async function append({ documents, table }: TableAccess, record: RunRecord): Promise<void> {
  const key = runKey(record.time, record.run.id);
  const ttl = Math.floor(Date.parse(record.time) / 1_000) + HISTORY_SECONDS;
  const command = new PutCommand({
    TableName: table,
    Item: { ...key, ...schemaStamp, ...runItem.parse(record), [tableAttributes.timeToLive]: ttl },
  });
  await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command));
}

// The service deletes what has expired within days, not at once (Developer Guide, time to live).
async function latest(
  { documents, table }: TableAccess,
  most: number,
  now: number,
): Promise<LogEntries<RunRecord>> {
  const command = new QueryCommand({
    TableName: table,
    KeyConditionExpression: '#pk = :partition',
    FilterExpression: '#ttl > :now',
    ExpressionAttributeNames: {
      '#pk': tableAttributes.partitionKey,
      '#ttl': tableAttributes.timeToLive,
    },
    ExpressionAttributeValues: { ':partition': RUNS_PARTITION, ':now': Math.floor(now / 1_000) },
    ScanIndexForward: false,
    // What has expired is the oldest: it takes no place of one that has not.
    Limit: most,
  });
  const call = { action: 'dynamodb:Query', target: RUNS_PARTITION } as const;
  const { Items: items = [] } = await callTable(call, () => documents.send(command));
  return readEntries(items, (item) => parseItem(runItem, item));
}
