import { createMemoryLeases } from '../doubles/memory-leases.ts';
import type { LeaseStore } from '../../shared/ports/state.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { leasesContract } from './leases.contract.ts';

describe('the lease store in memory', () => {
  let store: LeaseStore;
  beforeAll(() => {
    store = createMemoryLeases();
  });
  leasesContract(() => store);
});

describe('the lease store on DynamoDB', () => {
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
  });
  afterAll(() => dynamo.close());
  leasesContract(() => dynamo.leases);
});
