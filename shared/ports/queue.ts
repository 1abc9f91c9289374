import type {
  AccountSweep,
  ChangesMessage,
  DiscoverMessage,
  ReconcileMessage,
  ReportMessage,
} from '../domain/discovery/queue-message.ts';
import type { ChatWebhook, Webhook } from '../domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../domain/notify/delivery.ts';
import type { PendingEvent } from '../domain/records/event.ts';

export interface QueueEntry<Message> {
  readonly message: Message;
  /**
   * 1 to 128 letters, digits and punctuation (SQS API Reference, SendMessage). Names what the sender knows, not what it
   * asks for: a second message with this key within five minutes is dropped even when the first has been worked off.
   */
  readonly key: string;
}

/**
 * A queue that keeps order within a group: one organization, one account, or all. A message is worked off by one worker at
 * a time, at least once, and the next of its group waits until that is done.
 */
export interface MessageQueue<Message> {
  /**
   * Resolves when the queue holds all of them, in this order. When it rejects, some may be in it: send them again.
   * Throws TransientError, PermissionError, UpstreamError.
   */
  send(entries: readonly QueueEntry<Message>[]): Promise<void>;
}

/**
 * Group: the organization, `accounts` for a sweep, or the account in which others changed something. What is sent becomes
 * visible 30 seconds later, so that one message stands for all of that time.
 */
export type DiscoverQueue = MessageQueue<DiscoverMessage | AccountSweep | ChangesMessage>;

/** Group: the account. No delay. */
export type ReconcileQueue = MessageQueue<ReconcileMessage>;

/** One group. What is sent becomes visible a minute later, so that the runs of that time share one report. */
export type ReportQueue = MessageQueue<ReportMessage>;

/** When a message that failed is offered again. Left alone, it is when its visibility ends, and its group waits so long. */
export interface Redelivery {
  /** `receipt`: of the message as it was received. Throws TransientError, PermissionError, UpstreamError. */
  postpone(receipt: string, seconds: number): Promise<void>;
}

/** Never rejects for what the receiver does. */
export interface EventSender {
  /** Sends one event to one webhook, in its format; a CloudEvent is signed at this moment. */
  send(webhook: Webhook, event: PendingEvent): Promise<DeliveryOutcome>;
  /** Sends several events of one run to a chat, as one message. */
  sendTogether(webhook: ChatWebhook, events: readonly PendingEvent[]): Promise<DeliveryOutcome>;
  /** Ends the connections that wait for another request; the next request opens one again. Left out: none waits. */
  close?(): void;
}
