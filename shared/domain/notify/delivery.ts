import { isChat, type ChatWebhook, type Webhook } from '../configuration/configuration.ts';
import type { Delivery, PendingEvent } from '../records/event.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { RecordedItem } from '../records/connection-record.ts';
import { formatInstant, SECOND_MS, MINUTE_MS, HOUR_MS } from '../kernel/durations.ts';

/** Milliseconds from one attempt to the next, the first from the event itself (Standard Webhooks 1.0.0, deliverability). */
export const deliverySchedule: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Jitter lengthens a wait by at most this part of it, so that events that failed together do not come back together. */
const JITTER_PART = 0.1;

/** A receiver may ask for patience, but not for so much that its own later events pile up behind one. */
const MAX_RETRY_AGE_MS = 24 * HOUR_MS;

/** No attempt is put off for longer, jitter included: whoever writes a later one into the table silences nothing. */
const LONGEST_WAIT = 27 * HOUR_MS;

/** What one attempt came to. */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered' }
  /**
   * Try again; `retryAfterMs` when the receiver asked for it. `affectsAll`: no other event would have arrived either,
   * because nobody answered or the receiver asked to be spared.
   */
  | {
      readonly outcome: 'refused';
      readonly reason: string;
      readonly retryAfterMs?: number;
      readonly affectsAll?: true;
    }
  /** The receiver said that it wants no more (410). */
  | { readonly outcome: 'gone'; readonly reason: string };

export interface DueDelivery {
  readonly event: PendingEvent;
  readonly webhook: Webhook;
}

type WithOutbox = Pick<RecordedItem, 'outbox'>;

/** Whether one of the patterns (`connection.*`, `provider.failed.v1`) is about events of this type. */
export function matchesEvent(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, type));
}

/**
 * What is to be sent now: for each webhook at most one event, the first that it wants and has not had. The events of
 * one record tell a story, so a later one waits until the earlier one has arrived or was given up.
 */
export function dueDeliveries(
  item: WithOutbox,
  webhooks: readonly Webhook[],
  now: number,
): readonly DueDelivery[] {
  const inOrder = sortEvents(item.outbox.pending);
  return webhooks.flatMap((webhook) => {
    const event = inOrder.find((candidate) => isOpen(candidate, webhook));
    return event && isDue(findDelivery(event, webhook), now) ? [{ event, webhook }] : [];
  });
}

/** Events of one run for one chat, each with the record that it lies in. */
export interface DueGroup<Item> {
  readonly webhook: ChatWebhook;
  readonly entries: readonly { readonly item: Item; readonly event: PendingEvent }[];
}

/** More events of one run than this are one message. */
const MOST_ALONE = 5;

/**
 * What is to be sent to chats as one message now. Of each record it is what comes next and is of one run, so that nothing
 * overtakes what came before it.
 */
export function dueGroups<Item extends WithOutbox>(
  items: readonly Item[],
  webhooks: readonly Webhook[],
  now: number,
): readonly DueGroup<Item>[] {
  return webhooks.filter(isChat).flatMap((webhook) => {
    const entries = items.flatMap((item) =>
      nextOfOneRun(item, webhook, now).map((event) => ({ item, event })),
    );
    return [...groupItems(entries, ({ event }) => event.run?.id ?? event.id).values()]
      .filter(({ length }) => length > MOST_ALONE)
      .map((group) => ({ webhook, entries: group }));
  });
}

function nextOfOneRun({ outbox }: WithOutbox, webhook: Webhook, now: number): readonly PendingEvent[] {
  const open = sortEvents(outbox.pending).filter((event) => isOpen(event, webhook));
  const end = open.findIndex(
    (event) => event.run?.id !== open[0]?.run?.id || !isDue(findDelivery(event, webhook), now),
  );
  return end < 0 ? open : open.slice(0, end);
}

/**
 * The event with this attempt in its delivery state. `jitter` is 0 to 1. What another sender has finished meanwhile
 * stays finished, except that an arrival is an arrival whatever was thought before it.
 */
export function afterAttempt(
  event: PendingEvent,
  webhook: Webhook,
  outcome: DeliveryOutcome,
  now: number,
  jitter: number,
): PendingEvent {
  const before = findDelivery(event, webhook);
  if (before?.state === 'delivered') return event;
  if (before?.state === 'exhausted' && outcome.outcome !== 'delivered') return event;
  const delivery = nextDelivery((before?.attempts ?? 0) + 1, outcome, now, jitter);
  return { ...event, deliveries: { ...event.deliveries, [webhook.name]: delivery } };
}

