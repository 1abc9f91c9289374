import { finalState } from './final-state.ts';
import type { RunOptions, SimulatedRun } from './simulated-run.ts';
import { runOnce } from './simulated-run.ts';
import type { World } from './world.ts';

/** Leases and reads leave nothing behind. */
function hasWritten({ effects }: SimulatedRun['process']): boolean {
  return effects.some(({ name, writes }) => writes && name !== 'acquire' && name !== 'release');
}

/** Longer than a lease, propagation, a second look and the first retry of a delivery. */
const REST_MS = 11 * 60_000;
/** Longer than an old name stays beside a new one. */
const OVERLAP_MS = 45 * 60_000;

export interface Rest {
  /** Runs that had something to write. */
  readonly runs: number;
  readonly last: SimulatedRun;
}

/** Passes without faults, each after a while, until one has nothing to write; then once more after the longest wait. */
export async function rest(world: World, options: RunOptions = {}): Promise<Rest> {
  const first = await untilQuiet(world, options);
  world.clock.advance(OVERLAP_MS);
  const { last } = await untilQuiet(world, options);
  return { runs: first.runs, last };
}

const fingerprint = (world: World) => JSON.stringify(finalState(world));

/** What is tried in vain again and again leaves its intent anew, and nothing else. Who is converged tries nothing. */
function isIdle(world: World, before: string, { report, process }: SimulatedRun): boolean {
  const isInVain = report?.results.some(({ result }) => result !== 'done') ?? false;
  const isSilent = process.effects.every(({ name }) => name !== 'send');
  return isInVain && isSilent && before === fingerprint(world);
}

async function untilQuiet(world: World, options: RunOptions): Promise<Rest> {
  for (let runs = 0; runs < 8; runs++) {
    world.clock.advance(REST_MS);
    const before = fingerprint(world);
    const last = await runOnce(world, { ...options, fault: undefined });
    if (!hasWritten(last.process) || isIdle(world, before, last)) return { runs, last };
  }
  world.violations.push('I8 there is no end of writing');
  return { runs: 8, last: await runOnce(world, options) };
}
