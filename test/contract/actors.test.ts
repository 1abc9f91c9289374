import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createMemoryActors } from '../doubles/memory-actors.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { actorsContract } from './actors.contract.ts';

describe('the memory of actors in memory', () => {
  const clock = createVirtualClock();
  const memory = createMemoryActors(clock);
  actorsContract(() => memory, clock);
});

describe('the memory of actors on DynamoDB', () => {
  const clock = createVirtualClock();
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());
  actorsContract(
    () =>
      createDynamoActorMemory(
        { documents: DynamoDBDocumentClient.from(dynamo.client), table: dynamo.table },
        clock,
      ),
    clock,
  );
});
