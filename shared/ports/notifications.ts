import type { ChatWebhook, Webhook } from '../domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../domain/notify/delivery.ts';
import type { PendingEvent } from '../domain/records/event.ts';

/** Never rejects for what the receiver does. */
export interface EventSender {
  /** Sends one event to one webhook, in its format; a CloudEvent is signed at this moment. */
  send(webhook: Webhook, event: PendingEvent): Promise<DeliveryOutcome>;
  /** Sends several events of one run to a chat, as one message. */
  sendTogether(webhook: ChatWebhook, events: readonly PendingEvent[]): Promise<DeliveryOutcome>;
}
