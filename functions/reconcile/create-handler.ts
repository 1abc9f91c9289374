import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseReconcileMessage } from '../../shared/adapters/sqs/queue-messages.ts';
import { askForReport } from '../../shared/application/intake/receive-iam-change.ts';
import { withLogFields } from '../../shared/adapters/telemetry/log-fields.ts';
import type { AccountReading, ReadingPorts } from '../../shared/application/records/readings.ts';
import { noteAccount } from '../../shared/application/records/readings.ts';
import type { RunPorts } from '../../shared/application/observe/observe.ts';
import { DefectiveRun, reconcile, type RunReport } from '../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { TransientError, UpstreamError, isDefect } from '../../shared/domain/kernel/errors.ts';
import { planNextRound, type ReconcileMessage } from '../../shared/domain/discovery/queue-message.ts';
import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import { noteAttempt } from '../../shared/application/run/remote-run.ts';
import { runRequested } from '../../shared/application/run/requested-run.ts';
import type { ReconcileQueue, Redelivery, ReportQueue } from '../../shared/ports/queue.ts';
import type { RemoteRuns, RunRequests } from '../../shared/ports/state.ts';
import { isUrgent } from '../../shared/domain/recording/reading-recording.ts';
import { shortenSummary, summarizeRun } from '../../shared/domain/guard/run-summary.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
import { processBatch, readMessages, unreadable, type QueueMessage } from '../runtime/fifo-batch.ts';
import type { Handle } from '../runtime/start-function.ts';
import { countRun, countTroubles } from './run-metrics.ts';
import { captureReading } from '../../shared/domain/kernel/result.ts';
import { formatInstant } from '../../shared/domain/kernel/durations.ts';

export interface ReconcileDependencies {
  readonly ports: RunPorts & ReadingPorts;
  readonly configuration: Configuration;
  /** Records what this function was built with. */
  readonly noteDeployment?: () => Promise<void>;
  readonly telemetry: Telemetry;
  readonly redelivery: Redelivery;
  readonly requests: RunRequests;
  readonly remoteRuns: RemoteRuns;
  /** Its own queue, for a run that ended out of time. */
  readonly reconcileQueue: ReconcileQueue;
  readonly reportQueue: ReportQueue;
}

/**
 * Kept back from the function's time, half of it where it is short: a request to IAM that is under way may take 30 seconds,
 * and then everything is recorded. A change is begun only when its worst case fits into the time before.
 */
const MARGIN_MS = 45_000;

export function createHandler(dependencies: ReconcileDependencies): Handle<SQSEvent, SQSBatchResponse> {
  const { telemetry, ports, redelivery } = dependencies;
  let isNoted = dependencies.noteDeployment === undefined;
  return async (event, context) => {
    if (!isNoted) isNoted = await noteOnce(dependencies);
    const left = context.getRemainingTimeInMillis();
    const deadline = ports.clock.now() + left - Math.min(MARGIN_MS, left / 2);
    return processBatch(readMessages(event), (record) => work(dependencies, record, deadline), {
      telemetry,
      redelivery,
      timeLeftMs: left,
      escapes: (error) => isDefect(error) || error instanceof FailedRun,
    });
  };
}

/** Runs do not wait for it: where it fails, the next invocation tries again. */
async function noteOnce({ noteDeployment, telemetry }: ReconcileDependencies): Promise<boolean> {
  const noted = await captureReading(async () => noteDeployment?.());
  if (noted.state === 'unknown')
    telemetry.warn('Which configuration is in force was not recorded; the next run does it.', {
      reason: noted.code,
    });
  return noted.state === 'complete';
}

async function work(
  dependencies: ReconcileDependencies,
  record: QueueMessage,
  deadline: number,
): Promise<void> {
  const { ports, configuration, telemetry } = dependencies;
  const message = parseReconcileMessage(record.body);
  if (!message) throw unreadable(record);
  const { account } = message;
  if (!configuration.accounts.some(({ id }) => id === account)) {
    telemetry.warn('The configuration does not name this account any more.', { account });
    return;
  }
  if (ports.clock.now() >= deadline)
    throw new TransientError('run.out-of-time', `No time was left for account ${account}.`);
  const runId = ports.ids.next();
  const { discovery: discoveryId, remote } = message;
  await withLogFields({ runId, account, discoveryId, remote }, async () => {
    const outcome = await runRequested(dependencies.requests, message, () =>
      noteRun(dependencies, message, { runId, deadline }),
    );
    if (outcome === 'covered')
      telemetry.info('A run has begun since this message was sent, and has seen what it is about.', {
        account,
      });
  });
}

interface GivenRun {
  readonly runId: string;
  readonly deadline: number;
}

interface EndedRun {
  readonly isWhole: boolean;
  readonly report: RunReport;
  /** Another run goes on with what is left. */
  readonly goesOn: boolean;
}

