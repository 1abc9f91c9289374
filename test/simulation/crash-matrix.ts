import type { Fault, FaultMode, EffectKind } from './process.ts';
import { before, faultModes } from './process.ts';
import { finalState } from './final-state.ts';
import { ANA } from './operators.ts';
import type { RunOptions, Wiring } from './simulated-run.ts';
import { runOnce, sound } from './simulated-run.ts';
import type { Rest } from './rest.ts';
import { rest } from './rest.ts';
import { unfinished } from './unfinished.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';
import { copyWorld, createWorld, describeWorld } from './world.ts';

export interface MatrixRow {
  /** Runs with a fault in them. */
  readonly runs: number;
  readonly effects: number;
  /** Sentences about what went wrong; none when the scenario holds. */
  readonly failures: readonly string[];
}

/** Less than the whole matrix of a scenario. */
export interface Haste {
  /** The first failure that counts ends it. */
  readonly counts?: (failure: string) => boolean;
  readonly isGoldenOnly?: boolean;
  /** The faults that an effect meets; left out: all that it can meet. */
  readonly selectModes?: (kind: EffectKind, at: number) => readonly FaultMode[];
}

interface Golden {
  readonly effects: readonly EffectKind[];
  readonly runs: number;
  readonly state: readonly string[];
}

/** One scenario: a run without a fault, then one for each effect of it and each fault that it can meet. */
export async function runScenario(
  scenario: Scenario,
  wiring: Wiring = sound,
  { counts = () => false, isGoldenOnly = false, selectModes: modesOf = possibleModes }: Haste = {},
): Promise<MatrixRow> {
  const failures: string[] = [];
  const prepared = await prepare(scenario, wiring);
  const golden = await runGolden(scenario, copyWorld(prepared), wiring, failures);
  const known: Known = new Map();
  let runs = 0;
  if (isGoldenOnly) return { runs, effects: golden.effects.length, failures };
  for (const [at, kind] of golden.effects.entries()) {
    for (const mode of modesOf(kind, at)) {
      if (failures.some(counts)) return { runs, effects: golden.effects.length, failures };
      runs += 1;
      const world = copyWorld(prepared);
      const found = await runDisturbed({ scenario, wiring, golden, known }, world, { at, mode });
      failures.push(...found.map((what) => `${mode} at effect ${at} (${kind.name}): ${what}`));
    }
  }
  return { runs, effects: golden.effects.length, failures };
}

const possibleModes = (kind: EffectKind) => faultModes.filter((mode) => canMeet(kind, mode));

/**
 * About half of the faults: each effect meets the end of the process, one error before it and, where it writes, one error
 * after it. Which errors these are goes in turns, from effect to effect and from scenario to scenario.
 */
export function sampleModes(scenario: number): NonNullable<Haste['selectModes']> {
  return (kind, at) => {
    const possible = possibleModes(kind);
    const appliesEffect = (mode: FaultMode) => mode === 'applied-then-throws' || mode === 'times-out';
    const after = possible.filter(appliesEffect);
    const before = possible.filter((mode) => mode !== 'process-ends' && !appliesEffect(mode));
    const turn = scenario + at;
    return [before, after, ['process-ends' as const]].flatMap((modes) => modes[turn % modes.length] ?? []);
  };
}

/** A read has no effect that an error could follow. */
function canMeet({ writes, hasBatch }: EffectKind, mode: FaultMode): boolean {
  if (mode === 'partial-batch') return hasBatch;
  return writes || (mode !== 'applied-then-throws' && mode !== 'times-out');
}

/** Long enough for whatever the first run has left to converge. */
const REST_MS = 60 * 60_000;

async function prepare(scenario: Scenario, wiring: Wiring): Promise<World> {
  const { connections, configuration, happens } = scenario;
  const world = createWorld(configuration);
  if (connections) {
    world.town.change(() => connections);
    await runOnce(world, { wiring });
    world.clock.advance(REST_MS);
  }
  await happens(world, wiring);
  return world;
}

function run({ does = runOnce, meanwhile }: Scenario, world: World, options: RunOptions) {
  const turn = meanwhile && before(meanwhile.before, () => meanwhile.act(world));
  return does(world, { ...options, ...(turn ? { turn } : {}) });
}

async function runGolden(
  scenario: Scenario,
  world: World,
  wiring: Wiring,
  failures: string[],
): Promise<Golden> {
  const { process } = await run(scenario, world, { wiring });
  const { runs, last } = await converge(scenario, world, wiring);
  failures.push(
    ...[...world.violations, ...unfinished(world, last)].map((what) => `without a fault: ${what}`),
  );
  return { effects: process.effects, runs, state: finalState(world) };
}

/** What became of a world that a fault has left, by its text: faults that leave the same world need only one look at the rest. */
type Known = Map<string, readonly string[]>;

interface Matrix {
  readonly scenario: Scenario;
  readonly wiring: Wiring;
  readonly golden: Golden;
  readonly known: Known;
}

async function runDisturbed(
  { scenario, wiring, golden, known }: Matrix,
  world: World,
  fault: Fault,
): Promise<readonly string[]> {
  await run(scenario, world, { wiring, fault });
  const left = describeWorld(world);
  const found = known.get(left) ?? (await judgeRest(scenario, world, wiring, golden));
  known.set(left, found);
  return found;
}

async function judgeRest(
  scenario: Scenario,
  world: World,
  wiring: Wiring,
  golden: Golden,
): Promise<readonly string[]> {
  const { runs } = await converge(scenario, world, wiring);
  const isLate = runs > golden.runs + 2 ? [`I13 it takes ${runs} runs; without a fault ${golden.runs}`] : [];
  return [...world.violations, ...isLate, ...differences(golden.state, finalState(world))];
}

/** Rests, lets a person decide what waits for one, and rests again. The runs that the first rest took. */
async function converge({ decides }: Scenario, world: World, wiring: Wiring): Promise<Rest> {
  const first = await rest(world, { wiring });
  if (!decides) return first;
  await decides(world, wiring);
  const { last } = await rest(world, { wiring, trigger: 'person', actor: ANA });
  return { ...first, last };
}

function differences(golden: readonly string[], state: readonly string[]): readonly string[] {
  return [
    ...golden.filter((line) => !state.includes(line)).map((line) => `I13 missing at the end: ${line}`),
    // A fault in the middle may make two changes out of one, and each is told.
    ...state
      .filter((line) => !golden.includes(line) && !line.startsWith('told'))
      .map((line) => `I13 too much at the end: ${line}`),
  ];
}
