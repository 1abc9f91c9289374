import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { placesOf } from '../../shared/domain/notify/message.ts';
import { recordKeyOption } from '../../shared/adapters/kms/record-key.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createItemReader } from '../../shared/adapters/dynamodb/stream-records.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { createSecretSource } from '../../shared/adapters/secrets/secret-source.ts';
import { recordKeyArn, secretFromEnvironment } from '../../shared/config/environment.ts';
import { clientOptions, secretsOptions } from '../runtime/outside.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { DeliverDependencies } from './create-handler.ts';

export const deliverSettings = ['table'] as const;

export function deliverDependencies({
  environment,
  configuration,
  telemetry,
  clock,
  endpoints,
}: Runtime<(typeof deliverSettings)[number]>): DeliverDependencies {
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table } = environment;
  const signing = recordKeyOption({ keyArn: recordKeyArn(), client, clock, endpoint: endpoints?.aws });
  const { state, history } = createDynamoState({ table, client, clock, ...signing });
  const secretOf = createSecretSource({
    clock,
    fromEnvironment: secretFromEnvironment,
    clientOptions: secretsOptions(endpoints),
    ...(endpoints && { local: endpoints.secrets }),
  });
  return {
    webhooks: configuration.webhooks,
    telemetry,
    readItems: createItemReader({ documents: DynamoDBDocumentClient.from(client), table, ...signing }),
    ports: {
      state,
      history,
      clock,
      random: Math.random,
      sender: createWebhookSender({
        clock,
        places: placesOf(configuration),
        secretOf: async ({ secret }) => [await secretOf(secret)],
        allowLoopback: endpoints !== undefined,
      }),
    },
  };
}
