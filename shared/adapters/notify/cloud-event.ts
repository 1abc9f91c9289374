import { Webhook as Signer } from 'standardwebhooks';
import type { EventLinks } from '../../domain/notify/event-links.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import { eventCatalogue } from '../../domain/records/event-catalogue.ts';
import { isSigningSecret } from '../../domain/notify/signing-secret.ts';
import { ConfigError } from '../../domain/kernel/errors.ts';
import { readNestedFields } from '../../domain/kernel/json.ts';

/** Standard Webhooks 1.0.0 asks for payloads under 20 kB; CloudEvents only promises that 64 KiB get through. */
const BODY_LIMIT = 20_000;

/** Bytes of the longest marker that stands for something cut. */
const MARKER_LIMIT = 32;

interface BodyOptions {
  readonly source?: string;
  /** Bytes. */
  readonly limit?: number;
}

/**
 * The event as CloudEvents 1.0 in structured mode (JSON). A function of the event alone, so every retry has the same
 * body. Data that would make it too long is cut field by field: small fields stay whole, each large one becomes
 * `(cut: <n> bytes)`. The history keeps it all.
 */
export function cloudEventBody(
  event: PendingEvent,
  links: EventLinks = {},
  { source = buildSource(event), limit = BODY_LIMIT }: BodyOptions = {},
): string {
  const envelope = {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    time: event.time,
    subject: event.subject,
    datacontenttype: 'application/json',
  };
  // The one byte of the 0 is the one by which the body stays under the limit.
  const room = limit - byteLength({ ...envelope, data: 0 });
  const { severity } = eventCatalogue[event.type];
  const shown = {
    ...event.data,
    severity,
    run: event.run,
    ...(Object.keys(links).length > 0 ? { links } : {}),
  };
  const data: unknown = JSON.parse(JSON.stringify(shown));
  return JSON.stringify({ ...envelope, data: fit(data, room) });
}

/** `//azfed/<organization>` by name, or by id where the event has no name; `//azfed/<account>` for a provider's events. */
function buildSource(event: PendingEvent): string {
  const { name } = readNestedFields(event.data, 'organization');
  const [, id = ''] = event.subject.split('/');
  return `//azfed/${encodeURIComponent(typeof name === 'string' ? name : id)}`;
}

/**
 * The value in at most `room` bytes of JSON (or in a marker). Children are served from the smallest up, each with an even
 * share of what is left, so that what the small ones do not use goes to the large ones.
 */
function fit(value: unknown, room: number): unknown {
  const bytes = byteLength(value);
  if (bytes <= room) return value;
  if (typeof value !== 'object' || value === null) return marker(bytes);

  const children = Object.entries(value).map(([key, child]: [string, unknown]) => ({ key, child }));
  const frame = children.reduce((sum, { key }) => sum + byteLength(key) + ':,'.length, '{}'.length);
  let left = room - frame;
  if (left < children.length * MARKER_LIMIT) return marker(bytes);

  const fitted = new Map<string, unknown>();
  const smallestFirst = children.toSorted((a, b) => byteLength(a.child) - byteLength(b.child));
  for (const [served, { key, child }] of smallestFirst.entries()) {
    const kept = fit(child, Math.floor(left / (children.length - served)));
    left -= byteLength(kept);
    fitted.set(key, kept);
  }
  const inOrder = children.map(({ key }) => [key, fitted.get(key)] as const);
  return Array.isArray(value) ? inOrder.map(([, child]) => child) : Object.fromEntries(inOrder);
}

const marker = (bytes: number): string => `(cut: ${bytes} bytes)`;

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * The headers of Standard Webhooks 1.0.0 for one attempt at `now`. With more than one secret there is one signature of
 * each, so that receivers can be moved to a new secret one after the other.
 * Throws ConfigError when there is no secret or one is malformed; the secret itself is not in the message.
 */
export function signatureHeaders(
  webhook: string,
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  if (secrets.length === 0 || !secrets.every(isSigningSecret)) throw malformedSecret(webhook);
  const signatures = secrets.map((secret) => new Signer(secret).sign(id, new Date(now), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

function malformedSecret(webhook: string): ConfigError {
  return new ConfigError({
    where: `webhooks.${webhook}.secret`,
    what: 'is not a signing secret.',
    fix: 'Make one: azfed secrets create webhook. It is "whsec_" and the base64 of 24 to 64 random bytes.',
  });
}
