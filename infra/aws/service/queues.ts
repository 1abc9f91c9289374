import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { LimitedQueue } from '../../../shared/contract/service-limits.ts';
import { serviceLimits, visibilitySeconds } from '../../../shared/contract/service-limits.ts';
import { acknowledge } from '../policy-statement.ts';

const LONGEST_RETENTION = Duration.days(14);

export interface WorkQueue {
  readonly queue: Queue;
  /** Ids only: messages hold nothing else. */
  readonly deadLetters: Queue;
}

/** Deduplication ids are always given, so that none is made of the content. */
export function addWorkQueue(parent: Construct, name: LimitedQueue): WorkQueue {
  const { delaySeconds } = serviceLimits.queues[name];
  const common = { fifo: true, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
  const deadLetters = new Queue(parent, `${name}-dead-letters`, {
    ...common,
    retentionPeriod: LONGEST_RETENTION,
  });
  const queue = new Queue(parent, `${name}-queue`, {
    ...common,
    contentBasedDeduplication: false,
    visibilityTimeout: Duration.seconds(visibilitySeconds(name)),
    ...(delaySeconds > 0 && { deliveryDelay: Duration.seconds(delaySeconds) }),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: serviceLimits.mostReceives },
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
