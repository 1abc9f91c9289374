import { resumeScopes } from '../../shared/application/records/controls.ts';
import { decide } from '../../shared/application/records/records.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { GuardedPlan, RunReport } from '../../shared/application/run/reconcile.ts';
import { DefectiveRun, applyRun, planRun } from '../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { AccountSlice } from '../../shared/domain/discovery/account-slice.ts';
import { recordBootstrap } from '../../shared/domain/guard/controls-recording.ts';
import type { Failure } from '../../shared/domain/kernel/errors.ts';
import { describeFailure, isDefect } from '../../shared/domain/kernel/errors.ts';
import { planDocument, limitToReviewed, reviewedChanges } from '../../shared/domain/guard/plan-document.ts';
import type { ReviewedChanges } from '../../shared/domain/guard/plan-document.ts';
import type { Initiator } from '../../shared/domain/guard/controls.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import type { Person } from '../../shared/domain/records/deployment-record.ts';
import { note } from './memory.ts';
import { leavesWorse, leftWide } from './narrowing-invariants.ts';
import { hidesMissing } from './missing-invariants.ts';
import { noteReport } from './notes.ts';
import type { SimulatedPorts } from './ports.ts';
import { makePorts } from './ports.ts';
import { PlantedBug } from './effects.ts';
import { slicedPartitions } from './sliced.ts';
import type { Fault, Process, Turn } from './process.ts';
import { ProcessEnded, startProcess } from './process.ts';
import type { World } from './world.ts';
import { REFUSAL } from './world.ts';

/** How the product is put together here; a mutant puts it together wrongly. */
export interface Wiring {
  readonly ports: (ports: SimulatedPorts, world: World) => SimulatedPorts;
  readonly configured: (configuration: Configuration) => Configuration;
  readonly scoped: (scope: RunScope | undefined, world: World) => RunScope | undefined;
  /** What discovery leaves to a run over one account. */
  readonly sliced: (slice: AccountSlice) => AccountSlice;
  readonly judged: (planned: GuardedPlan) => GuardedPlan;
  readonly ended: (report: RunReport) => RunReport;
}

export const sound: Wiring = {
  ports: (ports) => ports,
  configured: (configuration) => configuration,
  scoped: (scope) => scope,
  sliced: (slice) => slice,
  judged: (planned) => planned,
  ended: (report) => report,
};

/** What a person has saved of a plan. */
export interface SavedPlan {
  readonly planId: string;
  readonly reviewed: ReviewedChanges;
}

export interface RunOptions {
  readonly fault?: Fault | undefined;
  readonly trigger?: Initiator['trigger'];
  /** Who an interactive run is by. */
  readonly actor?: Person;
  readonly scope?: RunScope | undefined;
  /** The plan that the person has seen: another one is refused, and nothing is done that it did not show as allowed. */
  readonly saved?: SavedPlan;
  readonly wiring?: Wiring;
  /** What somebody else does at the same time. */
  readonly turn?: Turn;
}

export interface SimulatedRun {
  readonly process: Process;
  /** `undefined`: the run did not come to its end. */
  readonly report: RunReport | undefined;
}

/** One run of the program: a run and its deliveries. What it throws is judged, and ends with it. */
export async function runOnce(world: World, options: RunOptions = {}): Promise<SimulatedRun> {
  await confirm(world);
  const { scope, wiring = sound, saved } = options;
  const initiator = makeInitiator(options);
  let report: RunReport | undefined;
  const process = await runProcess(world, { ...options, initiator }, async (ports) => {
    const configuration = wiring.configured(world.configuration);
    const whole = await planAsDeployed(world, ports, configuration, options);
    if (saved && (whole.snapshot.plan.isPartial || whole.snapshot.plan.id !== saved.planId)) {
      note(world.memory, 'stale plan refused');
      return;
    }
    const changes = saved ? limitToReviewed(whole.changes, saved.reviewed) : whole.changes;
    const planned = wiring.judged({ ...whole, changes });
    if (saved) world.violations.push(...notReviewed(planned, saved));
    world.refusals.clear();
    report = await reported(world, applyRun(ports, configuration, planned).then(wiring.ended));
    await deliver(ports, configuration.webhooks);
  });
  if (report && options.turn === undefined && scope === undefined)
    world.violations.push(
      ...leftWide(world, process, report),
      ...leavesWorse(report),
      ...hidesMissing(world, process, report),
    );
  return { process, report };
}

/** As the service does it: an automatic run is over one account, from its slices, where there is one. */
function planAsDeployed(
  world: World,
  ports: SimulatedPorts,
  configuration: Configuration,
  options: RunOptions,
): Promise<GuardedPlan> {
  const { wiring = sound, scope } = options;
  const initiator = makeInitiator(options);
  const [account, another] = configuration.accounts;
  if (initiator.trigger === 'person' || !account || another)
    return planRun(ports, configuration, initiator, wiring.scoped(scope, world));
  const partitions = slicedPartitions(ports, configuration, wiring.sliced);
  const about = wiring.scoped(scope ?? { account: account.id }, world);
  return planRun({ ...ports, partitions }, configuration, initiator, about);
}

/** One run of the program that only delivers. */
export async function sweep(world: World): Promise<void> {
  await runProcess(world, { initiator: { trigger: 'schedule' } }, async (ports) => {
    await deliver(ports, world.configuration.webhooks);
  });
}

