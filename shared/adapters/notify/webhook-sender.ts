import type { Webhook } from '../../domain/configuration.ts';
import type { DeliveryOutcome } from '../../domain/delivery.ts';
import type { PendingEvent } from '../../domain/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/notifications.ts';
import { resolveHost } from './checked-lookup.ts';
import type { ResolveHost } from './checked-lookup.ts';
import { cloudEventBody } from './cloud-event.ts';
import { outcomeOf } from './outcome.ts';
import { post } from './post.ts';
import { signatureHeaders } from './signature.ts';
import { checkTarget } from './target.ts';

export interface WebhookSenderOptions {
  /** `whsec_...`; the current one first, the one before may follow while receivers are moved over. */
  secretOf(webhook: Webhook): Promise<readonly string[]>;
  readonly clock: Clock;
  /** CloudEvents `source`, instead of the one made from each event. */
  readonly source?: string;
  /** Plain http to this machine is allowed: for the embedded receiver, never in AWS. */
  readonly allowLoopback?: boolean;
  readonly resolve?: ResolveHost;
  readonly deadlineMs?: number;
}

/** Standard Webhooks 1.0.0 recommends 15 to 30 s. */
const DEADLINE_MS = 20_000;

/**
 * CloudEvents over HTTPS, signed as Standard Webhooks. Rejects only for what is wrong on our side: ConfigError for a
 * missing or malformed secret, and whatever `secretOf` throws. Such an attempt must not use up the event's schedule.
 */
export function createWebhookSender(options: WebhookSenderOptions): EventSender {
  return { send: (webhook, event) => send(options, webhook, event) };
}

async function send(
  options: WebhookSenderOptions,
  webhook: Webhook,
  event: PendingEvent,
): Promise<DeliveryOutcome> {
  const { clock, source, allowLoopback = false, resolve = resolveHost, deadlineMs = DEADLINE_MS } = options;
  const target = checkTarget(webhook.url, allowLoopback);
  if ('refusal' in target) return { outcome: 'refused', reason: target.refusal };

  const body = cloudEventBody(event, source);
  const secrets = await options.secretOf(webhook);
  const headers = {
    'content-type': 'application/cloudevents+json',
    'user-agent': 'azfed',
    ...signatureHeaders(webhook.name, secrets, event.id, body, clock.now()),
  };
  return outcomeOf(await post(target, headers, body, { resolve, deadlineMs }), clock.now());
}
