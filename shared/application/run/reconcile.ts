import { listAccountNames } from '../../domain/configuration/account-list.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { describeFailure, type Failure } from '../../domain/kernel/errors.ts';
import { breakerState, keepApprovals, type Initiator } from '../../domain/guard/controls.ts';
import { recordBootstrap, recordTrips } from '../../domain/guard/controls-recording.ts';
import type { Run } from '../../domain/records/event.ts';
import { finding, isConverged, sortFindings, type Finding } from '../../domain/findings/finding.ts';
import { markAccepted } from '../../domain/findings/acceptance.ts';
import { viewConnections } from '../../domain/azure-devops/inventory.ts';
import { onboardings, isOnboarding, recordOnboarding } from '../../domain/recording/onboarding-summary.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { guard, isAllowed, type GuardRules } from '../../domain/guard/guard.ts';
import type { RunScope } from '../../domain/desired/scope.ts';
import type { RunOutcome } from '../../domain/records/remote-run.ts';
import { stampRun } from '../../domain/records/outbox.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import { limitControls } from '../../domain/records/stored-limits.ts';
import { notifyTransitions } from '../../domain/recording/notify-transitions.ts';
import { applyAccount } from './apply-account.ts';
import { attribute } from '../attribution/attribute.ts';
import { moveControls, readControls } from '../records/controls.ts';
import { decide, Records, RunErrors, clearProviderFailures, writeRecordSyncs } from '../records/records.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import type { ChangeResult, Progress } from './apply-context.ts';
import { observe, type Snapshot, type RunPorts, type ReadPorts } from '../observe/observe.ts';
import { overtakeDiscovery } from './overtake-discovery.ts';
import { recordRun } from './record-run.ts';
import { SliceWatch } from './slice-watch.ts';

export type { GuardedPlan } from '../observe/guarded-plan.ts';
export type { RunOutcome } from '../../domain/records/remote-run.ts';

export interface RunReport {
  readonly run: Run;
  readonly plan: GuardedPlan;
  readonly outcome: RunOutcome;
  readonly results: readonly ChangeResult[];
  /** What went wrong beside the changes, such as a record that could not be written. Not empty: the run is partial. */
  readonly failures: readonly Failure[];
}

/** Errors of azfed's own in a run, thrown after everything else of the run was done, recorded and put into the report. */
export class DefectiveRun extends AggregateError {
  readonly report: RunReport;

  constructor(report: RunReport, defects: readonly unknown[]) {
    const messages = defects.map((error) => describeFailure(error).message);
    super(defects, `The run met an error of azfed itself: ${messages.join(' ')}`, { cause: defects[0] });
    this.name = 'DefectiveRun';
    this.report = report;
  }
}

/** Reads, compares and guards; writes nothing. */
export async function planRun(
  ports: ReadPorts,
  configuration: Configuration,
  initiator: Initiator,
  scope?: RunScope,
): Promise<GuardedPlan> {
  const [snapshot, controls] = await Promise.all([
    observe(ports, configuration, scope),
    readControls(ports.state, listAccounts(configuration, scope)),
  ]);
  const { limits, denyWindows } = configuration;
  const rules = { initiator, controls, limits, denyWindows, now: ports.clock.now() };
  return attribute(ports, configuration, guardSnapshot(snapshot, rules, scope));
}

/** What of a look may be done. */
export function guardSnapshot(
  snapshot: Snapshot,
  given: GuardRules & Pick<GuardedPlan, 'controls'>,
  scope?: RunScope,
): GuardedPlan {
  const { people } = snapshot.desiredRoles.configuration;
  const rules = { ...given, controls: keepApprovals(limitControls(given.controls, given.now), people) };
  const guarded = guard(snapshot.plan, rules);
  const unread = unreadableControls(rules.controls);
  const mark = (found: readonly Finding[]) => markAcceptedFindings(found, snapshot, given.now);
  const findings = sortFindings(mark([...snapshot.plan.findings, ...guarded.findings, ...unread]));
  const isPartial = snapshot.plan.isPartial || unread.length > 0;
  const seen = { ...snapshot, plan: { ...snapshot.plan, findings: mark(snapshot.plan.findings), isPartial } };
  return {
    ...guarded,
    findings,
    snapshot: seen,
    initiator: rules.initiator,
    controls: rules.controls,
    scope,
  };
}

