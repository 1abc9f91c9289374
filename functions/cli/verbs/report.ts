import { planPass } from '../../../shared/application/reconcile.ts';
import type { PendingEvent } from '../../../shared/domain/event.ts';
import type { RecordedConnection } from '../../../shared/domain/recorded.ts';
import type { Ports } from '../deployment.ts';
import { openDeployment } from '../deployment.ts';
import { counted } from '../render/counted.ts';
import { inert, jsonText } from '../render/inert.ts';
import { reportPage } from '../report/page.ts';
import { reportDocument } from '../report/report-document.ts';
import { writeText } from '../text-file.ts';
import type { Verb } from '../verb.ts';

interface ReportOptions {
  readonly out: string;
}

export const reportVerb: Verb = (command, run) => {
  command
    .option('--out <file>', 'where the page is written', 'azfed-report.html')
    .action(({ out }: ReportOptions) =>
      run(async ({ options, terminal, ...invocation }) => {
        const { ports, configuration } = await openDeployment({ options, terminal, ...invocation });
        const planned = await planPass(ports, configuration, { trigger: 'schedule' });
        const told = await readTold(ports, planned.look.recorded);
        const report = reportDocument(configuration, planned, told, ports.clock.now());
        if (options.json) terminal.result(jsonText(report));
        else {
          writeText(out, reportPage(report));
          terminal.result(
            `${out}: ${counted(report.connections.length, 'connection')}. Open it in a browser.`,
          );
        }
        for (const message of report.unread) terminal.problem(`Could not be read: ${inert(message)}`);
        return report.unread.length > 0 ? 3 : 0;
      }),
    );
};

/** Of so many connections about which something was told last, the history is read: a query each. */
const LATEST = 100;

async function readTold(
  { history }: Pick<Ports, 'history'>,
  recorded: readonly RecordedConnection[],
): Promise<readonly PendingEvent[]> {
  // An event's number is never behind the clock: the highest is the latest.
  const latest = [...recorded].sort((a, b) => b.outbox.nextSequence - a.outbox.nextSequence).slice(0, LATEST);
  const read = await Promise.all([
    history.readDeployment(),
    ...latest.map(async ({ connectionId, outbox }) => [
      ...(await history.read(connectionId)),
      ...outbox.pending,
    ]),
  ]);
  return [...new Map(read.flat().map((event) => [event.id, event])).values()];
}
