import type { Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import type { EventSender } from '../../shared/ports/queue.ts';

export interface SentEvent {
  readonly webhook: string;
  readonly event: PendingEvent;
}

export interface MemoryEventSender extends EventSender {
  /** Every attempt, oldest first, whatever it came to. */
  readonly sent: readonly SentEvent[];
}

/** Remembers what it was given. `receive` plays the receivers; without it they take everything. */
export function createMemoryEventSender(
  receive: (webhook: Webhook, event: PendingEvent) => DeliveryOutcome = () => ({ outcome: 'delivered' }),
  sent: SentEvent[] = [],
): MemoryEventSender {
  return {
    sent,
    send(webhook, event) {
      sent.push({ webhook: webhook.name, event });
      return Promise.resolve(receive(webhook, event));
    },
    sendTogether(webhook, events) {
      sent.push(...events.map((event) => ({ webhook: webhook.name, event })));
      const outcomes = events.map((event) => receive(webhook, event));
      return Promise.resolve(
        outcomes.find(({ outcome }) => outcome !== 'delivered') ?? { outcome: 'delivered' },
      );
    },
  };
}
