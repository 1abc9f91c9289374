import * as z from 'zod';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  REMOTE_RUN_DAYS,
  remotePartKey,
  remoteRunKey,
  remoteRunPartition,
} from '../../contract/table-keys.ts';
import type { Failure } from '../../domain/kernel/errors.ts';
import type { RemotePart, RemoteRun, RunSummary } from '../../domain/records/remote-run.ts';
import { changeTargets, runOutcomes } from '../../domain/records/remote-run.ts';
import type { RemoteRuns } from '../../ports/state.ts';
import { inPartition, putItem, queryPages, type TableAccess } from './dynamo-table.ts';
import {
  makeExpiry,
  hasTableKey,
  parseItem,
  readEntries,
  schemaStamp,
  type TableItem,
} from './item-mapping.ts';
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
export const createDynamoRemoteRuns = (access: TableAccess): RemoteRuns => ({
  start: (run) => put(access, remoteRunKey(run.id), run, run.at),
  note: (id, part) => put(access, remotePartKey(id, part, part.work), part, part.begunAt),
  read: (id) => readRun(access, id),
});

const put = (access: TableAccess, key: TableKey, fields: RemoteRun | RemotePart, since: string) =>
  putItem(access, { ...key, ...schemaStamp, ...fields, ...makeExpiry(since, REMOTE_RUN_DAYS) });

async function readRun(access: TableAccess, id: string): ReturnType<RemoteRuns['read']> {
  const partition = remoteRunPartition(id);
  const items: TableItem[] = [];
  let readUnits = 0;
  const query = { ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL', ...inPartition(partition) } as const;
  for await (const page of queryPages(access, partition, query)) {
    items.push(...(page.Items ?? []));
    readUnits += page.ConsumedCapacity?.CapacityUnits ?? 0;
  }
  const isHead = (item: TableItem) => hasTableKey(item, remoteRunKey(id));
  const run = runItem.safeParse(items.find(isHead)).data;
  if (!run) return undefined;
  const parts = readEntries(
    items.filter((item) => !isHead(item)),
    (item) => parseItem(partItem, item),
  );
  return { run, parts, readUnits };
}
