import { createMemoryState } from '../doubles/memory-state.ts';
import type { StateStore } from '../../shared/ports/state.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { stateContract } from './state.contract.ts';

describe('the state store in memory', () => {
  let store: StateStore;
  beforeAll(() => {
    store = createMemoryState();
  });
  stateContract(() => store);
});

describe('the state store on DynamoDB', () => {
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());
  stateContract(() => dynamo.state);
});