function nextDelivery(attempts: number, outcome: DeliveryOutcome, now: number, jitter: number): Delivery {
  if (outcome.outcome === 'delivered') return { state: 'delivered', at: formatInstant(now) };
  const lastError = outcome.reason;
  const planned = deliverySchedule[attempts];
  if (outcome.outcome === 'gone' || planned === undefined) return { state: 'exhausted', attempts, lastError };
  const asked = Math.min(outcome.retryAfterMs ?? 0, MAX_RETRY_AGE_MS);
  const wait = Math.max(planned, asked) * (1 + jitter * JITTER_PART);
  return { state: 'waiting', attempts, nextAttemptAt: formatInstant(now + wait), lastError };
}

/** Whether no further attempt is made after this one. */
export function isLastAttempt({ event, webhook }: DueDelivery, outcome: DeliveryOutcome): boolean {
  return isAbandoned(afterAttempt(event, webhook, outcome, 0, 0), webhook);
}

/** The event without further attempts for these webhooks: what they miss can be sent again from the history. */
export function abandonDelivery(
  event: PendingEvent,
  webhooks: readonly Webhook[],
  lastError: string,
): PendingEvent {
  const given = webhooks
    .filter((webhook) => isOpen(event, webhook))
    .map((webhook) => {
      const before = findDelivery(event, webhook);
      const attempts = before?.state === 'waiting' ? before.attempts : 0;
      return [webhook.name, { state: 'exhausted', attempts, lastError }] as const;
    });
  return { ...event, deliveries: { ...event.deliveries, ...Object.fromEntries(given) } };
}

/** An event that may leave its record, and how many healthy webhooks still lack it. */
interface Leaving {
  readonly event: PendingEvent;
  readonly lacking: number;
}

/**
 * The order in which events leave a record that has no room: first those that no healthy webhook lacks, then the oldest. A
 * webhook is not healthy when it is one of `failing`, or has refused the oldest event that it lacks.
 */
export function orderLeaving(
  pending: readonly PendingEvent[],
  webhooks: readonly Webhook[],
  failing: ReadonlySet<string>,
): readonly Leaving[] {
  const inOrder = sortEvents(pending);
  const healthy = webhooks.filter((webhook) => {
    const next = inOrder.find((event) => isOpen(event, webhook));
    return !failing.has(webhook.name) && !(next && findDelivery(next, webhook));
  });
  return inOrder
    .map((event) => ({ event, lacking: healthy.filter((webhook) => isOpen(event, webhook)).length }))
    .sort((a, b) => a.lacking - b.lacking);
}

/** What stays. Attempts at an event that leaves count for the next one, so that a webhook that takes nothing is disabled in the end. */
export function removeLeaving(
  pending: readonly PendingEvent[],
  leaving: readonly PendingEvent[],
  webhooks: readonly Webhook[],
): readonly PendingEvent[] {
  const left = pending.filter((event) => !leaving.includes(event));
  return webhooks.reduce<readonly PendingEvent[]>((events, webhook) => {
    const tried = sortEvents(leaving).find((event) => isOpen(event, webhook));
    const waiting = tried && findDelivery(tried, webhook);
    const next = sortEvents(events).find((event) => isOpen(event, webhook));
    if (!waiting || !next || findDelivery(next, webhook)) return events;
    const counted = { ...next, deliveries: { ...next.deliveries, [webhook.name]: waiting } };
    return events.map((event) => (event === next ? counted : event));
  }, left);
}

/** Whether the event was given up for the webhook. */
export function isAbandoned(event: PendingEvent, webhook: Webhook): boolean {
  return findDelivery(event, webhook)?.state === 'exhausted';
}

/** Whether every webhook that wants the event has it or was given up: there is nothing left to send. */
export function isFinished(event: PendingEvent, webhooks: readonly Webhook[]): boolean {
  return !webhooks.some((webhook) => isOpen(event, webhook));
}

/** How many deliveries the record still owes. */
export function countOpenDeliveries(item: WithOutbox, webhooks: readonly Webhook[]): number {
  return webhooks.flatMap((webhook) => item.outbox.pending.filter((event) => isOpen(event, webhook))).length;
}

const sortEvents = (events: readonly PendingEvent[]) => events.toSorted((a, b) => a.sequence - b.sequence);

function isOpen(event: PendingEvent, webhook: Webhook): boolean {
  const state = findDelivery(event, webhook)?.state ?? 'waiting';
  return state === 'waiting' && matchesEvent(webhook.events, event.type);
}

function isDue(delivery: Delivery | undefined, now: number): boolean {
  if (delivery?.state !== 'waiting') return true;
  const next = Date.parse(delivery.nextAttemptAt);
  return next <= now || next > now + LONGEST_WAIT;
}

function findDelivery(event: PendingEvent, webhook: Webhook): Delivery | undefined {
  // A webhook may be called `constructor`; only what was written there counts.
  return Object.hasOwn(event.deliveries, webhook.name) ? event.deliveries[webhook.name] : undefined;
}
