import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoHookMemory } from '../../shared/adapters/dynamodb/dynamo-hook-memory.ts';
import { createMemoryHooks } from '../doubles/memory-hooks.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { hookMemoryContract } from './hook-memory.contract.ts';

describe('the memory of hooks in memory', () => {
  const memory = createMemoryHooks();
  hookMemoryContract(() => memory);
});

describe('the memory of hooks on DynamoDB', () => {
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());
  hookMemoryContract(() =>
    createDynamoHookMemory({ documents: DynamoDBDocumentClient.from(dynamo.client), table: dynamo.table }),
  );
});
