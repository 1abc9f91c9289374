import { createMemoryHistory } from '../doubles/memory-history.ts';
import type { HistoryStore, RecordHistory } from '../../shared/ports/state.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { historyContract } from './history.contract.ts';

describe('the history in memory', () => {
  const clock = createVirtualClock();
  let store: HistoryStore & RecordHistory;
  beforeAll(() => {
    store = createMemoryHistory(clock);
  });
  historyContract(() => store, clock);
});

describe('the history on DynamoDB', () => {
  const clock = createVirtualClock();
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await openLocalDynamo(clock);
  });
  afterAll(() => dynamo.close());
  historyContract(() => dynamo.history, clock);
});