function makeInitiator({ trigger = 'schedule', actor }: RunOptions): Initiator {
  if (trigger === 'schedule') return { trigger };
  return actor === undefined ? { trigger } : { trigger, actor };
}

interface ProcessSetting extends RunOptions {
  readonly initiator: Initiator;
  /** A person gives their yes. */
  readonly isApproving?: boolean | undefined;
}

/** What a person who looks sees, and saves: the id of what would be done now, and how much of it is allowed. */
export async function planInteractively(world: World, wiring: Wiring): Promise<SavedPlan> {
  let saved: SavedPlan = { planId: '', reviewed: new Map() };
  const initiator: Initiator = { trigger: 'person' };
  await runProcess(world, { wiring, initiator }, async (ports) => {
    const planned = wiring.judged(await planRun(ports, wiring.configured(world.configuration), initiator));
    const { id } = planned.snapshot.plan;
    const file = planDocument(id, '', planned.changes, [], { azureDevOps: 0, iam: 0, dynamodb: 0 });
    saved = { planId: id, reviewed: reviewedChanges(file.changes) };
  });
  return saved;
}

/** I16: a saved plan does nothing beyond what it showed as allowed. */
function notReviewed({ changes }: GuardedPlan, { reviewed }: SavedPlan): readonly string[] {
  const beyond = changes.filter(({ id, steps, narrowing }) => {
    const extent = reviewed.get(id);
    const isNarrowing = extent === 'narrowing' && steps.every((step) => narrowing.includes(step));
    return steps.length > 0 && extent !== 'whole' && !isNarrowing;
  });
  return beyond.map(({ id }) => `I16 ${id} is done beyond what the saved plan showed as allowed`);
}

/** Whatever one run of the program does, with the fault that is planned for it. */
export async function runProcess(
  world: World,
  { fault, wiring = sound, turn, initiator, scope, isApproving }: ProcessSetting,
  run: (ports: SimulatedPorts) => Promise<void>,
): Promise<Process> {
  const process = startProcess(world, { fault, initiator, scope, turn, isApproving });
  try {
    await run(wiring.ports(makePorts(world, process), world));
    if (process.hasBug) world.violations.push("I7 a bug of azfed's own is swallowed");
  } catch (error) {
    judge(world, process, error, turn !== undefined);
  }
  if (process.hasEnded)
    for (const { outbox } of world.table.items.values())
      for (const { id } of outbox.pending) world.memory.leftBehind.add(id);
  return process;
}

/** A person said yes before the story began; what becomes of the table later is the story's. */
async function confirm(world: World): Promise<void> {
  if (!world.isConfirmed) return;
  world.isConfirmed = false;
  await resumeAll(world);
}

/** A person lets the deployment write, and go on wherever somebody or it itself has stopped it. */
export async function resumeAll({ table, clock, configuration }: World): Promise<void> {
  await decide(table.store, (controls) => recordBootstrap(controls, '', clock.now()));
  const { pauses } = await table.store.readControls();
  const scopes = [{ of: 'everything' } as const, ...pauses.map(({ scope }) => scope)];
  await resumeScopes(table.store, configuration.accounts, scopes, '', clock.now());
}

const isPlanted = (error: unknown) => error instanceof PlantedBug || error instanceof ProcessEnded;

const listErrors = (error: unknown): readonly unknown[] =>
  error instanceof AggregateError ? error.errors.flatMap(listErrors) : [error];

/** The report of a run, also of one that met a bug and throws it. */
async function reported(world: World, run: Promise<RunReport>): Promise<RunReport> {
  try {
    const report = await run;
    noteReport(world, report);
    world.violations.push(...hidesRefusals(world, report));
    return report;
  } catch (error) {
    if (error instanceof DefectiveRun && !listErrors(error).some((one) => one instanceof ProcessEnded))
      noteReport(world, error.report);
    // What the outside does to one change, record or account is a result, and stops nothing else.
    if (!listErrors(error).some(isDefect))
      world.violations.push(`I7 a run ends without a report: ${describeFailure(error).message}`);
    throw error;
  }
}

/** I7: what AWS has refused is told as that, whatever went wrong with its record. */
function hidesRefusals({ refusals }: World, { plan, results }: RunReport): readonly string[] {
  return plan.changes.flatMap((change) => {
    const arn = change.target === 'role' ? change.roleArn : change.providerArn;
    const { error } = results.find(({ changeId }) => changeId === change.id) ?? {};
    if (!refusals.has(arn) || change.decision === 'held' || isRefusal(error)) return [];
    return [`I7 AWS has refused a write to ${arn}, and what is told is: ${error?.message ?? 'nothing'}`];
  });
}

const isRefusal = (error: Failure | undefined) =>
  error !== undefined && (error.code === 'permission' || error.message.includes(REFUSAL));

/** A run may reject for what the outside did to it, and for the bug that was planted, and for nothing else. */
function judge({ violations }: World, process: Process, error: unknown, isInCompany: boolean): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const bugs = listErrors(error).filter((one) => isDefect(one) && !isPlanted(one));
  if (bugs.length > 0) violations.push(`our own bug: ${text}`);
  else if (process.hasBug && !listErrors(error).some(isPlanted))
    violations.push(`I7 a bug of azfed's own is hidden by ${text}`);
  else if (!process.isDisturbed && !isInCompany) violations.push(`a run failed without a fault: ${text}`);
}
