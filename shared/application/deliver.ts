import type { Webhook } from '../domain/configuration.ts';
import { recordWebhookDisabled } from '../domain/controls-recording.ts';
import {
  afterAttempt,
  countOpenDeliveries,
  dueDeliveries,
  giveUp,
  isLastAttempt,
  isSettled,
} from '../domain/delivery.ts';
import type { DeliveryOutcome, DueDelivery } from '../domain/delivery.ts';
import type { PendingEvent } from '../domain/event.ts';
import type { RecordedItem } from '../domain/recorded.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventSender } from '../ports/notifications.ts';
import type { HistoryStore, StateStore } from '../ports/state.ts';
import { decide } from './decide.ts';
import { update } from './outbox-update.ts';

export interface DeliverPorts {
  readonly state: StateStore;
  readonly history: HistoryStore;
  readonly sender: EventSender;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Counted in deliveries: one event to one webhook. */
export interface DeliverySummary {
  readonly delivered: number;
  /** Still owed when the run ended. */
  readonly waiting: number;
  /** Given up in this run. */
  readonly exhausted: number;
  /** ISO time of the oldest event that is still owed, when one is. */
  readonly oldest?: string;
}

/** After so many refusals in a row a webhook is left alone for the rest of the run: each may cost the whole deadline. */
const PATIENCE = 5;

interface Run {
  readonly ports: DeliverPorts;
  readonly webhooks: readonly Webhook[];
  /** Names of webhooks that are not tried until a person sends again what they have missed. */
  readonly disabled: Set<string>;
  /** Refusals in a row, by webhook; infinite once sending failed on our own side. */
  readonly refusals: Map<string, number>;
  readonly failures: unknown[];
  readonly count: { delivered: number; waiting: number; exhausted: number };
}

interface Attempt extends DueDelivery {
  readonly outcome: DeliveryOutcome;
}

/** Sends what is due from the outboxes of all records. */
export async function deliver(ports: DeliverPorts, webhooks: readonly Webhook[]): Promise<DeliverySummary> {
  return deliverItems(ports, webhooks, await ports.state.readPending());
}

/**
 * Sends what is due from the outboxes of these records. At least once: an event leaves its record only when it is
 * settled and in the history, so a crash anywhere repeats at worst an event under its own id.
 * What fails for one record or webhook does not keep the others waiting; at the end it is thrown, as AggregateError.
 */
export async function deliverItems(
  ports: DeliverPorts,
  webhooks: readonly Webhook[],
  items: readonly RecordedItem[],
): Promise<DeliverySummary> {
  const count = { delivered: 0, waiting: 0, exhausted: 0 };
  if (items.length === 0) return count;
  const { disabledWebhooks } = await ports.state.readControls();
  const disabled = new Set(disabledWebhooks.map(({ name }) => name));
  const run: Run = { ports, webhooks, disabled, refusals: new Map(), failures: [], count };
  const owed: string[] = [];
  for (const item of items) {
    try {
      const left = await deliverItem(run, item);
      count.waiting += left ? countOpenDeliveries(left, enabledIn(run)) : 0;
      owed.push(...(left?.outbox.pending ?? []).map(({ time }) => time));
    } catch (error) {
      run.failures.push(error);
    }
  }
  if (run.failures.length > 0) throw new AggregateError(run.failures, 'Not every event could be delivered.');
  const [oldest] = owed.sort();
  return { ...count, ...(oldest === undefined ? {} : { oldest }) };
}

const enabledIn = ({ webhooks, disabled }: Run) => webhooks.filter(({ name }) => !disabled.has(name));
const disabledIn = ({ webhooks, disabled }: Run) => webhooks.filter(({ name }) => disabled.has(name));

async function deliverItem(run: Run, item: RecordedItem): Promise<RecordedItem | undefined> {
  const { ports } = run;
  let current: RecordedItem | undefined = item;
  while (current) {
    const patient = enabledIn(run).filter(({ name }) => (run.refusals.get(name) ?? 0) < PATIENCE);
    const due = dueDeliveries(current, patient, ports.clock.now());
    if (due.length === 0) break;
    const attempts = await sendAll(run, due);
    // First, so that a crash before the record is written leaves nobody who would try again for another three days.
    await disableDead(run, attempts);
    current = await update(ports.state, current, (fresh) => withAttempts(ports, fresh, attempts));
    if (current) countAttempts(run, current, attempts);
  }
  return current && update(ports.state, current, (fresh) => withoutSettled(run, fresh));
}

/** The attempts that came to an outcome; a sender that throws is our own trouble and no attempt. */
async function sendAll(run: Run, due: readonly DueDelivery[]): Promise<readonly Attempt[]> {
  const attempts = await Promise.all(due.map((delivery) => attempt(run, delivery)));
  return attempts.filter((made) => made !== undefined);
}

async function attempt(run: Run, { event, webhook }: DueDelivery): Promise<Attempt | undefined> {
  try {
    const outcome = await run.ports.sender.send(webhook, event);
    const inARow = outcome.outcome === 'refused' ? (run.refusals.get(webhook.name) ?? 0) + 1 : 0;
    run.refusals.set(webhook.name, inARow);
    return { event, webhook, outcome };
  } catch (error) {
    run.refusals.set(webhook.name, Infinity);
    run.failures.push(error);
    return undefined;
  }
}

async function disableDead(run: Run, attempts: readonly Attempt[]): Promise<void> {
  const { state, clock } = run.ports;
  for (const made of attempts) {
    const { webhook, outcome } = made;
    if (outcome.outcome === 'delivered' || !isLastAttempt(made, outcome)) continue;
    const { name } = webhook;
    await decide(state, (controls) =>
      recordWebhookDisabled(controls, { name, reason: outcome.reason }, clock.now()),
    );
    run.disabled.add(name);
  }
}

function withAttempts(
  { clock, random }: DeliverPorts,
  item: RecordedItem,
  attempts: readonly Attempt[],
): RecordedItem {
  const now = clock.now();
  const pending = item.outbox.pending.map((event) =>
    attempts
      .filter((made) => made.event.id === event.id)
      .reduce((told, { webhook, outcome }) => afterAttempt(told, webhook, outcome, now, random()), event),
  );
  const isChanged = pending.some((event, index) => event !== item.outbox.pending[index]);
  return isChanged ? withPending(item, pending) : item;
}

/**
 * History first: removed before it is written there, an event would be lost by a crash in between. A disabled webhook
 * keeps no event in its record, which has an end; what it misses is in the history, marked as given up.
 */
async function withoutSettled(run: Run, item: RecordedItem): Promise<RecordedItem> {
  const { history } = run.ports;
  const settled = item.outbox.pending.filter((event) => isSettled(event, enabledIn(run)));
  if (settled.length === 0) return item;
  for (const event of settled)
    await history.append(item, giveUp(event, disabledIn(run), 'The webhook is disabled.'));
  return withPending(
    item,
    item.outbox.pending.filter((event) => !settled.includes(event)),
  );
}

function withPending(item: RecordedItem, pending: readonly PendingEvent[]): RecordedItem {
  return { ...item, outbox: { ...item.outbox, pending } };
}

/** Counts what the record says: another sender may have settled the same delivery meanwhile. */
function countAttempts({ count }: Run, item: RecordedItem, attempts: readonly Attempt[]): void {
  for (const { event, webhook } of attempts) {
    const recorded = item.outbox.pending.find(({ id }) => id === event.id)?.deliveries[webhook.name];
    if (recorded?.state === 'delivered') count.delivered += 1;
    if (recorded?.state === 'exhausted') count.exhausted += 1;
  }
}
