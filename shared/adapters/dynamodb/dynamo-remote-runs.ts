import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  REMOTE_RUN_DAYS,
  remotePartKey,
  remoteRunKey,
  remoteRunPartition,
  tableAttributes,
} from '../../contract/table-keys.ts';
import type { Failure } from '../../domain/kernel/errors.ts';
import type { RemotePart, RemoteRun, RunSummary } from '../../domain/records/remote-run.ts';
import { changeTargets, runOutcomes } from '../../domain/records/remote-run.ts';
import type { RemoteRuns } from '../../ports/state.ts';
import type { TableAccess } from './dynamo-table.ts';
import { callTable } from './errors.ts';
import { hasTableKey, keyText, parseItem, readEntries, schemaStamp, type TableItem } from './item-mapping.ts';
import { accountId, isoTime, list, organizationId, type FieldSchemas } from './stored-fields.ts';

const count = z.int().nonnegative();
const failure = { code: z.string(), message: z.string() } satisfies FieldSchemas<Failure>;

/** A later release may count what this one does not know: it is left to whoever shows it. */
const counts = z.record(z.string(), count);

const runSummary = z.object({
  outcome: z.enum(runOutcomes),
  counts: z.object({ done: count, failed: count, skipped: count, blocked: count }),
  done: list(
    z.object({
      kind: z.enum(['create', 'repair', 'adopt', 'close', 'delete']),
      target: z.enum(changeTargets),
      count,
    }),
  ),
  problems: list(z.object({ ...failure, result: z.enum(['done', 'failed', 'skipped']), place: z.string() })),
  failures: list(z.object(failure)),
  coverage: z.object({ missing: count, unaccounted: count, notShown: count, settling: count }),
  blockedBy: counts,
  findings: counts,
  isWaiting: z.boolean(),
} satisfies FieldSchemas<RunSummary>);

const runItem = z.object({
  id: z.string(),
  at: isoTime,
  organizations: list(organizationId),
  accounts: list(accountId),
} satisfies FieldSchemas<RemoteRun>);

const attempt = {
  work: z.string(),
  begunAt: isoTime,
  endedAt: isoTime.exactOptional(),
  error: z.object(failure).exactOptional(),
};

const partItem = z.discriminatedUnion('of', [
  z.object({
    ...attempt,
    of: z.literal('organization'),
    id: organizationId,
    unread: list(z.string()).exactOptional(),
  } satisfies FieldSchemas<Extract<RemotePart, { of: 'organization' }>>),
  z.object({
    ...attempt,
    of: z.literal('account'),
    id: accountId,
    isLast: z.boolean(),
    summary: runSummary.exactOptional(),
  } satisfies FieldSchemas<Extract<RemotePart, { of: 'account' }>>),
]);

/** All of a run in one partition, so that whoever follows it reads one Query: a few hundred bytes for each part. */
export function createDynamoRemoteRuns(access: Pick<TableAccess, 'documents' | 'table'>): RemoteRuns {
  return {
    start: (run) => put(access, remoteRunKey(run.id), run, run.at),
    note: (id, part) => put(access, remotePartKey(id, part, part.work), part, part.begunAt),
    read: (id) => readRun(access, id),
  };
}

async function put(
  { documents, table }: Pick<TableAccess, 'documents' | 'table'>,
  key: TableKey,
  fields: RemoteRun | RemotePart,
  since: string,
): Promise<void> {
  const ttl = Math.floor(Date.parse(since) / 1_000) + REMOTE_RUN_DAYS * 86_400;
  const Item = { ...key, ...schemaStamp, ...fields, [tableAttributes.timeToLive]: ttl };
  const call = { action: 'dynamodb:PutItem', target: keyText(key) } as const;
  await callTable(call, () => documents.send(new PutCommand({ TableName: table, Item })));
}

async function readRun(
  { documents, table }: Pick<TableAccess, 'documents' | 'table'>,
  id: string,
): ReturnType<RemoteRuns['read']> {
  const partition = remoteRunPartition(id);
  const items: TableItem[] = [];
  let readUnits = 0;
  let start: TableItem | undefined;
  do {
    const command = new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
      KeyConditionExpression: '#pk = :partition',
      ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey },
      ExpressionAttributeValues: { ':partition': partition },
      ...(start && { ExclusiveStartKey: start }),
    });
    const page = await callTable({ action: 'dynamodb:Query', target: partition }, () =>
      documents.send(command),
    );
    items.push(...(page.Items ?? []));
    readUnits += page.ConsumedCapacity?.CapacityUnits ?? 0;
    start = page.LastEvaluatedKey;
  } while (start);
  const isHead = (item: TableItem) => hasTableKey(item, remoteRunKey(id));
  const run = runItem.safeParse(items.find(isHead)).data;
  if (!run) return undefined;
  const parts = readEntries(
    items.filter((item) => !isHead(item)),
    (item) => parseItem(partItem, item),
  );
  return { run, parts, readUnits };
}
