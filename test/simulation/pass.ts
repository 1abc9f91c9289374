import { decide } from '../../shared/application/records/decide.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { GuardedPlan, PassReport } from '../../shared/application/run/reconcile.ts';
import { DefectiveRun, applyPass, planPass } from '../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { recordBootstrap, recordResume } from '../../shared/domain/guard/controls-recording.ts';
import type { Failure } from '../../shared/domain/kernel/errors.ts';
import { describeFailure, isDefect } from '../../shared/domain/kernel/errors.ts';
import { planDocument } from '../../shared/domain/guard/plan-document.ts';
import { limitToReviewed, reviewedChanges } from '../../shared/domain/guard/reviewed-plan.ts';
import type { ReviewedChanges } from '../../shared/domain/guard/reviewed-plan.ts';
import type { Asker } from '../../shared/domain/guard/person.ts';
import type { LookScope } from '../../shared/domain/desired/scope.ts';
import type { Person } from '../../shared/domain/records/deployment-record.ts';
import { note } from './memory.ts';
import { leavesWorse, leftWide } from './narrowing-invariants.ts';
import { hidesMissing } from './missing-invariants.ts';
import { noteReport } from './notes.ts';
import type { SimulatedPorts } from './ports.ts';
import { portsOf } from './ports.ts';
import { PlantedBug } from './effects.ts';
import type { Fault, Process, Turn } from './process.ts';
import { ProcessEnded, startProcess } from './process.ts';
import type { World } from './world.ts';
import { REFUSAL } from './world.ts';

/** How the product is put together here; a mutant puts it together wrongly. */
export interface Wiring {
  readonly ports: (ports: SimulatedPorts, world: World) => SimulatedPorts;
  readonly configured: (configuration: Configuration) => Configuration;
  readonly scoped: (scope: LookScope | undefined, world: World) => LookScope | undefined;
  readonly judged: (planned: GuardedPlan) => GuardedPlan;
  readonly ended: (report: PassReport) => PassReport;
}

export const sound: Wiring = {
  ports: (ports) => ports,
  configured: (configuration) => configuration,
  scoped: (scope) => scope,
  judged: (planned) => planned,
  ended: (report) => report,
};

/** What a person has saved of a plan. */
export interface SavedPlan {
  readonly planId: string;
  readonly reviewed: ReviewedChanges;
}

export interface PassOptions {
  readonly fault?: Fault | undefined;
  readonly trigger?: Asker['trigger'];
  /** Who a person's pass is by. */
  readonly actor?: Person;
  readonly scope?: LookScope | undefined;
  /** The plan that the person has seen: another one is refused, and nothing is done that it did not show as allowed. */
  readonly saved?: SavedPlan;
  readonly wiring?: Wiring;
  /** What somebody else does at the same time. */
  readonly turn?: Turn;
}

export interface SimulatedPass {
  readonly process: Process;
  /** `undefined`: the pass did not come to its end. */
  readonly report: PassReport | undefined;
}

