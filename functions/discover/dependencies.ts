import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoRunRequests } from '../../shared/adapters/dynamodb/dynamo-run-requests.ts';
import { createDynamoRemoteRuns } from '../../shared/adapters/dynamodb/dynamo-remote-runs.ts';
import { createDynamoAuditCursorStore } from '../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import { createDynamoChangeNotes } from '../../shared/adapters/dynamodb/dynamo-change-notes.ts';
import {
  createDiscoverQueue,
  createReconcileQueue,
  createRedelivery,
} from '../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { clientOptions, connectAccountLists, connectTable } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { DiscoverDependencies } from './create-handler.ts';
import { connectAzureDevOps, connectCredentials } from '../runtime/connect-azure-devops.ts';

export const discoverSettings = ['table', 'reconcileQueue', 'discoverQueue'] as const;

export function discoverDependencies(
  runtime: Runtime<(typeof discoverSettings)[number]>,
): DiscoverDependencies {
  const { environment, configuration, telemetry, clock, endpoints } = runtime;
  const { table } = environment;
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { stores, access, attributedChanges } = connectTable(
    client,
    table,
    clock,
    endpoints,
    configuration.webhooks,
  );
  const queues = new SQSClient(clientOptions(endpoints, 'queues'));
  return {
    configuration,
    telemetry,
    clock,
    redelivery: createRedelivery(queues, environment.discoverQueue),
    ports: {
      ...connectAzureDevOps(clock, connectCredentials(clock, endpoints)),
      changes: createDynamoChangeNotes(access, clock),
      requests: createDynamoRunRequests(access),
      remoteRuns: createDynamoRemoteRuns(access),
      discoverQueue: createDiscoverQueue(queues, environment.discoverQueue),
      cursors: createDynamoAuditCursorStore(access),
      attributedChanges,
      clock,
      inventory: stores.inventory,
      slices: stores.slices,
      state: stores.state,
      accountLists: connectAccountLists(client, access, clock, endpoints),
      reconcileQueue: createReconcileQueue(queues, environment.reconcileQueue),
      ids: randomIds,
    },
  };
}
