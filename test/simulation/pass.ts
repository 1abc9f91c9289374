import { deliver } from '../../shared/application/deliver.ts';
import type { GuardedPlan, PassReport } from '../../shared/application/reconcile.ts';
import { applyPass, planPass } from '../../shared/application/reconcile.ts';
import { recordBootstrap, recordResume } from '../../shared/domain/controls-recording.ts';
import { InvariantError } from '../../shared/domain/errors.ts';
import type { Asker } from '../../shared/domain/guard.ts';
import { finalState } from './final-state.ts';
import { note } from './memory.ts';
import type { SimulatedPorts } from './ports.ts';
import { portsOf } from './ports.ts';
import type { Fault, Process } from './process.ts';
import { startProcess } from './process.ts';
import type { World } from './world.ts';

/** How the product is put together here; a mutant puts it together wrongly. */
export interface Wiring {
  readonly ports: (ports: SimulatedPorts, world: World) => SimulatedPorts;
  readonly judged: (planned: GuardedPlan) => GuardedPlan;
}

export const sound: Wiring = { ports: (ports) => ports, judged: (planned) => planned };

export interface PassOptions {
  readonly fault?: Fault | undefined;
  readonly trigger?: Asker['trigger'];
  readonly wiring?: Wiring;
  /** Another process runs at the same time. */
  readonly turn?: () => Promise<void>;
}

export interface SimulatedPass {
  readonly process: Process;
  /** `undefined`: the pass did not come to its end. */
  readonly report: PassReport | undefined;
}

/** One run of the program: a pass and its deliveries. What it throws is judged, and ends with it. */
export async function runPass(world: World, options: PassOptions = {}): Promise<SimulatedPass> {
  const { fault, wiring = sound, turn, trigger = 'schedule' } = options;
  await agree(world);
  const asker: Asker = { trigger };
  const isHandsOff = trigger === 'schedule' && !isBootstrapped(world);
  const process = startProcess(world, { fault, isHandsOff, ...(turn ? { turn } : {}) });
  const ports = wiring.ports(portsOf(world, process), world);
  let report: PassReport | undefined;
  try {
    const planned = wiring.judged(await planPass(ports, world.configuration, asker));
    report = await applyPass(ports, world.configuration, planned);
    noteReport(world, report);
    await deliver(ports, world.configuration.webhooks);
  } catch (error) {
    judge(world, process, error, turn !== undefined);
  }
  if (process.hasEnded)
    for (const { outbox } of world.table.items.values())
      for (const { id } of outbox.pending) world.memory.leftBehind.add(id);
  return { process, report };
}

/** A person said yes before the story began; what becomes of the table later is the story's. */
async function agree(world: World): Promise<void> {
  if (!world.isAgreed) return;
  world.isAgreed = false;
  await letGoOn(world);
}

/** A person lets the deployment write, and go on where it has stopped itself. */
export async function letGoOn({ table, clock }: World): Promise<void> {
  const controls = await table.store.readControls();
  const agreed = recordBootstrap(controls, '', clock.now());
  const resumed = recordResume(agreed, { of: 'everything' }, '', clock.now());
  if (resumed !== controls) await table.store.write(resumed);
}

function isBootstrapped({ table }: World): boolean {
  return [...table.items.values()].some((item) => item.kind === 'controls' && item.bootstrapped);
}

/** A pass may reject for what the outside did to it, and for nothing else. */
function judge({ violations }: World, process: Process, error: unknown, isInCompany: boolean): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (error instanceof InvariantError || error instanceof TypeError) violations.push(`our own bug: ${text}`);
  else if (!process.isDisturbed && !isInCompany) violations.push(`a pass failed without a fault: ${text}`);
}

function noteReport({ memory }: World, { plan, results }: PassReport): void {
  const codes = plan.findings.map(({ code }) => code);
  if (codes.includes('account.drift-breaker') || codes.includes('organization.absence-breaker'))
    note(memory, 'breaker tripped');
  if (codes.includes('connection.recreated')) note(memory, 'recreated held');
  if (codes.includes('role.incident')) note(memory, 'incident held');
  if (results.some(({ error }) => error?.code === 'lease')) note(memory, 'lease refused or lost');
  if (results.some(({ error }) => error?.code === 'moved')) note(memory, 'stale target refused');
}

/** Leases and reads leave nothing behind. */
function hasWritten({ effects }: Process): boolean {
  return effects.some(({ name, writes }) => writes && name !== 'acquire' && name !== 'release');
}

/** Longer than a lease, propagation, a second look and the first retry of a delivery. */
const REST_MS = 11 * 60_000;
/** Longer than an old name stays beside a new one. */
const OVERLAP_MS = 45 * 60_000;

export interface Rest {
  /** Passes that had something to write. */
  readonly passes: number;
  readonly last: SimulatedPass;
}

/** Passes without faults, each after a while, until one has nothing to write; then once more after the longest wait. */
export async function rest(world: World, options: PassOptions = {}): Promise<Rest> {
  const first = await untilQuiet(world, options);
  world.clock.advance(OVERLAP_MS);
  const { last } = await untilQuiet(world, options);
  return { passes: first.passes, last };
}

const fingerprint = (world: World) => JSON.stringify(finalState(world));

/** What is tried in vain again and again leaves its intent anew, and nothing else. Who is converged tries nothing. */
function isIdle(world: World, before: string, { report, process }: SimulatedPass): boolean {
  const isInVain = report?.results.some(({ result }) => result !== 'done') ?? false;
  const isSilent = process.effects.every(({ name }) => name !== 'send');
  return isInVain && isSilent && before === fingerprint(world);
}

async function untilQuiet(world: World, options: PassOptions): Promise<Rest> {
  for (let passes = 0; passes < 8; passes++) {
    world.clock.advance(REST_MS);
    const before = fingerprint(world);
    const last = await runPass(world, { ...options, fault: undefined });
    if (!hasWritten(last.process) || isIdle(world, before, last)) return { passes, last };
  }
  world.violations.push('I13 there is no end of writing');
  return { passes: 8, last: await runPass(world, options) };
}