/** One run of the program: a pass and its deliveries. What it throws is judged, and ends with it. */
export async function runPass(world: World, options: PassOptions = {}): Promise<SimulatedPass> {
  await agree(world);
  const { scope, wiring = sound, saved } = options;
  const asker = askerOf(options);
  let report: PassReport | undefined;
  const process = await runProcess(world, { ...options, asker }, async (ports) => {
    const configuration = wiring.configured(world.configuration);
    const whole = await planPass(ports, configuration, asker, wiring.scoped(scope, world));
    if (saved && (whole.look.plan.isPartial || whole.look.plan.id !== saved.planId)) {
      note(world.memory, 'stale plan refused');
      return;
    }
    const changes = saved ? limitToReviewed(whole.changes, saved.reviewed) : whole.changes;
    const planned = wiring.judged({ ...whole, changes });
    if (saved) world.violations.push(...notReviewed(planned, saved));
    world.refusals.clear();
    report = await reported(world, applyPass(ports, configuration, planned).then(wiring.ended));
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

/** One run of the program that only delivers. */
export async function sweep(world: World): Promise<void> {
  await runProcess(world, { asker: { trigger: 'schedule' } }, async (ports) => {
    await deliver(ports, world.configuration.webhooks);
  });
}

function askerOf({ trigger = 'schedule', actor }: PassOptions): Asker {
  if (trigger === 'schedule') return { trigger };
  return actor === undefined ? { trigger } : { trigger, actor };
}

interface ProcessSetting extends PassOptions {
  readonly asker: Asker;
  /** A person gives their yes. */
  readonly isApproving?: boolean | undefined;
}

/** What a person who looks sees, and saves: the id of what would be done now, and how much of it is allowed. */
export async function planByHand(world: World, wiring: Wiring): Promise<SavedPlan> {
  let saved: SavedPlan = { planId: '', reviewed: new Map() };
  const asker: Asker = { trigger: 'person' };
  await runProcess(world, { wiring, asker }, async (ports) => {
    const planned = wiring.judged(await planPass(ports, wiring.configured(world.configuration), asker));
    const { id } = planned.look.plan;
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
  { fault, wiring = sound, turn, asker, scope, isApproving }: ProcessSetting,
  run: (ports: SimulatedPorts) => Promise<void>,
): Promise<Process> {
  const process = startProcess(world, { fault, asker, scope, turn, isApproving });
  try {
    await run(wiring.ports(portsOf(world, process), world));
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
async function agree(world: World): Promise<void> {
  if (!world.isAgreed) return;
  world.isAgreed = false;
  await letGoOn(world);
}

/** A person lets the deployment write, and go on wherever somebody or it itself has stopped it. */
export async function letGoOn({ table, clock }: World): Promise<void> {
  await decide(table.store, (controls) => {
    const agreed = recordBootstrap(controls, '', clock.now());
    const scopes = [{ of: 'everything' } as const, ...agreed.pauses.map(({ scope }) => scope)];
    return scopes.reduce((known, scope) => recordResume(known, scope, '', clock.now()), agreed);
  });
}

const isPlanted = (error: unknown) => error instanceof PlantedBug || error instanceof ProcessEnded;

const errorsIn = (error: unknown): readonly unknown[] =>
  error instanceof AggregateError ? error.errors.flatMap(errorsIn) : [error];

/** The report of a pass, also of one that met a bug and throws it. */
async function reported(world: World, pass: Promise<PassReport>): Promise<PassReport> {
  try {
    const report = await pass;
    noteReport(world, report);
    world.violations.push(...hidesRefusals(world, report));
    return report;
  } catch (error) {
    if (error instanceof DefectiveRun && !errorsIn(error).some((one) => one instanceof ProcessEnded))
      noteReport(world, error.report);
    // What the outside does to one change, record or account is a result, and stops nothing else.
    if (!errorsIn(error).some(isDefect))
      world.violations.push(`I7 a run ends without a report: ${describeFailure(error).message}`);
    throw error;
  }
}

/** I7: what AWS has refused is told as that, whatever went wrong with its record. */
function hidesRefusals({ refusals }: World, { plan, results }: PassReport): readonly string[] {
  return plan.changes.flatMap((change) => {
    const arn = change.target === 'role' ? change.roleArn : change.providerArn;
    const { error } = results.find(({ changeId }) => changeId === change.id) ?? {};
    if (!refusals.has(arn) || change.decision === 'held' || isRefusal(error)) return [];
    return [`I7 AWS has refused a write to ${arn}, and what is told is: ${error?.message ?? 'nothing'}`];
  });
}

const isRefusal = (error: Failure | undefined) =>
  error !== undefined && (error.code === 'permission' || error.message.includes(REFUSAL));

/** A pass may reject for what the outside did to it, and for the bug that was planted, and for nothing else. */
function judge({ violations }: World, process: Process, error: unknown, isInCompany: boolean): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const bugs = errorsIn(error).filter((one) => isDefect(one) && !isPlanted(one));
  if (bugs.length > 0) violations.push(`our own bug: ${text}`);
  else if (process.hasBug && !errorsIn(error).some(isPlanted))
    violations.push(`I7 a bug of azfed's own is hidden by ${text}`);
  else if (!process.isDisturbed && !isInCompany) violations.push(`a pass failed without a fault: ${text}`);
}
