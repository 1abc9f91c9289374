import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  FORMER_PENDING_INDEX,
  PENDING_PARTITION,
  tableAttributes,
  tableIndexes,
} from '../../contract/table-keys.ts';
import { TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { PendingPage, PendingStart } from '../../ports/state.ts';
import { callTable } from './errors.ts';
import { keyText, type TableItem } from './item-mapping.ts';
import { readHooks } from './dynamo-hooks.ts';
import { readOrQuarantine } from './quarantine.ts';
import { instant } from './stored-fields.ts';
import { createSignatureJudge, queryPage, type TableAccess } from './dynamo-table.ts';

/** BatchGetItem takes 100 keys (API Reference). */
const BATCH = 100;

/** The key of an entry of the index, as DynamoDB wants to have it back. */
const place = z.strictObject({
  [tableAttributes.partitionKey]: z.string(),
  [tableAttributes.sortKey]: z.string(),
  [tableAttributes.pendingPartitionKey]: z.literal(PENDING_PARTITION),
  [tableAttributes.pendingSortKey]: z.string(),
});

/** An index cannot be read consistently: it gives keys alone, and the items are read as they are now. */
export async function readPending(access: TableAccess, from: PendingStart = {}): Promise<PendingPage> {
  const { Items: entries = [], LastEvaluatedKey: end } = await queryIndex(access, from);
  const keys = entries.map((entry) => ({ pk: String(entry['pk']), sk: String(entry['sk']) }));
  const [time] = String(entries[0]?.[tableAttributes.pendingSortKey]).split('#');
  return {
    items: await readItems(access, keys),
    // What is no time counts as long ago: an alarm, where NaN would be silence.
    ...(entries.length > 0 ? { oldest: instant.safeParse(time).data ?? 0 } : {}),
    ...(end ? { next: JSON.stringify(end) } : {}),
  };
}

/** A table of a former release has the former index until the new one is there and filled (docs/deploy.md, upgrades). */
async function queryIndex(access: TableAccess, from: PendingStart) {
  try {
    return await queryEntries(access, from, tableIndexes.pending);
  } catch (error) {
    if (!lacksIndex(error)) throw error;
    return queryEntries(access, from, FORMER_PENDING_INDEX);
  }
}

/** DynamoDB answers ValidationException for an index that is not there, or is being filled (Query). */
const lacksIndex = (error: unknown): boolean =>
  error instanceof UpstreamError && /specified index|backfilling global secondary index/.test(error.message);

function queryEntries(
  access: TableAccess,
  { after, limit = access.pageSize ?? BATCH }: PendingStart,
  indexName: string,
) {
  const start = after === undefined ? undefined : place.safeParse(parseJson(after)).data;
  return queryPage(access, PENDING_PARTITION, {
    IndexName: indexName,
    Limit: limit,
    KeyConditionExpression: '#gsi = :partition',
    ProjectionExpression: '#pk, #sk, #oldest',
    ExpressionAttributeNames: {
      '#gsi': tableAttributes.pendingPartitionKey,
      '#pk': tableAttributes.partitionKey,
      '#sk': tableAttributes.sortKey,
      '#oldest': tableAttributes.pendingSortKey,
    },
    ExpressionAttributeValues: { ':partition': PENDING_PARTITION },
    ...(start && { ExclusiveStartKey: start }),
  });
}

/** The items under these keys, read consistently, in the order of the keys; those that are gone are left out. */
export async function readItems(
  access: TableAccess,
  keys: readonly TableKey[],
): Promise<readonly RecordedItem[]> {
  const found = new Map<string, TableItem>();
  for (let first = 0; first < keys.length; first += BATCH)
    for (const item of await readBatch(access, keys.slice(first, first + BATCH)))
      found.set(keyText(item), item);
  const judge = await createSignatureJudge(access);
  const items = keys
    .map((key) => found.get(keyText(key)))
    .filter((item) => item !== undefined)
    .map((item) => readOrQuarantine(item, judge));
  // What is known of the projects lies elsewhere.
  return Promise.all(
    items.map(async (item) => (item.kind === 'hooks' ? readHooks(access, item.organizationId) : item)),
  );
}

/** Rounds without a key read: the table is that busy. */
const MOST_EMPTY_ROUNDS = 5;

/** What one answer leaves out, because of its size or of throttling, is asked for again (BatchGetItem, UnprocessedKeys). */
async function readBatch(
  { documents, table }: TableAccess,
  keys: readonly TableKey[],
): Promise<readonly TableItem[]> {
  const items: TableItem[] = [];
  let left: readonly TableItem[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let empty = 0; left.length > 0;) {
    const command = new BatchGetCommand({
      RequestItems: { [table]: { Keys: [...left], ConsistentRead: true } },
    });
    const target = `${left.length} records`;
    const answer = await callTable({ action: 'dynamodb:BatchGetItem', target }, () =>
      documents.send(command),
    );
    items.push(...(answer.Responses?.[table] ?? []));
    const unread = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    empty = unread.length < left.length ? 0 : empty + 1;
    if (empty === MOST_EMPTY_ROUNDS)
      throw new TransientError('state.throttled', `The table is busy: ${target} were not read.`);
    left = unread;
  }
  return items;
}
