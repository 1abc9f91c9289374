import type { Webhook } from '../domain/configuration.ts';
import type { PendingEvent } from '../domain/event.ts';

export type DeliveryOutcome =
  | { readonly outcome: 'delivered' }
  /** Try again; `retryAfterMs` when the receiver asked for it. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver said that it wants no more (410). */
  | { readonly outcome: 'gone'; readonly reason: string };

/** Sends one event to one webhook, signed at this moment. Never rejects for what the receiver does. */
export interface EventSender {
  send(webhook: Webhook, event: PendingEvent): Promise<DeliveryOutcome>;
}
