import type { SQSClient } from '@aws-sdk/client-sqs';
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type {
  DiscoverQueue,
  MessageQueue,
  QueueEntry,
  ReconcileQueue,
  Redelivery,
  ReportQueue,
} from '../../ports/queue.ts';
import { calling, notTaken } from './errors.ts';

/** Entries of one request (SQS API Reference, SendMessageBatch). */
const LARGEST_BATCH = 10;

export function createDiscoverQueue(client: SQSClient, url: string): DiscoverQueue {
  return createQueue(client, url, ({ organizationId }) => organizationId);
}

export function createReconcileQueue(client: SQSClient, url: string): ReconcileQueue {
  return createQueue(client, url, ({ account }) => account);
}

export function createReportQueue(client: SQSClient, url: string): ReportQueue {
  return createQueue(client, url, () => 'report');
}

export function createRedelivery(client: SQSClient, url: string): Redelivery {
  return {
    async postpone(receipt, seconds) {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      });
      await calling('sqs:ChangeMessageVisibility', url, () => client.send(command));
    },
  };
}

function createQueue<Message>(
  client: SQSClient,
  url: string,
  groupOf: (message: Message) => string,
): MessageQueue<Message> {
  return {
    // One after the other: side by side, the batches of one group could arrive in another order.
    async send(entries) {
      for (let start = 0; start < entries.length; start += LARGEST_BATCH)
        await sendBatch(client, url, entries.slice(start, start + LARGEST_BATCH), groupOf);
    },
  };
}

async function sendBatch<Message>(
  client: SQSClient,
  url: string,
  entries: readonly QueueEntry<Message>[],
  groupOf: (message: Message) => string,
): Promise<void> {
  const command = new SendMessageBatchCommand({
    QueueUrl: url,
    Entries: entries.map(({ message, key }, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message),
      MessageGroupId: groupOf(message),
      MessageDeduplicationId: key,
    })),
  });
  const { Failed: failed = [] } = await calling('sqs:SendMessage', url, () => client.send(command));
  // A batch is answered with 200 though some of its entries failed.
  if (failed.length > 0)
    throw notTaken(
      url,
      failed.map(({ Code = 'unknown' }) => Code),
    );
}
