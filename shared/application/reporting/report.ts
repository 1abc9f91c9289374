import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import type { LogEntries } from '../../domain/kernel/unreadable.ts';
import type { HistoryStore } from '../../ports/state.ts';
import type { RunLog } from '../../ports/pass-log.ts';
import type { ReadPorts } from '../observe/run-ports.ts';
import { planRun } from '../run/reconcile.ts';
import type { ReportDocument } from './report-document.ts';
import { reportDocument } from './report-document.ts';

export interface ReportPorts extends ReadPorts {
  readonly history: Pick<HistoryStore, 'read' | 'readDeployment'>;
  readonly passes: Pick<RunLog, 'latest'>;
}

/** One look at everything, and what was told of late. Writes nothing; what could not be read is in it as `unread`. */
export async function makeReport(ports: ReportPorts, configuration: Configuration): Promise<ReportDocument> {
  const planned = await planRun(ports, configuration, { trigger: 'schedule' });
  const [history, passes] = await Promise.all([
    readNotified(ports, planned.snapshot.recorded),
    ports.passes.latest(PASSES),
  ]);
  return reportDocument(configuration, planned, { history, passes }, ports.clock.now());
}

/** As many as a screen has room for, one beside the other. */
const PASSES = 30;

/** Of so many connections about which something was told last, the history is read: a query each. */
const LATEST = 100;

async function readNotified(
  { history }: Pick<ReportPorts, 'history'>,
  recorded: readonly RecordedConnection[],
): Promise<LogEntries<PendingEvent>> {
  // An event's number is never behind the clock: the highest is the latest.
  const latest = [...recorded].sort((a, b) => b.outbox.nextSequence - a.outbox.nextSequence).slice(0, LATEST);
  const read = await Promise.all([
    history.readDeployment(),
    ...latest.map(async ({ connectionId, outbox }) => {
      const { entries, unreadable } = await history.read(connectionId);
      return { entries: [...entries, ...outbox.pending], unreadable };
    }),
  ]);
  const events = read.flatMap(({ entries }) => entries);
  return {
    entries: [...new Map(events.map((event) => [event.id, event])).values()],
    unreadable: read.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}
