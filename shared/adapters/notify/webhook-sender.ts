import http from 'node:http';
import https from 'node:https';
import type { ChatWebhook, SecretWebhook, SignedWebhook } from '../../domain/configuration/configuration.ts';
import { isChat, isOfAws } from '../../domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../../domain/notify/delivery.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import { buildEventLinks } from '../../domain/notify/event-links.ts';
import { buildEventMessage } from '../../domain/notify/event-message.ts';
import { messageOfGroup } from '../../domain/notify/group-message.ts';
import { nameAccount, type ChatMessage, type Places } from '../../domain/notify/message.ts';
import { describeUnreached } from '../../domain/kernel/unreached.ts';
import { ConfigError } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/queue.ts';
import { resolveHost, ForbiddenAddressError, checkedLookup, checkTarget } from './target.ts';
import type { ResolveHost, WebhookTarget } from './target.ts';
import { sendToAws, type AwsTargets } from './aws-target.ts';
import { cloudEventBody, signatureHeaders } from './cloud-event.ts';
import { listIf } from '../../domain/kernel/group-by.ts';

type Answer =
  | { readonly status: number; readonly retryAfter: string | undefined }
  /** There was none; a sentence for a person. */
  | { readonly failure: string };

interface Agents {
  readonly 'http:': http.Agent;
  readonly 'https:': https.Agent;
}

interface PostOptions {
  readonly resolve: ResolveHost;
  /** From the first step to the status line. */
  readonly deadlineMs: number;
  /** They keep connections for the next request. Left out: the connection is of this request alone. */
  readonly agents?: Agents;
}

/** A body that takes longer costs its connection, and nothing else. */
const BODY_MS = 1_000;

/**
 * Redirects are not followed (node:https never does) and the answer's body is discarded, so that the connection can be used again:
 * nothing that a receiver says but its status and Retry-After gets in.
 */
function post(
  target: WebhookTarget,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: PostOptions,
): Promise<Answer> {
  const { resolve: resolveHost, deadlineMs, agents } = options;
  const isHttps = target.url.protocol === 'https:';
  const { request: open } = isHttps ? https : http;
  return new Promise((resolve) => {
    const request = open(target.url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: agents?.[isHttps ? 'https:' : 'http:'] ?? false,
      lookup: checkedLookup(resolveHost, (address) => target.isAllowed(address)),
      signal: AbortSignal.timeout(deadlineMs),
    });
    let answer: Answer | undefined;
    let isStale = false;
    request.on('response', (response) => {
      answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
      discardBody(response);
    });
    request.on('error', (error) => {
      isStale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      answer ??= { failure: explainError(error, deadlineMs, target.url.host) };
    });
    // An answer that switches protocols is neither a response nor an error.
    request.on('close', () => {
      const { agents: _, ...alone } = options;
      const none = { failure: 'The connection was closed without an answer.' };
      resolve(isStale ? post(target, headers, body, alone) : (answer ?? none));
    });
    request.end(body);
  });
}

function discardBody(response: http.IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), BODY_MS);
  response.on('close', () => {
    clearTimeout(timer);
  });
  // It ends with the deadline, or its receiver went away: the status is known.
  response.on('error', () => undefined);
  response.resume();
}

function explainError(error: Error, deadlineMs: number, host: string): string {
  if (error.name === 'AbortError') return `No answer within ${deadlineMs / 1000} s.`;
  if (error instanceof ForbiddenAddressError) return error.message;
  const unreached = describeUnreached(error, host);
  if (unreached) return `The request failed (${unreached.code}): ${unreached.says}.`;
  return `The request failed (${'code' in error ? String(error.code) : error.name}).`;
}

/** Hosts of Teams know no later version (Microsoft Learn, "Cards reference"). */
const VERSION = '1.4';
const colours = { high: 'attention', medium: 'warning', low: 'good' } as const;

/**
 * The message as an Adaptive Card for a workflow that posts "when a Teams webhook request is received". All text stands in
 * text runs, which know no Markdown (adaptivecards.io, TextRun), and nobody is mentioned without an entity that says so.
 */
