import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { workOff } from '../../../functions/runtime/fifo-batch.ts';
import { createMemoryTelemetry } from '../../../shared/adapters/memory/memory-telemetry.ts';
import { createReconcileQueue, createRedelivery } from '../../../shared/adapters/sqs/sqs-queue.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const MINUTE_MS = 60_000;

describe('a message that failed', () => {
  let clock: VirtualClock;
  let sqs: LocalSqs;
  let url: string;
  beforeEach(async () => {
    clock = createVirtualClock();
    sqs = await openLocalSqs(clock);
    url = sqs.queues.create('reconcile.fifo', { visibilitySeconds: 54 * 60 }).url;
    await createReconcileQueue(sqs.client, url).send([
      { message: { account: ACCOUNT }, key: 'bad' },
      { message: { account: ACCOUNT, roles: ['good'] }, key: 'good' },
    ]);
  });
  afterEach(() => sqs.close());

  /** What Lambda hands over at this moment. */
  async function take(): Promise<readonly SQSRecord[]> {
    const { Messages: messages = [] } = await sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 1,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => {
      const receives = Number(Attributes?.ApproximateReceiveCount);
      return { ...sqsRecord(MessageId, ACCOUNT, Body, { receives }), receiptHandle: ReceiptHandle };
    });
  }
  const fail = async (records: readonly SQSRecord[], isPostponed: boolean) => {
    const telemetry = createMemoryTelemetry();
    const redelivery = isPostponed ? createRedelivery(sqs.client, url) : undefined;
    await workOff(records, () => Promise.reject(new Error('planted')), { telemetry, redelivery });
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
