import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import type {
  DiscoverQueue,
  MessageQueue,
  QueueEntry,
  ReconcileQueue,
  Redelivery,
  ReportQueue,
} from '../../ports/queue.ts';
import { translateFailure, type CommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { TransientError } from '../../domain/kernel/errors.ts';

/** Entries of one request (SQS API Reference, SendMessageBatch). */
const LARGEST_BATCH = 10;

export function createDiscoverQueue(client: SQSClient, url: string): DiscoverQueue {
  return createQueue(client, url, (message) => {
    if ('sweep' in message) return message.sweep;
    return 'changes' in message ? message.account : message.organizationId;
  });
}

export function createReconcileQueue(client: SQSClient, url: string): ReconcileQueue {
  return createQueue(client, url, ({ account }) => account);
}

export function createReportQueue(client: SQSClient, url: string): ReportQueue {
  return createQueue(client, url, () => 'report');
}

export const createRedelivery = (client: SQSClient, url: string): Redelivery => ({
  async postpone(receipt, seconds) {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: receipt,
      VisibilityTimeout: seconds,
    });
    await callQueue('sqs:ChangeMessageVisibility', url, () => client.send(command));
  },
});

function createQueue<Message>(
  client: SQSClient,
  url: string,
  selectGroup: (message: Message) => string,
): MessageQueue<Message> {
  return {
    // One after the other: side by side, the batches of one group could arrive in another order.
    async send(entries) {
      for (let start = 0; start < entries.length; start += LARGEST_BATCH)
        await sendBatch(client, url, entries.slice(start, start + LARGEST_BATCH), selectGroup);
    },
  };
}

async function sendBatch<Message>(
  client: SQSClient,
  url: string,
  entries: readonly QueueEntry<Message>[],
  selectGroup: (message: Message) => string,
): Promise<void> {
  const command = new SendMessageBatchCommand({
    QueueUrl: url,
    Entries: entries.map(({ message, key }, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message),
      MessageGroupId: selectGroup(message),
      MessageDeduplicationId: key,
    })),
  });
  const { Failed: failed = [] } = await callQueue('sqs:SendMessage', url, () => client.send(command));
  // A batch is answered with 200 though some of its entries failed.
  if (failed.length > 0)
    throw new TransientError(
      'queue.not-taken',
      `sqs:SendMessage on ${url}: ${failed.map(({ Code = 'unknown' }) => Code).join(', ')}`,
    );
}

type Action = 'sqs:SendMessage' | 'sqs:ChangeMessageVisibility';

/** Runs one request; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function callQueue<Answer>(
  action: Action,
  queue: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const call = { action, target: `on ${queue}`, prefix: 'queue', ownNames };
    throw translateFailure(error, call, error instanceof SQSServiceException);
  }
}

// SQS's own names for what other services name otherwise (SQS API Reference, errors).
const ownNames: ReadonlyMap<string, CommonFailure> = new Map([
  ['InvalidSecurity', 'refused'],
  ['KmsAccessDenied', 'refused'],
  ['KmsThrottled', 'throttled'],
  ['OverLimit', 'throttled'],
]);
