import { isDefect } from '../../domain/kernel/errors.ts';
import { reportKey } from '../../domain/discovery/queue-message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReportQueue } from '../../ports/queue.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { RunReport } from '../run/reconcile.ts';
import { hasTried } from '../run/record-run.ts';

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
    if (isDefect(error)) throw error;
  }
}
