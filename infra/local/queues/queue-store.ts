import { HUB_ACCOUNT } from '../aws/state/accounts.ts';
import { createFifoQueue, type FifoQueue, type QueueSettings } from './fifo-queue.ts';
import { ServiceError } from './service-error.ts';

export interface NamedQueue extends FifoQueue {
  readonly name: string;
  readonly arn: string;
}

export interface QueueStore {
  /** The one that is there when it is just like that (SQS API Reference, CreateQueue). */
  create(name: string, settings: QueueSettings): NamedQueue;
  /** By name or by the URL that ends with it. Throws QueueDoesNotExist. */
  find(nameOrUrl: string): NamedQueue;
}

export function createQueueStore(): QueueStore {
  const queues = new Map<string, NamedQueue>();

  function find(nameOrUrl: string): NamedQueue {
    const queue = queues.get(nameOrUrl.slice(nameOrUrl.lastIndexOf('/') + 1));
    if (queue) return queue;
    throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
  }

  function open(name: string, settings: QueueSettings): NamedQueue {
    const { redrive } = settings;
    const graveyard =
      redrive && find(redrive.deadLetterArn.slice(redrive.deadLetterArn.lastIndexOf(':') + 1));
    const queue = createFifoQueue(settings, (message, now) => {
      graveyard?.accept(message, now);
    });
    return { ...queue, name, arn: `arn:aws:sqs:us-east-1:${HUB_ACCOUNT}:${name}` };
  }

  return {
    create(name, settings) {
      const known = queues.get(name);
      if (known && JSON.stringify(known.settings) !== JSON.stringify(settings))
        throw new ServiceError('QueueNameExists', `A queue ${name} exists with other attributes.`);
      const queue = known ?? open(name, settings);
      queues.set(name, queue);
      return queue;
    },
    find,
  };
}
