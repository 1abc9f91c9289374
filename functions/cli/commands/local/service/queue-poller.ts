import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { LocalQueue } from '../../../../../infra/local/queues/local-queues.ts';
import { serviceLimits } from '../../../../../shared/contract/service-limits.ts';
import type { Invoke } from './invocation.ts';

export interface QueuePoller {
  /** Hands messages to the function until the queue has none to give. Resolves to how many there were. */
  drain(): Promise<number>;
}

interface PolledFunction {
  readonly queue: LocalQueue;
  readonly invoke: Invoke<SQSEvent, SQSBatchResponse>;
  /** Invocations at the same time. */
  readonly concurrency: number;
}

/** What Lambda does between a FIFO queue and a function (Lambda Developer Guide, using Lambda with SQS). */
export function createQueuePoller(
  client: SQSClient,
  { queue, invoke, concurrency }: PolledFunction,
): QueuePoller {
  async function poll(): Promise<number> {
    const { Messages: messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: serviceLimits.batchSize,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length === 0) return 0;
    const records = messages.map((message) => toRecord(message, queue));
    for (const done of await work(records)) {
      const command = { QueueUrl: queue.url, ReceiptHandle: done.receiptHandle };
      await client.send(new DeleteMessageCommand(command));
    }
    return messages.length;
  }

  /** The records that are worked off. A function that fails, or is ended, has worked off none; its log says why. */
  async function work(records: SQSRecord[]): Promise<readonly SQSRecord[]> {
    try {
      const { batchItemFailures } = await invoke({ Records: records });
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      return records.filter(({ messageId }) => !failed.has(messageId));
    } catch {
      return [];
    }
  }

  async function pollUntilEmpty(): Promise<number> {
    let count = 0;
    for (let polled = await poll(); polled > 0; polled = await poll()) count += polled;
    return count;
  }

  return {
    async drain() {
      const counts = await Promise.all(Array.from({ length: concurrency }, pollUntilEmpty));
      return counts.reduce((sum, count) => sum + count);
    },
  };
}

function toRecord(message: Message, { arn }: LocalQueue): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', Attributes = {} } = message;
  const { ApproximateReceiveCount = '1', SentTimestamp = '', SenderId = '' } = Attributes;
  const { ApproximateFirstReceiveTimestamp = '', ...others } = Attributes;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ...others,
      ApproximateReceiveCount,
      SentTimestamp,
      SenderId,
      ApproximateFirstReceiveTimestamp,
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: 'us-east-1',
  };
}
