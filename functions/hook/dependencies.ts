import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoHookMemory } from '../../shared/adapters/dynamodb/dynamo-hook-memory.ts';
import { createHookPasswordSource } from '../../shared/adapters/secrets/secret-source.ts';
import { createDiscoverQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { clientOptions, secretsOptions } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { HookDependencies } from './create-handler.ts';

export const hookSettings = ['table', 'discoverQueue', 'hookSecret'] as const;

/** Throws ConfigError when there is no password to compare with: a hook that anybody may send is none. */
export async function hookDependencies(
  runtime: Runtime<(typeof hookSettings)[number]>,
): Promise<HookDependencies> {
  const { environment, configuration, telemetry, clock, endpoints } = runtime;
  const passwords = createHookPasswordSource(environment.hookSecret, clock, secretsOptions(endpoints));
  await passwords.read(0);
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions(endpoints, 'dynamoDb')));
  return {
    organizations: configuration.organizations,
    ports: {
      passwords,
      memory: createDynamoHookMemory({ documents, table: environment.table }),
      queue: createDiscoverQueue(
        new SQSClient(clientOptions(endpoints, 'queues')),
        environment.discoverQueue,
      ),
      telemetry,
      clock,
      slotMs: endpoints?.slotMs,
    },
  };
}
