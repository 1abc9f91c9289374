import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoRemoteRuns } from '../../shared/adapters/dynamodb/dynamo-remote-runs.ts';
import { createDynamoRunRequests } from '../../shared/adapters/dynamodb/dynamo-run-requests.ts';
import {
  createReconcileQueue,
  createRedelivery,
  createReportQueue,
} from '../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { discoveredConnections } from '../../shared/application/discovery/discover.ts';
import { noteDeployment } from '../../shared/application/records/note-deployment.ts';
import { createDynamoDeployedStack } from '../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { listStackNeeds } from '../../shared/domain/configuration/stack-rules.ts';
import { clientOptions, connectAttribution, connectTable } from '../runtime/connect.ts';
import type { DeployedRuntime } from '../runtime/start-function.ts';
import type { ReconcileDependencies } from './create-handler.ts';

export const reconcileSettings = ['table', 'reconcileQueue', 'reportQueue'] as const;

/** Azure DevOps is not among them: what is asked for there is in the table. */
export function reconcileDependencies(
  runtime: DeployedRuntime<(typeof reconcileSettings)[number]>,
): ReconcileDependencies {
  const { environment, configuration, origin, deployed, stack, telemetry, clock, endpoints } = runtime;
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table } = environment;
  const queues = new SQSClient(clientOptions(endpoints, 'queues'));
  const { stores, access, attributedChanges } = connectTable(
    client,
    table,
    clock,
    endpoints,
    configuration.webhooks,
  );
  const { state, leases, runs: passes } = stores;
  const { accounts, actors } = connectAttribution(clock, access, endpoints);
  const { release, configurationBucket, settings } = stack;
  const known =
    release === undefined || configurationBucket === undefined
      ? undefined
      : {
          release,
          configurationBucket,
          ...(settings && { settings }),
          sha256: deployed.origin.sha256,
          needs: listStackNeeds(deployed.configuration),
        };
  const deployment = { state, stack: createDynamoDeployedStack(access), clock };
  return {
    configuration,
    telemetry,
    requests: createDynamoRunRequests(access),
    remoteRuns: createDynamoRemoteRuns(access),
    noteDeployment: () => noteDeployment(deployment, origin, known),
    redelivery: createRedelivery(queues, environment.reconcileQueue),
    reconcileQueue: createReconcileQueue(queues, environment.reconcileQueue),
    reportQueue: createReportQueue(queues, environment.reportQueue),
    ports: {
      connections: discoveredConnections(stores.inventory),
      partitions: stores.accountStates,
      slices: stores.slices,
      accounts,
      actors,
      attributedChanges,
      state,
      leases,
      runs: passes,
      clock,
      ids: randomIds,
    },
  };
}
