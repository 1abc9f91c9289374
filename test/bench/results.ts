import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ContestRow } from './contest/contest.ts';
import type { KindTally } from './contest/arena.ts';
import type { Promised } from './contest/promises.ts';
import type { CreationRow } from './creation.ts';
import type { LoadRow } from './loading.ts';
import type { FunctionRow, ServiceRow } from './service/service.ts';
import type { PlanningRow, RunRow } from './table.ts';
import type { Throughput } from './throughput.ts';

/** What `npm run bench -- --write` has measured last. docs/reference/benchmarks.md and a table of docs/cost.md are made from it. */
const file = join(import.meta.dirname, 'results.json');

type Fields<Value> = { readonly [Name in keyof Required<Value>]: z.ZodType };

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();

const usage = { wallMs: z.number(), cpuMs: z.number(), peakMb: z.number() };
const tally = { reads: z.int(), writes: z.int(), throttled: z.int() };

const run = z.strictObject({
  run: z.enum(['first creation', 'steady', '1 % drift']),
  connections: z.int(),
  outcome: z.enum(['converged', 'changed', 'held', 'partial', 'failed']),
  changes: z.int(),
  troubles: list(z.string()),
  iamReads: z.int(),
  iamWrites: z.int(),
  azureDevOps: z.int(),
  dynamoDbReads: z.int(),
  dynamoDbWrites: z.int(),
  ...usage,
} satisfies Fields<RunRow>);

const contestRow = z.strictObject({
  who: z.string(),
  roles: z.int(),
  run: z.enum(['steady', '5 % drift, seven kinds', 'once more']),
  changes: z.exactOptional(z.int()),
  kinds: z.exactOptional(
    list(
      z.strictObject({
        kind: z.string(),
        roles: z.int(),
        reads: z.int(),
        writes: z.int(),
      } satisfies Fields<KindTally>),
    ),
  ),
  ...tally,
  ...usage,
} satisfies Fields<ContestRow>);

const functionRow = z.strictObject({
  reads: z.number(),
  writes: z.number(),
  messages: z.int(),
  iamCalls: z.int(),
  cpuMs: z.int(),
  growthMb: z.int(),
} satisfies Fields<FunctionRow>);

export const serviceRow = z.strictObject({
  connections: z.int(),
  accounts: z.int(),
  discover: functionRow,
  reconcile: functionRow,
  sweep: functionRow,
} satisfies Fields<ServiceRow>);

const ResultsSchema = z.strictObject({
  /** ISO dates by part: the parts are measured apart. */
  days: z.record(z.string(), z.string()),
  /** Version of Node.js and cores of the machine. */
  node: z.string(),
  cores: z.int(),
  contest: list(contestRow),
  promises: list(z.strictObject({ says: z.string(), isKept: z.boolean() } satisfies Fields<Promised>)),
  creation: list(
    z.strictObject({
      roles: z.int(),
      others: z.int(),
      stretch: z.number(),
      calls: z.int(),
      writes: z.int(),
      throttled: z.int(),
      seconds: z.number(),
      floor: z.number(),
      callsOfOthers: z.int(),
      throttledOfOthers: z.int(),
    } satisfies Fields<CreationRow>),
  ),
  runs: list(run),
  planning: list(
    z.strictObject({
      run: z.enum(['steady', '1 % drift']),
      connections: z.int(),
      changes: z.int(),
      recordSyncs: z.int(),
      ...usage,
    } satisfies Fields<PlanningRow>),
  ),
  throughput: list(z.strictObject({ what: z.string(), perSecond: z.number() } satisfies Fields<Throughput>)),
  loading: list(
    z.strictObject({
      bundle: z.string(),
      kilobytes: z.number(),
      toEmpty: z.number(),
      toSdk: z.number(),
    } satisfies Fields<LoadRow>),
  ),
  service: list(serviceRow),
  /** The service once more, so small that a test measures it again. */
  counted: serviceRow,
});

export type Results = z.output<typeof ResultsSchema>;

/** Throws ZodError for what an earlier benchmark has written in another form. */
export function readResults(): Results {
  return ResultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** What was not measured this time stays as it was. */
export function writeResults(measured: Partial<Results>): void {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Partial<Results>;
  const days = { ...before.days, ...measured.days };
  writeFileSync(file, `${JSON.stringify({ ...before, ...measured, days }, null, 2)}\n`);
}
