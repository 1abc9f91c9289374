import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { selectPlaces } from '../../shared/domain/notify/message.ts';
import { createItemReader } from '../../shared/adapters/dynamodb/stream-records.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { createSigningSecretSource } from '../../shared/adapters/secrets/secret-source.ts';
import { clientOptions, connectAwsTargets, connectTable, secretAccess } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { DeliverDependencies } from './create-handler.ts';

export const deliverSettings = ['table'] as const;

export function deliverDependencies(runtime: Runtime<(typeof deliverSettings)[number]>): DeliverDependencies {
  const { environment, configuration, telemetry, clock, endpoints } = runtime;
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table } = environment;
  const { stores, access, signing } = connectTable(client, table, clock, endpoints, configuration.webhooks);
  const getSecrets = createSigningSecretSource(secretAccess(clock, endpoints));
  return {
    webhooks: configuration.webhooks,
    telemetry,
    readItems: createItemReader({ ...access, ...signing }),
    ports: {
      state: stores.state,
      history: stores.history,
      lanes: stores.lanes,
      clock,
      random: Math.random,
      sender: createWebhookSender({
        clock,
        places: selectPlaces(configuration),
        getSecrets: ({ secret }) => getSecrets(secret),
        ...connectAwsTargets(client, endpoints),
        allowLoopback: endpoints !== undefined,
      }),
    },
  };
}
