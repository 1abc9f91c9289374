import type { Clock } from '../../shared/ports/clock.ts';
import type { MessageQueue, QueueEntry } from '../../shared/ports/queue.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

export interface MemoryQueue<Message> extends MessageQueue<Message> {
  /** What was taken, oldest first. */
  readonly messages: readonly Message[];
}

/** How long a key is remembered (SQS Developer Guide, deduplication interval). */
const DEDUPLICATION_MS = 5 * 60_000;

export function createMemoryQueue<Message>(clock: Clock): MemoryQueue<Message> {
  const messages: Message[] = [];
  const takenAt = new Map<string, number>();

  function take({ message, key }: QueueEntry<Message>): void {
    const now = clock.now();
    const before = takenAt.get(key);
    if (before !== undefined && now < before + DEDUPLICATION_MS) return;
    takenAt.set(key, now);
    messages.push(frozenCopy(message));
  }

  return {
    messages,
    send: (entries) =>
      toPromise(() => {
        entries.forEach(take);
      }),
  };
}
