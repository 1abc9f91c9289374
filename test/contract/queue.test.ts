import { createMemoryQueue } from '../doubles/memory-queue.ts';
import { parseDiscoverMessage } from '../../shared/adapters/sqs/queue-messages.ts';
import { createDiscoverQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import type { DiscoverMessage } from '../../shared/domain/discovery/queue-message.ts';
import type { LocalSqs } from '../builders/local-sqs.ts';
import { openLocalSqs } from '../builders/local-sqs.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { queueContract } from './queue.contract.ts';

describe('the queue in memory', () => {
  const clock = createVirtualClock();
  queueContract(() => {
    const queue = createMemoryQueue<DiscoverMessage>(clock);
    return { queue, messages: () => queue.messages };
  }, clock);
});

describe('the queue on SQS', () => {
  const clock = createVirtualClock();
  let sqs: LocalSqs;
  let number = 0;
  beforeAll(async () => {
    sqs = await openLocalSqs(clock);
  });
  afterAll(() => sqs.close());
  queueContract(() => {
    const queue = sqs.queues.create(`discover-${(number += 1)}.fifo`);
    return {
      queue: createDiscoverQueue(sqs.client, queue.url),
      messages: () =>
        queue.messages().flatMap(({ body }) => {
          const message = parseDiscoverMessage(body);
          return message ? [message] : [];
        }),
    };
  }, clock);
});