/** As the configuration says, by the names of accounts, and those that a connection has wherever it is known. */
function markAcceptedFindings(
  findings: readonly Finding[],
  { desiredRoles, recorded, inventories }: Snapshot,
  now: number,
): readonly Finding[] {
  const { accepted = [], accounts } = desiredRoles.configuration;
  if (accepted.length === 0) return findings;
  const names = new Map<string, readonly string[]>(
    accounts.map((account) => [account.id, listAccountNames(account)]),
  );
  const known = [
    ...desiredRoles.targets.flatMap(({ bindings }) => bindings),
    ...recorded,
    ...inventories.flatMap((inventory) =>
      [...viewConnections(inventory).connections.values()].map(({ id, references }) => ({
        connectionId: id,
        references,
      })),
    ),
  ];
  for (const { connectionId, references } of known) {
    const own = references.map(({ projectName, name }) => `${projectName}/${name}`);
    names.set(connectionId, [...(names.get(connectionId) ?? [connectionId]), ...own]);
  }
  return markAccepted(findings, accepted, (id) => names.get(id) ?? [id], now);
}

/** What people have stopped is not known: until it is, everything counts as paused. */
function unreadableControls({ unreadable }: RecordedControls): readonly Finding[] {
  if (!unreadable) return [];
  return [
    finding(
      'record.unreadable',
      `What people have decided cannot be read; nothing is written. ${unreadable.reason}`,
    ),
  ];
}

export interface RunOptions {
  /** Of the run, where whoever asks for it has named it already. */
  readonly runId?: string;
  readonly progress?: Progress;
  /** Epoch milliseconds: no change is begun after it. */
  readonly deadline?: number;
  /** Aborted: no change is begun any more; the one under way ends and is recorded. */
  readonly stop?: AbortSignal;
}

/**
 * Carries out what is allowed, account by account side by side, and records what is to be told. What fails stops nothing
 * else. Throws DefectiveRun at the very end for errors of azfed's own.
 */
export async function applyRun(
  ports: RunPorts,
  configuration: Configuration,
  planned: GuardedPlan,
  { runId, progress = ignore, deadline = Infinity, stop }: RunOptions = {},
): Promise<RunReport> {
  const { snapshot, changes } = planned;
  if (planned.initiator.trigger === 'person')
    await overtakeDiscovery(ports, configuration, snapshot.inventories);
  const errors = new RunErrors();
  await errors.keep(() => recordDecisions(ports, configuration, planned));
  const run = { id: runId ?? ports.ids.next(), trigger: planned.initiator.trigger };
  const records = new Records(ports, run, snapshot.recorded, snapshot.providers);
  await errors.keep(() => recordOnboardings(ports, configuration, planned, run));
  await writeRecordSyncs(records, snapshot.plan.recordSyncs, errors, ports.clock.now());
  if (!planned.scope?.roles) await clearProviderFailures(records, snapshot, errors);
  const { reminderDays } = configuration.limits;
  const allowed = groupItems(changes.filter(isAllowed), ({ account }) => account);
  const results = await Promise.all(
    configuration.accounts.map((account) =>
      applyAccount(
        {
          ports,
          records,
          errors,
          account,
          slices: new SliceWatch(ports, account.id, snapshot.sliceDigests),
          progress,
          initiator: planned.initiator,
          reminderDays,
          deadline,
          stop,
        },
        allowed.get(account.id) ?? [],
      ),
    ),
  );
  const notified = notifyTransitions(
    records.all(),
    {
      changes,
      absences: snapshot.plan.absences,
      presence: snapshot.plan.presence,
      findings: planned.findings,
      scope: planned.scope,
      reminderDays,
      isOnboarding: isOnboarding(planned.initiator, planned.controls),
    },
    ports.clock.now(),
  );
  await Promise.all(notified.map((item) => errors.keep(() => records.write(item))));
  await errors.keep(() => recordRun(ports, planned, run, results.flat()));
  return endRun({ run, plan: planned, results: results.flat(), failures: errors.failures }, errors.defects);
}

