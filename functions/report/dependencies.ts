import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createS3ReportStore } from '../../shared/adapters/s3/s3-report-store.ts';
import { createRedelivery } from '../../shared/adapters/sqs/sqs-queue.ts';
import { discoveredConnections } from '../../shared/application/discovery/discover.ts';
import { endpointOfS3 } from '../../shared/config/function-environment.ts';
import type { PageAssets } from '../../shared/report-page/page.ts';
import { clientOptions, connectAttribution, connectTable } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { ReportDependencies } from './create-handler.ts';

export const reportSettings = ['table', 'reportQueue', 'reportBucket'] as const;

/** The look of a run, without anything that writes: no lease, no writer, no Azure DevOps. */
export function reportDependencies(
  { environment, configuration, telemetry, clock, endpoints }: Runtime<(typeof reportSettings)[number]>,
  assets: PageAssets,
): ReportDependencies {
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table, reportQueue, reportBucket } = environment;
  const { stores, access, attributedChanges } = connectTable(
    client,
    table,
    clock,
    endpoints,
    configuration.webhooks,
  );
  const { state, history, runs: passes } = stores;
  const { accounts, actors } = connectAttribution(clock, access, endpoints);
  const s3 = endpoints ? { endpoint: endpoints.s3 } : endpointOfS3();
  return {
    configuration,
    telemetry,
    assets,
    redelivery: createRedelivery(new SQSClient(clientOptions(endpoints, 'queues')), reportQueue),
    store: createS3ReportStore({ bucket: reportBucket, client, clock, ...s3 }),
    ports: {
      connections: discoveredConnections(stores.inventory),
      accounts,
      actors,
      attributedChanges,
      state,
      history,
      runs: passes,
      clock,
    },
  };
}
