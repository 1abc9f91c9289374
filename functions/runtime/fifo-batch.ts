import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { UpstreamError } from '../../shared/domain/kernel/errors.ts';
import { groupItems } from '../../shared/domain/kernel/group-by.ts';
import type { Redelivery } from '../../shared/ports/queue.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';

/** A message as a FIFO queue hands it over (Lambda Developer Guide, using Lambda with SQS). */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Empty where it is no text. */
  readonly body: string;
  readonly group: string;
  /** How often it was received, this time included. */
  readonly receives: number;
}

const attributes = z.object({
  MessageGroupId: z.string().catch(''),
  ApproximateReceiveCount: z.coerce.number().positive().catch(1),
});
const records = z.object({
  Records: z.array(
    z
      .object({
        messageId: z.string(),
        receiptHandle: z.string(),
        body: z.string().catch(''),
        attributes: attributes.catch(attributes.parse({})),
      })
      .transform(
        ({ attributes: { MessageGroupId: group, ApproximateReceiveCount: receives }, ...record }) => ({
          ...{ ...record, group, receives },
        }),
      ),
  ),
});

/**
 * The messages of an event of SQS. Throws UnknownEvent for an event that SQS does not send: without the id of a message
 * nothing can be given back to the queue.
 */
export function readMessages(event: unknown): readonly QueueMessage[] {
  const { data } = records.safeParse(event);
  if (!data) throw new UnknownEvent('messages of its queue (Records), each with messageId and receiptHandle');
  return data.Records;
}

/** An event that this function is not for; nothing of it is told: it may hold anything. */
export class UnknownEvent extends UpstreamError {
  override readonly name = 'UnknownEvent';

  constructor(expected: string) {
    super('event.unknown', `The event is none that this function takes. It takes ${expected}.`);
  }
}

export interface BatchOptions {
  readonly telemetry: Telemetry;
  /** Errors that Lambda itself has to see, so that its error metric is true. Without it: none. */
  readonly escapes?: (error: unknown) => boolean;
  /** Without it, messages come back when their visibility ends. */
  readonly redelivery?: Redelivery;
  /** Milliseconds that the function has left; with them, what it does not end comes back soon after it. */
  readonly timeLeftMs?: number;
}

/**
 * Works off the messages of a FIFO queue: groups side by side, each in its order. A group stops at its first failure;
 * that message and the rest of its group go back to the queue (Lambda Developer Guide, partial batch responses). What
 * comes back too often goes to the dead-letter queue. An error that escapes sends all of them back, what was done too:
 * every message names something to look at, and looking twice does no harm.
 */
export async function processBatch(
  messages: readonly QueueMessage[],
  work: (message: QueueMessage) => Promise<void>,
  options: BatchOptions,
): Promise<SQSBatchResponse> {
  const { telemetry, escapes = () => false, redelivery } = options;
  await Promise.all(messages.map((message) => hideMeanwhile(message, options)));
  const groups = groupItems(messages, ({ group }) => group);
  const outcomes = await Promise.all([...groups.values()].map((group) => processGroup(group, work)));
  const stops = outcomes.filter((outcome) => outcome !== undefined);
  for (const { error, returned } of stops) {
    const [first] = returned;
    telemetry.error('A message was not worked off.', error, {
      messageId: first?.messageId,
      group: first?.group,
      receives: first?.receives,
      returned: returned.length,
    });
  }
  const failed = stops.flatMap(({ returned }) => returned);
  const fatal = stops.find(({ error }) => escapes(error));
  const back = fatal ? messages : failed;
  if (redelivery) await Promise.all(back.map((message) => postpone(message, redelivery, telemetry)));
  if (fatal) throw fatal.error;
  return {
    batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}

const GRACE_SECONDS = 30;

/**
 * A function that is killed in the middle postpones nothing: its message comes back when its visibility ends. That is
 * counted from the receive, which may be a while ago.
 */
async function hideMeanwhile(
  { receiptHandle, messageId }: QueueMessage,
  { redelivery, timeLeftMs, telemetry }: BatchOptions,
): Promise<void> {
  if (!redelivery || timeLeftMs === undefined) return;
  try {
    await redelivery.postpone(receiptHandle, Math.ceil(timeLeftMs / 1_000) + GRACE_SECONDS);
  } catch (error) {
    telemetry.error('The visibility of a message was not set; it stays as the queue has it.', error, {
      messageId,
    });
  }
}

const SHORTEST_DELAY_SECONDS = 15;
const LONGEST_DELAY_SECONDS = 4 * 60;

/**
 * Soon at first, then later each time: the whole group waits for it, and the visibility timeout is made for the longest
 * pass, not for one that failed. Five receives are over in eight minutes: where nothing can be done for long, messages
 * go to the dead-letter queue faster than schedules bring new ones.
 */
async function postpone(
  { receiptHandle, messageId, receives }: QueueMessage,
  redelivery: Redelivery,
  telemetry: Telemetry,
): Promise<void> {
  const delay = SHORTEST_DELAY_SECONDS * 2 ** (receives - 1);
  try {
    await redelivery.postpone(receiptHandle, Math.min(delay, LONGEST_DELAY_SECONDS));
  } catch (error) {
    telemetry.error('A message was not postponed; it comes back when its visibility ends.', error, {
      messageId,
    });
  }
}

interface Stop {
  readonly error: unknown;
  /** The message that failed, and those that wait behind it. */
  readonly returned: readonly QueueMessage[];
}

async function processGroup(
  group: readonly QueueMessage[],
  work: (message: QueueMessage) => Promise<void>,
): Promise<Stop | undefined> {
  for (const [index, message] of group.entries()) {
    try {
      await work(message);
    } catch (error) {
      return { error, returned: group.slice(index) };
    }
  }
  return undefined;
}

/** A message that nobody can read; it ends in the dead-letter queue. Its text is not told: it may hold anything. */
export function unreadable({ messageId }: QueueMessage): UpstreamError {
  return new UpstreamError('message.unreadable', `Message ${messageId} is none that azfed sends.`);
}
