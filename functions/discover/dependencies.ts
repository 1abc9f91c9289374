import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAuditLogReader } from '../../shared/adapters/azure-devops/audit-log.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookSession } from '../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOperator } from '../../shared/adapters/azure-devops/mapping.ts';
import { createDynamoAuditCursorStore } from '../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import { createDynamoAttributedChanges } from '../../shared/adapters/dynamodb/dynamo-attributed-changes.ts';
import { recordKeyOption } from '../../shared/adapters/kms/record-key.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createEntraTokenSource } from '../../shared/adapters/entra/entra-token-source.ts';
import { createPatSource } from '../../shared/adapters/secrets/pat-source.ts';
import { createReconcileQueue, createRedelivery } from '../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { createCredentialSource } from '../../shared/application/checks/credentials.ts';
import { recordKeyArn, secretFromEnvironment } from '../../shared/config/environment.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { EndpointOverrides } from '../runtime/outside.ts';
import { clientOptions, secretsOptions } from '../runtime/outside.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { DiscoverDependencies } from './create-handler.ts';

export const discoverSettings = ['table', 'reconcileQueue', 'discoverQueue'] as const;

export function discoverDependencies({
  environment,
  configuration,
  telemetry,
  clock,
  endpoints,
}: Runtime<(typeof discoverSettings)[number]>): DiscoverDependencies {
  const { table } = environment;
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const signing = recordKeyOption({ keyArn: recordKeyArn(), client, clock, endpoint: endpoints?.aws });
  const { state, inventory } = createDynamoState({ table, client, clock, ...signing });
  const access = { documents: DynamoDBDocumentClient.from(client), table };
  const signIn = credentials(clock, endpoints);
  const queues = new SQSClient(clientOptions(endpoints, 'queues'));
  return {
    configuration,
    telemetry,
    clock,
    redelivery: createRedelivery(queues, environment.discoverQueue),
    ports: {
      connections: createAzureDevOpsSource({ clock, ...signIn }),
      session: createHookSession(createOperator({ clock, ...signIn })),
      auditLog: createAuditLogReader({ clock, ...signIn }),
      cursors: createDynamoAuditCursorStore(access),
      deeds: createDynamoAttributedChanges(access),
      clock,
      inventory,
      state,
      reconcileQueue: createReconcileQueue(queues, environment.reconcileQueue),
      ids: randomIds,
    },
  };
}

function credentials(clock: Clock, endpoints: EndpointOverrides | undefined) {
  const secrets = {
    clock,
    fromEnvironment: secretFromEnvironment,
    clientOptions: secretsOptions(endpoints),
    ...(endpoints && { local: endpoints.secrets }),
  };
  const sts = endpoints && {
    stsOptions: { endpoint: endpoints.aws, credentials: endpoints.hub, region: 'us-east-1' },
  };
  return createCredentialSource({
    clock,
    pat: createPatSource(secrets),
    entra: createEntraTokenSource({ clock, ...sts }),
  });
}