function teamsBody({ title, severity, text, facts, lines, furtherLines, links }: ChatMessage): string {
  const more = furtherLines > 0 ? [`... and ${furtherLines} more`] : [];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: VERSION,
    msteams: { width: 'Full' },
    fallbackText: withoutFunctions(title),
    body: [
      richText([{ ...run(title), weight: 'bolder', size: 'large', color: colours[severity] }]),
      richText([run(text)]),
      ...facts.map(({ name, value }) =>
        richText([{ ...run(`${name}: `), weight: 'bolder' }, run(value)], 'none'),
      ),
      ...[...lines, ...more].map((line, index) =>
        richText([{ ...run(line), fontType: 'monospace', size: 'small' }], index === 0 ? 'default' : 'none'),
      ),
    ],
    actions: links.map((link) => ({ type: 'Action.OpenUrl', title: link.title, url: link.url })),
  };
  return JSON.stringify({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  });
}

const run = (text: string) => ({ type: 'TextRun', text: withoutFunctions(text) });

/** `{{DATE(...)}}` and `{{TIME(...)}}` are carried out wherever they stand (Microsoft Learn, "Text features"). */
const withoutFunctions = (text: string) => text.replaceAll(/\{(?=\{)/g, '{ ');

const richText = (inlines: readonly object[], spacing = 'default') => ({
  type: 'RichTextBlock',
  spacing,
  inlines,
});

const marks = { high: '\u{1f534}', medium: '\u{1f7e1}', low: '\u{1f7e2}' } as const;

/**
 * The message as Block Kit for an incoming webhook (docs.slack.dev, Block Kit). All text is `plain_text`, in which Slack
 * reads neither markup nor mentions. Only the fallback, which notifications show, is read as markup.
 */
function slackBody({ title, severity, text, facts, lines, furtherLines, links }: ChatMessage): string {
  const more = furtherLines > 0 ? [`... and ${furtherLines} more`] : [];
  const list = [...lines, ...more].join('\n');
  return JSON.stringify({
    text: escaped(title),
    blocks: [
      { type: 'header', text: plain(`${marks[severity]} ${title}`) },
      { type: 'section', text: plain(text) },
      ...(facts.length > 0
        ? [{ type: 'section', fields: facts.map(({ name, value }) => plain(`${name}\n${value}`)) }]
        : []),
      ...(list === '' ? [] : [{ type: 'section', text: plain(list) }]),
      ...listIf(links.length > 0, {
        type: 'actions',
        elements: links.map((link) => ({ type: 'button', text: plain(link.title), url: link.url })),
      }),
    ],
  });
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });

/** What begins a mention or a link in mrkdwn (docs.slack.dev, Formatting message text). */
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string) => text.replaceAll(/[&<>]/g, (character) => escapes[character] ?? '');

