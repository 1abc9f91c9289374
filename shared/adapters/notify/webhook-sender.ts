import type { ChatWebhook, SignedWebhook, Webhook } from '../../domain/configuration/configuration.ts';
import { isChat } from '../../domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../../domain/notify/delivery.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import { linksOf } from '../../domain/notify/event-links.ts';
import { messageOf } from '../../domain/notify/event-message.ts';
import { messageOfGroup } from '../../domain/notify/group-message.ts';
import type { ChatMessage, Places } from '../../domain/notify/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/notifications.ts';
import { resolveHost } from './checked-lookup.ts';
import type { ResolveHost } from './checked-lookup.ts';
import { cloudEventBody } from './cloud-event.ts';
import { outcomeOf } from './outcome.ts';
import { post } from './post.ts';
import { signatureHeaders } from './signature.ts';
import { slackBody } from './slack.ts';
import { checkTarget } from './target.ts';
import type { Target } from './target.ts';
import { teamsBody } from './teams.ts';

export interface WebhookSenderOptions {
  /**
   * Of a signed webhook `whsec_...`: the current one first, the one before may follow while receivers are moved over. Of a
   * chat its address.
   */
  secretOf(webhook: Webhook): Promise<readonly string[]>;
  readonly clock: Clock;
  /** What links in events and messages lead to. */
  readonly places?: Places;
  /** CloudEvents `source`, instead of the one made from each event. */
  readonly source?: string;
  /** Plain http to this machine is allowed: for the embedded receiver, never in AWS. */
  readonly allowLoopback?: boolean;
  readonly resolve?: ResolveHost;
  readonly deadlineMs?: number;
}

/** Standard Webhooks 1.0.0 recommends 15 to 30 s. */
const DEADLINE_MS = 20_000;
const nowhere: Places = { organizations: [] };

/**
 * CloudEvents over HTTPS, signed as Standard Webhooks, and messages for chats. Rejects only for what is wrong on our side:
 * ConfigError for a missing or malformed secret, and whatever `secretOf` throws. Such an attempt must not use up the event's
 * schedule.
 */
export function createWebhookSender(options: WebhookSenderOptions): EventSender {
  const { places = nowhere } = options;
  return {
    send: (webhook, event) =>
      isChat(webhook)
        ? sendMessage(options, webhook, messageOf(event, places))
        : sendEvent(options, webhook, event),
    sendTogether: (webhook, events) => sendMessage(options, webhook, messageOfGroup(events, places)),
  };
}

async function sendEvent(
  options: WebhookSenderOptions,
  webhook: SignedWebhook,
  event: PendingEvent,
): Promise<DeliveryOutcome> {
  const { clock, source, places = nowhere } = options;
  const target = checkTarget(webhook.url, options.allowLoopback);
  if ('refusal' in target) return refused(target);
  const body = cloudEventBody(event, linksOf(event, places), source);
  const secrets = await options.secretOf(webhook);
  const headers = {
    'content-type': 'application/cloudevents+json',
    ...signatureHeaders(webhook.name, secrets, event.id, body, clock.now()),
  };
  return postTo(options, target, headers, body);
}

const bodies = { slack: slackBody, teams: teamsBody };

async function sendMessage(
  options: WebhookSenderOptions,
  webhook: ChatWebhook,
  message: ChatMessage,
): Promise<DeliveryOutcome> {
  const [address = ''] = await options.secretOf(webhook);
  const target = checkTarget(address, options.allowLoopback);
  if ('refusal' in target) return refused(target);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return postTo(options, target, headers, bodies[webhook.format](message));
}

const refused = ({ refusal }: { readonly refusal: string }): DeliveryOutcome => ({
  outcome: 'refused',
  reason: refusal,
});

async function postTo(
  { clock, resolve = resolveHost, deadlineMs = DEADLINE_MS }: WebhookSenderOptions,
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<DeliveryOutcome> {
  const answer = await post(target, { 'user-agent': 'azfed', ...headers }, body, { resolve, deadlineMs });
  return outcomeOf(answer, clock.now());
}
