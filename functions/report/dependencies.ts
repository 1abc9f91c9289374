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
import { createS3ReportStore } from '../../shared/adapters/s3/s3-report-store.ts';
import { createRedelivery } from '../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { discoveredConnections } from '../../shared/application/discovery/discover.ts';
import { endpointOfS3 } from '../../shared/config/function-environment.ts';
import type { PageAssets } from '../../shared/report-page/page.ts';
import { clientOptions, iamOptions } from '../runtime/outside.ts';
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
  const signing = recordKeyOption({ keyArn: recordKeyArn(), client, clock, endpoint: endpoints?.aws });
  const { state, inventory, history, passes } = createDynamoState({ table, client, clock, ...signing });
  const access = { documents: DynamoDBDocumentClient.from(client), table };
  const accounts = createAwsAccounts({ clock, ids: randomIds, ...iamOptions(endpoints) });
  const lookedUp = createCloudTrailActors({
    clock,
    credentialsOf: (account) => accounts.credentialsOf(account),
    ...(endpoints && { endpoint: endpoints.aws }),
  });
  const s3 = endpoints ? { endpoint: endpoints.s3 } : endpointOfS3();
  return {
    configuration,
    telemetry,
    assets,
    redelivery: createRedelivery(new SQSClient(clientOptions(endpoints, 'queues')), reportQueue),
    store: createS3ReportStore({ bucket: reportBucket, client, clock, ...s3 }),
    ports: {
      connections: discoveredConnections(inventory),
      accounts,
      actors: [createDynamoActorMemory(access, clock), lookedUp],
      deeds: createDynamoAttributedChanges(access),
      state,
      history,
      passes,
      clock,
    },
  };
}
