import { createMemoryPassLog } from '../doubles/memory-pass-log.ts';
import type { LocalDynamo } from '../builders/local-dynamo.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { passLogContract } from './pass-log.contract.ts';

describe('the log of passes in memory', () => {
  const clock = createVirtualClock();
  passLogContract(() => Promise.resolve(createMemoryPassLog(clock)), clock);
});

describe('the log of passes on DynamoDB', () => {
  const clock = createVirtualClock();
  const opened: LocalDynamo[] = [];
  afterEach(async () => {
    for (const dynamo of opened.splice(0)) await dynamo.close();
  });
  passLogContract(async () => {
    const dynamo = await openLocalDynamo(clock);
    opened.push(dynamo);
    return dynamo.passes;
  }, clock);
});
