import { createMemoryRunLog } from '../doubles/memory-run-log.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { runLogContract } from './run-log.contract.ts';

describe('the log of runs in memory', () => {
  const clock = createVirtualClock();
  runLogContract(() => Promise.resolve(createMemoryRunLog(clock)), clock);
});

describe('the log of runs on DynamoDB', () => {
  const clock = createVirtualClock();
  const opened: LocalDynamo[] = [];
  afterEach(async () => {
    for (const dynamo of opened.splice(0)) await dynamo.close();
  });
  runLogContract(async () => {
    const dynamo = await openLocalDynamo(clock);
    opened.push(dynamo);
    return dynamo.runs;
  }, clock);
});
