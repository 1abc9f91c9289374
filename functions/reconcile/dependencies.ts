import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createCloudTrailActors } from '../../shared/adapters/cloudtrail/cloudtrail-actors.ts';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createDynamoAttributedChanges } from '../../shared/adapters/dynamodb/dynamo-attributed-changes.ts';
import { recordKeyOption } from '../../shared/adapters/kms/record-key.ts';
import { recordKeyArn } from '../../shared/config/environment.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createRedelivery, createReportQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { discoveredConnections } from '../../shared/application/discovery/discover.ts';
import { clientOptions, iamOptions } from '../runtime/outside.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { ReconcileDependencies } from './create-handler.ts';

export const reconcileSettings = ['table', 'reconcileQueue', 'reportQueue'] as const;

/** Azure DevOps is not among them: what is asked for there is in the table. */
export function reconcileDependencies({
  environment,
  configuration,
  telemetry,
  clock,
  endpoints,
}: Runtime<(typeof reconcileSettings)[number]>): ReconcileDependencies {
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table } = environment;
  const queues = new SQSClient(clientOptions(endpoints, 'queues'));
  const signing = recordKeyOption({ keyArn: recordKeyArn(), client, clock, endpoint: endpoints?.aws });
  const { state, leases, inventory, passes } = createDynamoState({ table, client, clock, ...signing });
  const access = { documents: DynamoDBDocumentClient.from(client), table };
  const remembered = createDynamoActorMemory(access, clock);
  const accounts = createAwsAccounts({ clock, ids: randomIds, ...iamOptions(endpoints) });
  const lookedUp = createCloudTrailActors({
    clock,
    credentialsOf: (account) => accounts.credentialsOf(account),
    ...(endpoints && { endpoint: endpoints.aws }),
  });
  return {
    configuration,
    telemetry,
    redelivery: createRedelivery(queues, environment.reconcileQueue),
    reportQueue: createReportQueue(queues, environment.reportQueue),
    ports: {
      connections: discoveredConnections(inventory),
      accounts,
      actors: [remembered, lookedUp],
      deeds: createDynamoAttributedChanges(access),
      state,
      leases,
      passes,
      clock,
      ids: randomIds,
    },
  };
}
