import '../quiet-sdk.ts';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import { repairRun, steadyContest } from './contest/contest.ts';
import { checkPromises } from './contest/promises.ts';
import { readConverged, withDrift } from './converged.ts';
import { measureCreation } from './creation.ts';
import { measureLoading } from './loading.ts';
import type { MeasuredRun } from './measure.ts';
import { benchmarkPage } from './page.ts';
import type { MeasuredPlanning } from './planning.ts';
import type { Results } from './results.ts';
import { readResults, writeResults } from './results.ts';
import { COUNTED, measureService } from './service/service.ts';
import { listBroken } from './bounds.ts';
import type { PlanningRow, RunKind, RunRow } from './table.ts';
import { measureDeliveries, measureHooks, measureLane } from './throughput.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/**
 * What azfed costs: units of the table, calls of IAM and Azure DevOps, time and memory; and what it costs others to know the same. The
 * embedded cloud runs here; everything that is measured runs in a process of its own, from cold. Takes about a quarter of an hour.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    /** Seconds of this machine to a second of the creation: more where the machine is busy. */
    stretch: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

const TRIES = 3;
const PLANNED_CONNECTIONS = 5_000;
/** The size that promises are about. */
const CONTEST_ROLES = 1_000;
const RUN_SIZES = [100, CONTEST_ROLES];
const SERVICE_SIZES = [
  { connections: 1_000, accounts: 10 },
  { connections: 5_000, accounts: 50 },
  { connections: 20_000, accounts: 200 },
];

const parts: Readonly<Record<string, () => Promise<Partial<Results>>>> = {
  counted: async () => ({ counted: await measureService(COUNTED) }),
  service: async () => ({ service: await inTurn(SERVICE_SIZES, (size) => measureService(size)) }),
  creation: async () => ({
    creation: await inTurn([0, 5], (others) =>
      inTurn([100, CONTEST_ROLES], (roles) => measureCreation(roles, others, Number(options.stretch))),
    ).then((rows) => rows.flat()),
  }),
  runs: measureRuns,
  planning: async () => ({ planning: await measurePlanning() }),
  throughput: async () => ({
    throughput: [await measureHooks(), await measureDeliveries(), await measureLane()],
  }),
  loading: async () => ({ loading: [...(await measureLoading())] }),
};

const wanted = options.only?.split(',') ?? Object.keys(parts);
const today = new Date().toISOString().slice(0, 10);
let measured: Partial<Results> = {
  days: Object.fromEntries(wanted.map((name) => [name, today])),
  node: process.version,
  cores: cpus().length,
};
for (const name of wanted) {
  const measure = parts[name];
  if (!measure) throw new Error(`--only takes ${Object.keys(parts).join(', ')}; not ${name}.`);
  process.stderr.write(`${name} ...\n`);
  measured = { ...measured, ...(await measure()) };
  if (options.write) writeResults(measured);
}
const results: Results = { ...readResults(), ...measured };
process.stdout.write(benchmarkPage(results));
const broken = listBroken(results);
for (const says of broken) process.stderr.write(`Not so: ${says}\n`);
process.exit(broken.length > 0 ? 1 : 0);

async function inTurn<Item, Row>(
  items: readonly Item[],
  measure: (item: Item) => Promise<Row>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const item of items) rows.push(await measure(item));
  return rows;
}

async function measureRuns(): Promise<Partial<Results>> {
  const measuredSizes = await inTurn(RUN_SIZES, measureSize);
  const contest = measuredSizes.flatMap((one) => one.contest);
  return {
    runs: measuredSizes.flatMap((one) => one.runs),
    contest,
    promises: [...checkPromises(contest, CONTEST_ROLES)],
  };
}

async function measureSize(size: number): Promise<Pick<Results, 'runs' | 'contest'>> {
  const world = await startWorld(size);
  try {
    const created = await measureRun(world, size, 'first creation');
    const steady = await measureRun(world, size, 'steady');
    const contest = [...(await steadyContest(world, size))];
    await world.drift();
    const drifted = await measureRun(world, size, '1 % drift');
    // A role for each, and the provider.
    expectChanges(size + 1, created);
    expectChanges(0, steady);
    expectChanges(Math.ceil(size / 100), drifted);
    if (size === CONTEST_ROLES) contest.push(...(await repairRun(world, size)));
    return { runs: [created, steady, drifted], contest };
  } finally {
    await world.close();
  }
}

async function measureRun(world: World, connections: number, run: RunKind): Promise<RunRow> {
  const taken = (await runChild('measure.ts', world.place)) as MeasuredRun;
  return { run, connections, ...taken, ...world.takeRequests() };
}

async function measurePlanning(): Promise<PlanningRow[]> {
  const connections = PLANNED_CONNECTIONS;
  const converged = await readConverged(connections);
  const steady = await measureLeast('planning.ts', converged);
  const drifted = await measureLeast('planning.ts', withDrift(converged));
  if (steady.changes + steady.recordSyncs > 0)
    throw new Error('There is something to do in a converged state.');
  return [
    { run: 'steady', connections, ...steady },
    { run: '1 % drift', connections, ...drifted },
  ];
}

/** Whatever else runs on the machine only ever adds to what a process takes. */
async function measureLeast(script: string, input: unknown): Promise<MeasuredPlanning> {
  const tries = await inTurn(Array.from({ length: TRIES }), () => runChild(script, input));
  return (tries as MeasuredPlanning[]).reduce((least, one) => (one.cpuMs < least.cpuMs ? one : least));
}

function expectChanges(expected: number, { run, connections, changes, outcome, troubles }: RunRow): void {
  if (changes === expected && outcome !== 'partial' && outcome !== 'failed') return;
  throw new Error(
    `${run} over ${connections} connections made ${changes} changes, not ${expected}: ${outcome} ${troubles.join(' ')}`,
  );
}
