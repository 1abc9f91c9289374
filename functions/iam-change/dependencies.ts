import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createDynamoChangeNotes } from '../../shared/adapters/dynamodb/dynamo-change-notes.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createDiscoverQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { clientOptions } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { IamChangeDependencies } from './create-handler.ts';

export const iamChangeSettings = ['table', 'discoverQueue'] as const;

export function iamChangeDependencies(
  runtime: Runtime<(typeof iamChangeSettings)[number]>,
): IamChangeDependencies {
  const { environment, configuration, telemetry, clock, endpoints } = runtime;
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const { table } = environment;
  const access = { documents: DynamoDBDocumentClient.from(client), table };
  const sqs = new SQSClient(clientOptions(endpoints, 'queues'));
  // Names alone are read of the records, so that this function needs no right to the key that signs them.
  const { accountStates } = createDynamoState({ table, client, clock, takesUnsigned: true });
  return {
    configuration,
    ports: {
      actors: createDynamoActorMemory(access, clock),
      changes: createDynamoChangeNotes(access, clock),
      partitions: accountStates,
      queue: createDiscoverQueue(sqs, environment.discoverQueue),
      telemetry,
      clock,
      slotMs: endpoints?.slotMs,
    },
  };
}
