import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { LocalQueue } from '../../../infra/local/queues/local-queues.ts';
import type { QueueMessage } from '../../../functions/runtime/fifo-batch.ts';
import { processBatch, readMessages } from '../../../functions/runtime/fifo-batch.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { createReconcileQueue, createRedelivery } from '../../../shared/adapters/sqs/sqs-queue.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';
import { required } from '../../builders/stage.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const MINUTE_MS = 60_000;
const OTHER = required(parseAccountId('210987654321'), 'an account');

describe('a message that failed', () => {
  let clock: VirtualClock;
  let sqs: LocalSqs;
  let url: string;
  let dead: LocalQueue;
  beforeEach(async () => {
    clock = createVirtualClock();
    sqs = await openLocalSqs(clock);
    dead = sqs.queues.create('dead.fifo');
    url = sqs.queues.create('reconcile.fifo', {
      visibilitySeconds: 54 * 60,
      redrive: { deadLetterArn: dead.arn, maxReceives: 5 },
    }).url;
    await createReconcileQueue(sqs.client, url).send([
      { message: { account: ACCOUNT }, key: 'bad' },
      { message: { account: ACCOUNT, roles: ['good'] }, key: 'good' },
    ]);
  });
  afterEach(() => sqs.close());

  /** What Lambda hands over at this moment. */
  async function take(most = 1): Promise<readonly QueueMessage[]> {
    const { Messages: messages = [] } = await sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: most,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const records = messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => {
      const receives = Number(Attributes?.ApproximateReceiveCount);
      const group = Attributes?.MessageGroupId ?? '';
      return { ...sqsRecord(MessageId, group, Body, { receives }), receiptHandle: ReceiptHandle };
    });
    return readMessages({ Records: records });
  }
  const fail = async (records: readonly QueueMessage[], isPostponed: boolean) => {
    const telemetry = createMemoryTelemetry();
    const options = isPostponed ? { redelivery: createRedelivery(sqs.client, url) } : {};
    await processBatch(records, () => Promise.reject(new Error('planted')), { telemetry, ...options });
    return telemetry.lines.length;
  };

  it('comes back within a minute, not when its visibility ends', async () => {
    await fail(await take(), true);
    expect(await take()).toEqual([]);
    clock.advance(16_000);
    expect(await take()).toHaveLength(1);
  });

  it('comes back later each time', async () => {
    await fail(await take(), true);
    clock.advance(16_000);
    await fail(await take(), true);
    clock.advance(16_000);
    expect(await take()).toEqual([]);
    clock.advance(MINUTE_MS);
    expect(await take()).toHaveLength(1);
  });

  it('that fails whenever it comes is set aside, and the next of its account worked off, before the next schedule', async () => {
    const begun = clock.now();
    const bodies: string[] = [];
    while (!bodies.some((body) => body.includes('good')) && clock.now() < begun + 54 * MINUTE_MS) {
      const records = await take();
      bodies.push(...records.map(({ body }) => body));
      await fail(records, true);
      clock.advance(5_000);
    }
    expect(bodies).toHaveLength(6);
    expect(dead.messages()).toMatchObject([{ body: JSON.stringify({ account: ACCOUNT }) }]);
    expect(clock.now() - begun).toBeLessThan(10 * MINUTE_MS);
  });

  it('with an error that escapes brings back what was done beside it as soon', async () => {
    await createReconcileQueue(sqs.client, url).send([{ message: { account: OTHER }, key: 'other' }]);
    const records = [...(await take()), ...(await take())];
    expect(records.map(({ group }) => group)).toEqual([ACCOUNT, OTHER]);
    const work = ({ group }: QueueMessage) =>
      group === ACCOUNT ? Promise.reject(new Error('planted')) : Promise.resolve();
    const telemetry = createMemoryTelemetry();
    const redelivery = createRedelivery(sqs.client, url);
    await expect(processBatch(records, work, { telemetry, redelivery, escapes: () => true })).rejects.toThrow(
      'planted',
    );
    expect(await take(10)).toEqual([]);
    clock.advance(15_000);
    expect((await take(10)).map(({ messageId }) => messageId)).toEqual(
      expect.arrayContaining(records.map(({ messageId }) => messageId)),
    );
  });

  it('holds its group up for the whole visibility when nobody postpones it', async () => {
    await fail(await take(), false);
    clock.advance(50 * MINUTE_MS);
    expect(await take()).toEqual([]);
    clock.advance(5 * MINUTE_MS);
    expect(await take()).toHaveLength(1);
  });

  it('that could not be postponed is told of, and nothing else changes', async () => {
    const records = await take();
    sqs.queues.failNext('drop');
    expect(await fail(records, true)).toBe(2);
    clock.advance(55 * MINUTE_MS);
    expect(await take()).toHaveLength(1);
  });
});