/** A run of whom somebody follows is noted. One that a discovery has asked for is not the last: the run as a whole asks again. */
function noteRun(
  dependencies: ReconcileDependencies,
  { discovery, remote, ...message }: ReconcileMessage,
  given: GivenRun,
): Promise<EndedRun> {
  const { remoteRuns, ports } = dependencies;
  if (remote === undefined) return reconcileAccount(dependencies, message, given);
  const isFinal = discovery === undefined;
  const begunAt = formatInstant(ports.clock.now());
  return noteAttempt(
    { remoteRuns, clock: ports.clock },
    remote,
    { of: 'account', id: message.account, work: given.runId, begunAt, isLast: false },
    {
      work: () => reconcileAccount(dependencies, { ...message, ...(isFinal && { remote }) }, given),
      describe: ({ report, goesOn }) => ({
        isLast: isFinal && !goesOn,
        summary: shortenSummary(summarizeRun(report)),
      }),
    },
  );
}

async function reconcileAccount(
  dependencies: ReconcileDependencies,
  { round, remote, ...scope }: Omit<ReconcileMessage, 'discovery'>,
  given: GivenRun,
): Promise<EndedRun> {
  const { ports, configuration, telemetry, reportQueue } = dependencies;
  const { account } = scope;
  const options = { scope, ...given };
  const report = await reconcile(ports, configuration, { trigger: 'schedule' }, options).catch(
    async (error: unknown) => {
      // Its alarm is the error; its numbers are those of any other run.
      if (error instanceof DefectiveRun) await reportRun({ ports, telemetry }, account, error.report);
      throw error;
    },
  );
  await reportRun({ ports, telemetry }, account, report);
  await askForReport({ reportQueue, telemetry, clock: ports.clock }, report);
  const next = { ...scope, ...(round && { round }), ...(remote !== undefined && { remote }) };
  const goesOn = await askForNextRound(dependencies, next, report);
  if (report.outcome !== 'failed')
    return { report, goesOn, isWhole: report.outcome !== 'partial' && !isCutShort(report) };
  if (report.results.some(({ error }) => error?.nature === 'transient'))
    throw new FailedRun('run.all-failed', `Every change of the run over account ${account} failed.`);
  telemetry.warn('AWS refuses every change of the run; later runs try them again.', { account });
  return { report, goesOn, isWhole: false };
}

const isCutShort = ({ results }: RunReport) => results.some(({ error }) => error?.code === 'out-of-time');

/** A run that got on and ran out of time is followed by the next one at once, as long as that may go on. True where it is. */
async function askForNextRound(
  { reconcileQueue, telemetry }: ReconcileDependencies,
  message: ReconcileMessage,
  report: RunReport,
): Promise<boolean> {
  const { run, results } = report;
  const next = planNextRound(message);
  if (!isCutShort(report) || !next || !results.some(({ result }) => result === 'done')) return false;
  try {
    await reconcileQueue.send([{ message: next, key: `round.${run.id}` }]);
    return true;
  } catch (error) {
    if (isDefect(error)) throw error;
    telemetry.error('The next run was not asked for; the schedule goes on.', error, {
      account: message.account,
    });
    return false;
  }
}

/** Nothing of a run could be done. It escapes, so that the function fails and alarms. */
class FailedRun extends UpstreamError {
  override readonly name = 'FailedRun';
}

async function reportRun(
  { ports, telemetry }: Pick<ReconcileDependencies, 'ports' | 'telemetry'>,
  account: AccountId,
  report: RunReport,
): Promise<void> {
  const noted = await captureReading(() => noteAccount(ports, account, report));
  if (noted.state === 'unknown')
    telemetry.warn('What the run could read was not recorded; the next run does it.', {
      account,
      reason: noted.code,
    });
  const reading = noted.state === 'complete' ? noted.value : undefined;
  countRun(telemetry, report, reading, ports.clock.now());
  warnOfReading(telemetry, report, reading);
  const { outcome, results, plan, failures } = report;
  const codes = [...results.flatMap(({ error }) => error?.code ?? []), ...failures.map(({ code }) => code)];
  telemetry.info('A run has ended.', {
    account,
    outcome,
    planId: plan.snapshot.plan.id,
    changes: plan.changes.length,
    ...Object.fromEntries(Object.entries(countTroubles(report)).filter(([, number]) => number > 0)),
    ...(codes.length > 0 ? { codes: [...new Set(codes)] } : {}),
  });
}

/** What somebody is called for: a line that says it, with the codes by which it is looked up. */
function warnOfReading(
  telemetry: Telemetry,
  { plan: { findings } }: RunReport,
  reading: AccountReading | undefined,
): void {
  const [unread] = reading?.item.unread ?? [];
  if (unread) telemetry.warn('The account could not be read.', { reason: unread.code, since: unread.since });
  if ((reading?.freshSevere ?? 0) > 0)
    telemetry.warn('The run found something severe that no run had counted before.', {
      codes: [...new Set(findings.filter(isUrgent).map(({ code }) => code))],
    });
}
