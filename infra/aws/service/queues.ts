import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../policy-statement.ts';

/**
 * Beyond the function's time: no message is seen again while it is worked on, and one whose function was killed comes back
 * soon. The six times of the Lambda Developer Guide are for functions that are throttled: here the event source has no more
 * batches under way than its maximum concurrency.
 */
const VISIBILITY_GRACE_SECONDS = 30;
const MOST_RECEIVES = 5;
const LONGEST_RETENTION = Duration.days(14);

export interface WorkQueue {
  readonly queue: Queue;
  /** Ids only: messages hold nothing else. */
  readonly deadLetters: Queue;
}

interface WorkQueueOutline {
  readonly timeout: Duration;
  /** Of every message. */
  readonly delay?: Duration;
}

/** Deduplication ids are always given, so that none is made of the content. */
export function addWorkQueue(
  parent: Construct,
  name: string,
  { timeout, delay }: WorkQueueOutline,
): WorkQueue {
  const common = { fifo: true, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
  const deadLetters = new Queue(parent, `${name}-dead-letters`, {
    ...common,
    retentionPeriod: LONGEST_RETENTION,
  });
  const queue = new Queue(parent, `${name}-queue`, {
    ...common,
    contentBasedDeduplication: false,
    visibilityTimeout: Duration.seconds(timeout.toSeconds() + VISIBILITY_GRACE_SECONDS),
    ...(delay && { deliveryDelay: delay }),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_RECEIVES },
  });
  acknowledge(deadLetters, isLast);
  return { queue, deadLetters };
}

/** For what EventBridge, its Scheduler and Lambda could not deliver. */
export function addLostAndFound(parent: Construct): Queue {
  const queue = new Queue(parent, 'undelivered', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: LONGEST_RETENTION,
  });
  acknowledge(queue, isLast);
  return queue;
}

const isLast = {
  'Serverless-SQSRedrivePolicy': 'It is the dead-letter queue itself; an alarm tells when it holds anything.',
};
