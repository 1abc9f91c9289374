import type { Webhook } from '../domain/configuration.ts';
import { afterAttempt, countOpenDeliveries, dueDeliveries, isSettled } from '../domain/delivery.ts';
import type { DeliveryOutcome, DueDelivery } from '../domain/delivery.ts';
import { ConflictError } from '../domain/errors.ts';
import type { PendingEvent } from '../domain/event.ts';
import type { RecordedItem } from '../domain/recorded.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventSender } from '../ports/notifications.ts';
import type { HistoryStore, StateStore } from '../ports/state.ts';

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
}

/** After so many refusals in a row a webhook is left alone for the rest of the run: each may cost the whole deadline. */
const PATIENCE = 5;

/** Whoever wins a conflict has made progress, so a few rounds are enough; the next run tries again. */
const WRITE_ATTEMPTS = 5;

interface Run {
  readonly ports: DeliverPorts;
  readonly webhooks: readonly Webhook[];
  /** Refusals in a row, by webhook; infinite once sending failed on our own side. */
  readonly refusals: Map<string, number>;
  readonly failures: unknown[];
  readonly count: { delivered: number; waiting: number; exhausted: number };
}

interface Attempt extends DueDelivery {
  readonly outcome: DeliveryOutcome;
}

/**
 * Sends what is due from the outboxes of all records. At least once: an event leaves its record only when it is
 * settled and in the history, so a crash anywhere repeats at worst an event under its own id.
 * What fails for one record or webhook does not keep the others waiting; at the end it is thrown, as AggregateError.
 */
export async function deliver(ports: DeliverPorts, webhooks: readonly Webhook[]): Promise<DeliverySummary> {
  const count = { delivered: 0, waiting: 0, exhausted: 0 };
  const run: Run = { ports, webhooks, refusals: new Map(), failures: [], count };
  for (const item of await ports.state.readPending()) {
    try {
      const left = await deliverItem(run, item);
      count.waiting += left ? countOpenDeliveries(left, webhooks) : 0;
    } catch (error) {
      run.failures.push(error);
    }
  }
  if (run.failures.length > 0) throw new AggregateError(run.failures, 'Not every event could be delivered.');
  return count;
}

async function deliverItem(run: Run, item: RecordedItem): Promise<RecordedItem | undefined> {
  const { ports, webhooks } = run;
  let current: RecordedItem | undefined = item;
  while (current) {
    const patient = webhooks.filter(({ name }) => (run.refusals.get(name) ?? 0) < PATIENCE);
    const due = dueDeliveries(current, patient, ports.clock.now());
    if (due.length === 0) break;
    const attempts = await sendAll(run, due);
    current = await update(ports.state, current, (fresh) => withAttempts(ports, fresh, attempts));
    if (current) countAttempts(run, current, attempts);
  }
  return current && update(ports.state, current, (fresh) => withoutSettled(ports.history, fresh, webhooks));
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

/** History first: removed before it is written there, an event would be lost by a crash in between. */
async function withoutSettled(
  history: HistoryStore,
  item: RecordedItem,
  webhooks: readonly Webhook[],
): Promise<RecordedItem> {
  const settled = item.outbox.pending.filter((event) => isSettled(event, webhooks));
  for (const event of settled) await history.append(item, event);
  if (settled.length === 0) return item;
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

/**
 * Writes the change, on the newest record when somebody else wrote first: what they added stays, and the change is
 * made again on top of it. `undefined` when the record is gone.
 */
async function update(
  state: StateStore,
  item: RecordedItem,
  change: (item: RecordedItem) => RecordedItem | Promise<RecordedItem>,
): Promise<RecordedItem | undefined> {
  let current: RecordedItem | undefined = item;
  for (let tries = 1; current; tries++) {
    const next = await change(current);
    if (next === current) return current;
    try {
      return await state.write(next);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === WRITE_ATTEMPTS) throw error;
      current = await readAgain(state, current);
    }
  }
  return undefined;
}

async function readAgain(state: StateStore, item: RecordedItem): Promise<RecordedItem | undefined> {
  switch (item.kind) {
    case 'connection': {
      const connections = await state.readConnections(item.organizationId);
      return connections.find(({ connectionId }) => connectionId === item.connectionId);
    }
    case 'provider': {
      const providers = await state.readProviders(item.account);
      return providers.find(({ arn }) => arn === item.arn);
    }
    case 'controls':
      return state.readControls();
  }
}
