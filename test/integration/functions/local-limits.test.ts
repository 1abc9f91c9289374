import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createEventInvoker,
  createInvoke,
} from '../../../functions/cli/commands/local/service/invocation.ts';
import { createQueues } from '../../../functions/cli/commands/local/service/local-service.ts';
import { createQueuePoller } from '../../../functions/cli/commands/local/service/queue-poller.ts';
import { createReconcileQueue } from '../../../shared/adapters/sqs/sqs-queue.ts';
import { serviceLimits } from '../../../shared/contract/service-limits.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { required } from '../../builders/stage.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const { timeouts, mostReceives, asynchronousRetrySeconds, queues: limits } = serviceLimits;
const account = (number: number) => required(parseAccountId(String(111_111_111_111 + number)), 'an account');
const done: SQSBatchResponse = { batchItemFailures: [] };

describe('the local service', () => {
  let clock: VirtualClock;
  let sqs: LocalSqs;
  let queues: ReturnType<typeof createQueues>;
  beforeEach(async () => {
    clock = createVirtualClock();
    sqs = await openLocalSqs(clock);
    queues = createQueues(sqs.queues);
  });
  afterEach(() => sqs.close());

  const send = (...numbers: readonly number[]) =>
    createReconcileQueue(sqs.client, queues.reconcile.url).send(
      numbers.map((number, index) => ({ message: { account: account(number) }, key: `${number}.${index}` })),
    );

  const poll = (work: (context: Context, body: string) => Promise<void>) =>
    createQueuePoller(sqs.client, {
      queue: queues.reconcile,
      invoke: createInvoke(
        'reconcile',
        async ({ Records }: SQSEvent, context) => {
          await work(context, Records[0]?.body ?? '');
          return done;
        },
        clock,
      ),
      concurrency: limits.reconcile.concurrency,
    }).drain();

  it('gives a function the time that it has in AWS, and ends it then: its message comes back and is given up', async () => {
    await send(1);
    const left: number[] = [];
    const receives: number[] = [];
    for (let round = 0; round < mostReceives; round++) {
      const count = await poll(async (context) => {
        left.push(context.getRemainingTimeInMillis());
        await clock.sleep(timeouts.reconcile * 1_000 + 1);
        left.push(context.getRemainingTimeInMillis());
      });
      receives.push(count);
      // Hidden from its receive on: for the function's time and half a minute more.
      clock.advance(serviceLimits.visibilityGraceSeconds * 1_000 - 2);
      expect(await poll(() => Promise.resolve())).toBe(0);
      clock.advance(1);
    }
    expect(receives).toEqual(Array.from({ length: mostReceives }, () => 1));
    expect(await poll(() => Promise.resolve())).toBe(0);
    expect(left.slice(0, 2)).toEqual([timeouts.reconcile * 1_000, 0]);
    expect(queues.reconcileDead.messages()).toHaveLength(1);
  });

  it('works on so many groups at once as AWS does, and on one message of each', async () => {
    const numbers = Array.from({ length: 15 }, (_, index) => index);
    await send(...numbers, ...numbers);
    let [now, most] = [0, 0];
    const busy = new Set<string>();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await poll(async (_context, body) => {
      expect(busy.has(body)).toBe(false);
      busy.add(body);
      most = Math.max(most, ++now);
      if (now === limits.reconcile.concurrency) open();
      await gate;
      now -= 1;
      busy.delete(body);
    });
    expect(most).toBe(limits.reconcile.concurrency);
    expect(queues.reconcile.messages()).toEqual([]);
  });

  it('tries an event again after a minute and after two more, and then keeps it as undelivered', async () => {
    const tried: number[] = [];
    const invoker = createEventInvoker((event: object) => {
      tried.push(clock.now());
      return Promise.reject(new Error(JSON.stringify(event)));
    }, clock);
    const begun = clock.now();
    await invoker.invoke([{ id: 1 }]);
    for (let second = 0; second < 300; second++) {
      clock.advance(1_000);
      await invoker.invoke([]);
    }
    const [first, second] = asynchronousRetrySeconds;
    expect(tried.map((at) => (at - begun) / 1_000)).toEqual([0, first, first + second]);
    expect(invoker.undelivered).toEqual([{ id: 1 }]);
  });
});
