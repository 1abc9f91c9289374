import type { Webhook } from '../domain/configuration.ts';
import type { DeliveryOutcome } from '../domain/delivery.ts';
import type { PendingEvent } from '../domain/event.ts';

/** Sends one event to one webhook, signed at this moment. Never rejects for what the receiver does. */
export interface EventSender {
  send(webhook: Webhook, event: PendingEvent): Promise<DeliveryOutcome>;
}
