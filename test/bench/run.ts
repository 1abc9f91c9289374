import '../quiet-sdk.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { runChild } from './child.ts';
import type { ContestRow } from './contest/contest.ts';
import { creationRun, driftContest, repairRun, steadyContest } from './contest/contest.ts';
import { checkPromises } from './contest/promises.ts';
import { readConverged, withDrift } from './converged.ts';
import { measureLoading } from './loading.ts';
import type { MeasuredRun } from './measure.ts';
import type { MeasuredPlanning } from './planning.ts';
import type { Measured } from './page.ts';
import { benchmarkPage } from './page.ts';
import type { RunKind, RunRow, PlanningRow } from './table.ts';
import { measureDeliveries, measureHooks, measureLane } from './throughput.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/**
 * What a run costs, by the number of connections, and what it costs others to know the same. The embedded cloud runs here; every run runs in a process of its own,
 * from cold, so that time and memory are azfed's alone and no run disturbs the next. Nothing is seeded: the roles are
 * made by the first run.
 */
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,5000' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** What the decisions of a run may take: little beside what reading takes. From cold, compiling included. */
const PLANNED_CONNECTIONS = 5_000;
const TRIES = 3;
const MOST_PLANNING = { cpuMs: 1_000, peakMb: 300 };

/** The size that promises are about. */
const CONTEST_ROLES = 1_000;

const sizes = parseSizes(options.sizes);
const [smallest = CONTEST_ROLES] = sizes;
const measured = await measureAll();
const broken = brokenPromises(measured);
const page = benchmarkPage(measured, { command: commandGiven(), day: new Date().toISOString().slice(0, 10) });
if (options.json) print(JSON.stringify({ ...measured, broken }, null, 2));
else print(page);
if (options.write) await writePage(page);
for (const says of broken) process.stderr.write(`Not so: ${says}\n`);
if (broken.length > 0) process.exitCode = 1;

async function measureAll(): Promise<Measured> {
  const runs: RunRow[] = [];
  const contest: ContestRow[] = [];
  // Paced to be slow, and in a world of its own: it goes on beside the others.
  const creation = creationRun(smallest);
  for (const size of sizes) {
    const measuredSize = await measureSize(size);
    runs.push(...measuredSize.runs);
    contest.push(...measuredSize.contest);
  }
  contest.push(...(await creation));
  return {
    contest,
    promises: sizes.includes(CONTEST_ROLES) ? checkPromises(contest, CONTEST_ROLES) : [],
    runs,
    planning: await measurePlanning(),
    throughput: [await measureHooks(), await measureDeliveries(), await measureLane()],
    loading: await measureLoading(),
  };
}

function brokenPromises({ promises, planning }: Measured): readonly string[] {
  const isTooDear = planning.some(
    ({ cpuMs, peakMb }) => cpuMs >= MOST_PLANNING.cpuMs || peakMb >= MOST_PLANNING.peakMb,
  );
  const says = `Planning takes less than ${MOST_PLANNING.cpuMs} ms of CPU and ${MOST_PLANNING.peakMb} MB.`;
  return [...promises, { says, isKept: !isTooDear }].filter(({ isKept }) => !isKept).map((one) => one.says);
}

function commandGiven(): string {
  const given = process.argv.slice(2);
  return ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
}

async function writePage(page: string): Promise<void> {
  const file = join(import.meta.dirname, '../../docs/benchmarks.md');
  const settings = await resolveConfig(file);
  await writeFile(file, await format(page, { ...settings, filepath: file }));
}

function parseSizes(text: string): readonly number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size > 0)) return sizes.sort((a, b) => a - b);
  throw new Error(`--sizes takes numbers with commas between them, not ${text}.`);
}

async function measureSize(size: number): Promise<Pick<Measured, 'runs' | 'contest'>> {
  const world = await startWorld(size);
  try {
    const created = await measureRun(world, size, 'first creation');
    const steady = await measureRun(world, size, 'steady');
    await world.drift();
    const drifted = await measureRun(world, size, '1 % drift');
    // A role for each, and the provider.
    expectChanges(size + 1, created);
    expectChanges(0, steady);
    expectChanges(Math.ceil(size / 100), drifted);
    const contest = [...(await steadyContest(world, size)), ...(await driftContest(world, size))];
    if (size === CONTEST_ROLES) contest.push(...(await repairRun(world, size)));
    return { runs: [created, steady, drifted], contest };
  } finally {
    await world.close();
  }
}

async function measureRun(world: World, connections: number, run: RunKind): Promise<RunRow> {
  const measured = (await runChild('measure.ts', world.place)) as MeasuredRun;
  return { run, connections, ...measured, ...world.takeRequests() };
}

async function measurePlanning(): Promise<readonly PlanningRow[]> {
  const connections = PLANNED_CONNECTIONS;
  const converged = await readConverged(connections);
  const steady = await measureLeast(TRIES, 'planning.ts', converged);
  const drifted = await measureLeast(TRIES, 'planning.ts', withDrift(converged));
  if (steady.changes + steady.recordSyncs > 0)
    throw new Error('There is something to do in a converged state.');
  return [
    { run: 'steady', connections, ...steady },
    { run: '1 % drift', connections, ...drifted },
  ];
}

/** Whatever else runs on the machine only ever adds to what a process takes. */
async function measureLeast(tries: number, script: string, input: unknown): Promise<MeasuredPlanning> {
  const measured: MeasuredPlanning[] = [];
  for (let tried = 0; tried < tries; tried++)
    measured.push((await runChild(script, input)) as MeasuredPlanning);
  return measured.reduce((least, next) => (next.cpuMs < least.cpuMs ? next : least));
}

/** The numbers of a run that did something else than it should are the numbers of nothing. */
function expectChanges(expected: number, { run, connections, changes, outcome }: RunRow): void {
  if (changes === expected && outcome === (expected > 0 ? 'changed' : 'converged')) return;
  throw new Error(`${run}, ${connections} connections: ${changes} changes, ${outcome}; not ${expected}.`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}