export interface WebhookSenderOptions {
  /**
   * Of a signed webhook `whsec_...`: the current one first, the one before may follow while receivers are moved over. Of a
   * chat its address.
   */
  getSecrets(webhook: SecretWebhook): Promise<readonly string[]>;
  /** For buses and topics. */
  readonly aws?: AwsTargets;
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
 * ConfigError for a missing or malformed secret, and whatever `getSecrets` throws. Such an attempt must not use up the event's
 * schedule.
 */
export function createWebhookSender(given: WebhookSenderOptions): EventSender {
  const { places = nowhere } = given;
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  const options = { ...given, agents };
  return {
    async send(webhook, pending) {
      const event = nameAccount(pending, places);
      if (isOfAws(webhook))
        return sendToAws(requireAws(options), webhook, event, buildEventLinks(event, places));
      return isChat(webhook)
        ? sendMessage(options, webhook, buildEventMessage(event, places))
        : sendEvent(options, webhook, event);
    },
    sendTogether: (webhook, events) =>
      sendMessage(
        options,
        webhook,
        messageOfGroup(
          events.map((event) => nameAccount(event, places)),
          places,
        ),
      ),
    close() {
      for (const agent of Object.values(agents))
        for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    },
  };
}

type SenderOptions = WebhookSenderOptions & { readonly agents: Agents };

/** Throws ConfigError. */
export function requireAws({ aws }: Pick<WebhookSenderOptions, 'aws'>): AwsTargets {
  if (aws) return aws;
  throw new ConfigError({
    where: 'webhooks',
    what: 'A bus or a topic needs AWS credentials.',
    fix: 'Sign in to AWS first.',
  });
}

async function sendEvent(
  options: SenderOptions,
  webhook: SignedWebhook,
  event: PendingEvent,
): Promise<DeliveryOutcome> {
  const { clock, source, places = nowhere } = options;
  const target = checkTarget(webhook.url, options.allowLoopback);
  if ('refusal' in target) return refused(target);
  const secrets = await options.getSecrets(webhook);
  return postBody(options, target, (limit) => {
    const links = buildEventLinks(event, places);
    const body = cloudEventBody(event, links, { ...(source && { source }), ...(limit && { limit }) });
    const headers = {
      'content-type': 'application/cloudevents+json',
      ...signatureHeaders(webhook.name, secrets, event.id, body, clock.now()),
    };
    return { headers, body };
  });
}

const bodies = { slack: slackBody, teams: teamsBody };

async function sendMessage(
  options: SenderOptions,
  webhook: ChatWebhook,
  message: ChatMessage,
): Promise<DeliveryOutcome> {
  const [address = ''] = await options.getSecrets(webhook);
  const target = checkTarget(address, options.allowLoopback);
  if ('refusal' in target) return refused(target);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const body = bodies[webhook.format](message);
  return postBody(options, target, () => ({ headers, body }));
}

const refused = ({ refusal }: { readonly refusal: string }): DeliveryOutcome => ({
  outcome: 'refused',
  reason: refusal,
  affectsAll: true,
});

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bytes of what is sent where a receiver finds an event too large: ids, names and reasons fit. */
const SMALL_BODY = 4_000;

/** `write`: in at most so many bytes; what is too large for the receiver (413) would be so in every attempt. */
async function postBody(
  { clock, resolve = resolveHost, deadlineMs = DEADLINE_MS, agents }: SenderOptions,
  target: WebhookTarget,
  write: (limit?: number) => Message,
): Promise<DeliveryOutcome> {
  const postOnce = ({ headers, body }: Message) =>
    post(target, { 'user-agent': 'azfed', ...headers }, body, { resolve, deadlineMs, agents });
  const whole = write();
  const answer = await postOnce(whole);
  const isTooLarge = 'status' in answer && answer.status === 413;
  const smaller = isTooLarge ? write(SMALL_BODY) : whole;
  const last = smaller.body === whole.body ? answer : await postOnce(smaller);
  return toDeliveryOutcome(last, clock.now());
}

/** Statuses whose Retry-After is a wish to be spared (RFC 9110, 10.2.3; RFC 6585, 4). */
const asksToRetryLater = new Set([429, 503]);

/** Statuses that are not about this event: slow down, and nobody behind the gateway (Standard Webhooks 1.0.0; RFC 9110, 15.6). */
const meansAll = new Set([429, 502, 503, 504]);

/** What the answer means by Standard Webhooks 1.0.0: 2xx has it, 410 wants no more, everything else did not take it. */
function toDeliveryOutcome(answer: Answer, now: number): DeliveryOutcome {
  if ('failure' in answer) return { outcome: 'refused', reason: answer.failure, affectsAll: true };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status === 410) return { outcome: 'gone', reason: 'HTTP 410: the receiver wants no more.' };
  if (status >= 300 && status < 400)
    return { outcome: 'refused', reason: `HTTP ${status}: redirects are not followed.` };
  const reason = `HTTP ${status}`;
  if (!meansAll.has(status)) return { outcome: 'refused', reason };
  const retryAfterMs = asksToRetryLater.has(status) ? retryDelay(retryAfter, now) : undefined;
  return {
    outcome: 'refused',
    reason,
    affectsAll: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Seconds or an HTTP date, which ends with GMT; `undefined` for anything else, of which Date.parse would take too much. */
function retryDelay(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = retryAfter.endsWith(' GMT') ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
