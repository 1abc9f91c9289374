import { createMemoryInventory } from '../doubles/memory-inventory.ts';
import type { InventoryStore } from '../../shared/ports/state.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { inventoryContract } from './inventory.contract.ts';

describe('the inventory in memory', () => {
  let store: InventoryStore;
  beforeAll(() => {
    store = createMemoryInventory();
  });
  inventoryContract(() => store);
});

describe('the inventory on DynamoDB', () => {
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());
  inventoryContract(() => dynamo.inventory);
});
