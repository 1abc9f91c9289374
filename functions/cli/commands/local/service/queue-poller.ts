import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { LocalQueue } from '../../../../../infra/local/queues/local-queues.ts';
import { createInvocation } from './invocation.ts';

export interface QueuePoller {
  /** Hands messages to the function until the queue has none to give. Resolves to how many there were. */
  drain(): Promise<number>;
}

/** As in AWS: what waits behind a message that fails has not been received for nothing. */
const BATCH_SIZE = 1;

/** What Lambda does between a FIFO queue and a function (Lambda Developer Guide, using Lambda with SQS). */
export function createQueuePoller(
  client: SQSClient,
  queue: LocalQueue,
  name: string,
  handle: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>,
): QueuePoller {
  async function poll(): Promise<number> {
    const { Messages: messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: BATCH_SIZE,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length === 0) return 0;
    const records = messages.map((message) => toRecord(message, queue));
    for (const done of await invoke(records)) {
      const command = { QueueUrl: queue.url, ReceiptHandle: done.receiptHandle };
      await client.send(new DeleteMessageCommand(command));
    }
    return messages.length;
  }

  /** The records that are worked off. A function that fails has worked off none; it has said so in its log. */
  async function invoke(records: SQSRecord[]): Promise<readonly SQSRecord[]> {
    try {
      const { batchItemFailures } = await handle({ Records: records }, createInvocation(name));
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      return records.filter(({ messageId }) => !failed.has(messageId));
    } catch {
      return [];
    }
  }

  return {
    async drain() {
      let count = 0;
      for (let polled = await poll(); polled > 0; polled = await poll()) count += polled;
      return count;
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