function endRun(run: Omit<RunReport, 'outcome'>, defects: readonly unknown[]): RunReport {
  const outcome = defects.length > 0 ? 'failed' : determineOutcome(run);
  const report = { ...run, outcome } as const;
  if (defects.length > 0) throw new DefectiveRun(report, defects);
  return report;
}

/**
 * A known person's first apply of a whole view lets the deployment write from then on; breakers that tripped stay so until a person resumes. On
 * top of what was recorded since the plan was made: its own events may have been told, or a person may have resumed.
 */
async function recordDecisions(
  { state, clock }: RunPorts,
  configuration: Configuration,
  { initiator, controls, trips, changes, scope, snapshot: { plan } }: GuardedPlan,
): Promise<void> {
  const now = clock.now();
  if (initiator.trigger === 'person') {
    const { actor } = initiator;
    const isSeenWhole = !plan.isPartial && changes.every(({ blockedBy }) => blockedBy !== 'not-selected');
    if (actor === undefined || !isSeenWhole) return;
    const bootstrap = (known: RecordedControls) => recordBootstrap(known, actor, now);
    if (bootstrap(controls) !== controls) await decide(state, bootstrap);
    return;
  }
  const hasOwn = controls.breakers.length + (controls.onboardings ?? []).length > 0;
  if (hasOwn) for (const { id } of listAccounts(configuration, scope)) await moveControls(state, id);
  const fresh = trips.filter((trip) => recordTrips(controls, [trip], now) !== controls);
  for (const account of new Set(fresh.map((trip) => trip.account))) {
    const own = fresh.filter((trip) => trip.account === account);
    const record = (known: RecordedControls) =>
      recordTrips(
        known,
        own.filter((one) => breakerState(known, one, now) !== 'allowed'),
        now,
      );
    await decide(state, record, account);
  }
}

/** The accounts that a run is over. */
const listAccounts = ({ accounts }: Pick<Configuration, 'accounts'>, scope: RunScope | undefined) =>
  scope ? accounts.filter(({ id }) => id === scope.account) : accounts;

/** On top of what others record meanwhile; those of accounts that were told of are none. */
async function recordOnboardings(
  { state, clock }: RunPorts,
  configuration: Configuration,
  { snapshot: { plan }, scope, ...planned }: GuardedPlan,
  run: Run,
): Promise<void> {
  const looks = onboardings(
    { ...planned, scope, isPartial: plan.isPartial },
    listAccounts(configuration, scope).map(({ id }) => id),
  );
  for (const look of looks) {
    if (planned.controls.onboardings?.includes(look.account)) continue;
    await decide(
      state,
      (controls) => stampRun(recordOnboarding(controls, look, clock.now()), controls, run),
      look.account,
    );
  }
}

/** One run. Idempotent: over a converged world it writes nothing, in AWS or in the table. */
export async function reconcile(
  ports: RunPorts,
  configuration: Configuration,
  initiator: Initiator,
  { scope, ...options }: RunOptions & { readonly scope?: RunScope } = {},
): Promise<RunReport> {
  return applyRun(ports, configuration, await planRun(ports, configuration, initiator, scope), options);
}

/** What a run has come to, or what a plan would come to if its allowed changes were carried out. */
function determineOutcome({
  plan: {
    snapshot: { plan },
    changes,
    findings,
  },
  results,
  failures,
}: Omit<RunReport, 'outcome'>): RunOutcome {
  const has = (wanted: ChangeResult['result']) => results.some(({ result }) => result === wanted);
  // What was skipped needed what has failed, or waits behind it.
  if (has('failed') && !has('done')) return 'failed';
  if (plan.isPartial || failures.length > 0 || results.some(({ result }) => result !== 'done'))
    return 'partial';
  if (changes.some(({ decision }) => decision === 'allowed')) return 'changed';
  return isConverged(changes, findings) ? 'converged' : 'held';
}

const ignore: Progress = () => undefined;
