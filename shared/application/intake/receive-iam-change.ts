import { metrics } from '../../contract/metrics.ts';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { IgnoredReason, IamChange } from '../../domain/attribution/iam-change.ts';
import { readTrailRecord } from '../../domain/attribution/iam-change.ts';
import type { ActorMemory } from '../../ports/accounts.ts';
import type { ReconcileQueue, ReportQueue } from '../../ports/queue.ts';
import type { Telemetry, Clock } from '../../ports/clock.ts';
import type { ReconcileMessage } from '../../domain/discovery/hook-classification.ts';
import { rethrowDefect } from '../../domain/kernel/errors.ts';
import { reportKey } from '../../domain/discovery/hook-classification.ts';
import type { RunReport } from '../run/reconcile.ts';
import { hasTried } from '../run/record-run.ts';

export interface IamChangePorts {
  readonly actors: ActorMemory;
  readonly queue: ReconcileQueue;
  readonly telemetry: Telemetry;
}

/**
 * Remembers who did it and has it looked at. Rejects when either fails, so that the event comes again; both may be
 * repeated. `sender`: the account that the event bus names, which nobody but AWS can choose.
 */
export async function receiveIamChange(
  { actors, queue, telemetry }: IamChangePorts,
  accounts: readonly Account[],
  event: { readonly sender: unknown; readonly record: unknown },
): Promise<'queued' | IgnoredReason> {
  const reading = readTrailRecord(event.record, 'event', accounts);
  if (reading.kind === 'ignored') {
    if (reading.reason === 'unknown-account') telemetry.add(metrics.iamChangesUnknown);
    telemetry.info('A change of IAM was nothing for us.', { reason: reading.reason });
    return reading.reason;
  }
  const { change } = reading;
  if (event.sender !== change.account.id) {
    telemetry.warn('An event speaks of another account than the one that it came from.', {
      account: change.account.id,
    });
    return 'unreadable';
  }
  // Before it is queued: the run that finds the drift asks who caused it.
  await actors.remember(change);
  await queue.send([{ message: createReconcileMessage(change), key: change.actor.eventId }]);
  telemetry.add(metrics.iamChangesQueued);
  telemetry.info('A change of IAM was queued.', { account: change.account.id, event: change.actor.eventId });
  return 'queued';
}

/** What has to be looked at. A policy or a provider may matter to every role of the account. */
export function createReconcileMessage({ account, target }: IamChange): ReconcileMessage {
  return target.kind === 'role' ? { account: account.id, roles: [target.name] } : { account: account.id };
}

interface AskPorts {
  readonly reportQueue: ReportQueue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/**
 * After a run that changed something, or tried to. A queue that does not take it stops
 * nothing: the run is done, and doing it again would find nothing to do.
 */
export async function askForReport(
  { reportQueue, clock, telemetry }: AskPorts,
  { results }: Pick<RunReport, 'results'>,
): Promise<void> {
  if (!hasTried(results)) return;
  try {
    await reportQueue.send([{ message: { report: true }, key: reportKey(clock.now()) }]);
  } catch (error) {
    telemetry.error('The report could not be asked for; it stays as it is until the next change.', error);
    rethrowDefect(error);
  }
}
