import '../quiet-sdk.ts';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import { readConverged, withDrift } from './converged.ts';
import { measureLoading } from './loading.ts';
import type { MeasuredPass } from './measure.ts';
import type { MeasuredPlanning } from './planning.ts';
import type { PassKind, PassRow, PlanningRow } from './table.ts';
import { loadTable, passTable, planningTable } from './table.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/**
 * What a pass costs, by the number of connections. The embedded cloud runs here; every pass runs in a process of its own,
 * from cold, so that time and memory are azfed's alone and no pass disturbs the next. Nothing is seeded: the roles are
 * made by the first pass.
 */
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,5000' },
    json: { type: 'boolean', default: false },
  },
});

/** What the decisions of a pass may take: little beside what reading takes. From cold, compiling included. */
const PLANNED_CONNECTIONS = 5_000;
const TRIES = 3;
const MOST_PLANNING = { cpuMs: 1_000, peakMb: 300 };

const passes: PassRow[] = [];
for (const size of sizesIn(options.sizes)) passes.push(...(await measureSize(size)));
const planning = await measurePlanning();
const loading = await measureLoading();
const isTooDear = planning.some(
  ({ cpuMs, peakMb }) => cpuMs >= MOST_PLANNING.cpuMs || peakMb >= MOST_PLANNING.peakMb,
);

if (options.json) print(JSON.stringify({ passes, planning, loading, isTooDear }, null, 2));
else {
  print(passTable(passes));
  print(planningTable(planning));
  print(loadTable(loading));
  if (isTooDear)
    print(`Planning takes more than ${MOST_PLANNING.cpuMs} ms of CPU or ${MOST_PLANNING.peakMb} MB.`);
}
if (isTooDear) process.exitCode = 1;

function sizesIn(text: string): readonly number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size > 0)) return sizes.sort((a, b) => a - b);
  throw new Error(`--sizes takes numbers with commas between them, not ${text}.`);
}

async function measureSize(size: number): Promise<readonly PassRow[]> {
  const world = await startWorld(size);
  try {
    const created = await measurePass(world, size, 'first creation');
    const steady = await measurePass(world, size, 'steady');
    await world.drift();
    const drifted = await measurePass(world, size, '1 % drift');
    // A role for each, and the provider.
    expectChanges(size + 1, created);
    expectChanges(0, steady);
    expectChanges(Math.ceil(size / 100), drifted);
    return [created, steady, drifted];
  } finally {
    await world.close();
  }
}

async function measurePass(world: World, connections: number, pass: PassKind): Promise<PassRow> {
  const measured = (await runChild('measure.ts', world.place)) as MeasuredPass;
  return { pass, connections, ...measured, ...world.takeRequests() };
}

async function measurePlanning(): Promise<readonly PlanningRow[]> {
  const connections = PLANNED_CONNECTIONS;
  const converged = await readConverged(connections);
  const steady = await leastOf(TRIES, 'planning.ts', converged);
  const drifted = await leastOf(TRIES, 'planning.ts', withDrift(converged));
  if (steady.changes + steady.settlements > 0)
    throw new Error('There is something to do in a converged state.');
  return [
    { pass: 'steady', connections, ...steady },
    { pass: '1 % drift', connections, ...drifted },
  ];
}

/** Whatever else runs on the machine only ever adds to what a process takes. */
async function leastOf(tries: number, script: string, input: unknown): Promise<MeasuredPlanning> {
  const measured: MeasuredPlanning[] = [];
  for (let tried = 0; tried < tries; tried++)
    measured.push((await runChild(script, input)) as MeasuredPlanning);
  return measured.reduce((least, next) => (next.cpuMs < least.cpuMs ? next : least));
}

/** The numbers of a pass that did something else than it should are the numbers of nothing. */
function expectChanges(expected: number, { pass, connections, changes, outcome }: PassRow): void {
  if (changes === expected && outcome === (expected > 0 ? 'changed' : 'converged')) return;
  throw new Error(`${pass}, ${connections} connections: ${changes} changes, ${outcome}; not ${expected}.`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}
