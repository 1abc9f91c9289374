import type { Webhook } from '../../domain/configuration/configuration.ts';
import type { TestDelivery } from '../../domain/doctor/webhook-checks.ts';
import { testEvent } from '../../domain/doctor/webhook-checks.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/notifications.ts';
import { readingOf } from '../records/result-of.ts';

export interface TestPorts {
  readonly sender: EventSender;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Sends the webhook an event that tells of nothing, as all others are sent. */
export async function sendTest({ sender, clock, ids }: TestPorts, webhook: Webhook): Promise<TestDelivery> {
  const begun = clock.now();
  const outcome = await readingOf(() => sender.send(webhook, testEvent(webhook, begun, ids.next())));
  return { outcome, tookMs: clock.now() - begun };
}
