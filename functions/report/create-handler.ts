import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseReportMessage } from '../../shared/adapters/sqs/queue-messages.ts';
import { makeReport, type ReportPorts } from '../../shared/application/reporting/report-document.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { isDefect } from '../../shared/domain/kernel/errors.ts';
import type { Redelivery } from '../../shared/ports/queue.ts';
import type { ReportStore } from '../../shared/ports/state.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
import { reportPage, type PageAssets } from '../../shared/report-page/page.ts';
import { processBatch, readMessages, unreadable, type QueueMessage } from '../runtime/fifo-batch.ts';
import type { Handle } from '../runtime/start-function.ts';

export interface ReportDependencies {
  readonly ports: ReportPorts;
  readonly store: ReportStore;
  readonly assets: PageAssets;
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly redelivery: Redelivery;
}

export const createHandler =
  (dependencies: ReportDependencies): Handle<SQSEvent, SQSBatchResponse> =>
  async (event) =>
    processBatch(readMessages(event), (record) => work(dependencies, record), {
      ...dependencies,
      escapes: isDefect,
    });

async function work(dependencies: ReportDependencies, record: QueueMessage): Promise<void> {
  const { ports, store, assets, configuration, telemetry } = dependencies;
  if (!parseReportMessage(record.body)) throw unreadable(record);
  const report = await makeReport(ports, configuration);
  await store.put({ page: reportPage(report, assets), document: JSON.stringify(report) });
  const fields = { connections: report.connections.length };
  if (report.unread.length === 0) telemetry.info('The report was written.', fields);
  else telemetry.warn('The report was written and is not complete: not everything could be read.', fields);
}
