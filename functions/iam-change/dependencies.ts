import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createReconcileQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { clientOptions } from '../runtime/connect.ts';
import type { Runtime } from '../runtime/start-function.ts';
import type { IamChangeDependencies } from './create-handler.ts';

export const iamChangeSettings = ['table', 'reconcileQueue'] as const;

export function iamChangeDependencies({
  environment,
  configuration,
  telemetry,
  clock,
  endpoints,
}: Runtime<(typeof iamChangeSettings)[number]>): IamChangeDependencies {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions(endpoints, 'dynamoDb')));
  const sqs = new SQSClient(clientOptions(endpoints, 'queues'));
  return {
    accounts: configuration.accounts,
    ports: {
      actors: createDynamoActorMemory({ documents, table: environment.table }, clock),
      queue: createReconcileQueue(sqs, environment.reconcileQueue),
      telemetry,
    },
  };
}
