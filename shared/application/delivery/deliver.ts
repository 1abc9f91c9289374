import type { Webhook } from '../../domain/configuration/configuration.ts';
import {
  countOpenDeliveries,
  dueDeliveries,
  abandonDelivery,
  isAbandoned,
  isSettled,
  dueGroups,
} from '../../domain/notify/delivery.ts';
import type { DueDelivery, DueGroup } from '../../domain/notify/delivery.ts';
import { formatItemSubject } from '../../domain/records/outbox.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { Attempt, DeliverPorts, Run } from './deliver-run.ts';
import {
  countAttempts,
  disableDead,
  listDisabledWebhooks,
  listEnabledWebhooks,
  listPatientWebhooks,
  trySending,
  withAttempts,
  withPending,
} from './deliver-run.ts';
import { update } from '../records/records.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';

/** Counted in deliveries: one event to one webhook. */
export interface DeliverySummary {
  readonly delivered: number;
  /** Still owed when the run ended. */
  readonly waiting: number;
  /** Given up in this run. */
  readonly exhausted: number;
  /** Items that this release cannot read: what they owe is not known. */
  readonly unreadable: number;
  /** ISO time of the oldest event that is still owed, when one is. */
  readonly oldest?: string;
}

export interface DeliverOptions {
  /** Whom this run sends to; what it does not send stays owed. Default: everybody. */
  readonly isTurn?: (webhook: Webhook) => boolean;
}

/** Sends what is due from the outboxes of all records. */
export async function deliver(ports: DeliverPorts, webhooks: readonly Webhook[]): Promise<DeliverySummary> {
  return deliverItems(ports, webhooks, await ports.state.readPending());
}

/**
 * Sends what is due from the outboxes of these records. At least once: an event leaves its record only when it is
 * settled and in the history, so a crash anywhere repeats at worst an event under its own id.
 * What fails for one record or webhook does not keep the others waiting; at the end it is thrown, as FailedDelivery.
 */
export async function deliverItems(
  ports: DeliverPorts,
  webhooks: readonly Webhook[],
  items: readonly RecordedItem[],
  { isTurn = () => true }: DeliverOptions = {},
): Promise<DeliverySummary> {
  const count = { delivered: 0, waiting: 0, exhausted: 0, unreadable: 0 };
  if (items.length === 0) return count;
  const { disabledWebhooks } = await ports.state.readControls();
  const disabled = new Set(disabledWebhooks.map(({ name }) => name));
  const run: Run = {
    ports,
    webhooks,
    isTurn,
    disabled,
    refusals: new Map(),
    failures: [],
    lost: new Set(),
    count,
  };
  const left: RecordedItem[] = [];
  for (const item of await deliverGroups(run, items)) {
    try {
      left.push(...toList(await deliverItem(run, item)));
    } catch (error) {
      run.failures.push(error);
      left.push(item);
    }
  }
  const summary = summarizeDelivery(run, [...left, ...selectLost(run, items)]);
  if (run.failures.length > 0) throw new FailedDelivery(summary, run.failures);
  return summary;
}

/** Thrown when not every event could be delivered; what was done, and how old the oldest is that is owed, stands in it. */
export class FailedDelivery extends AggregateError {
  readonly summary: DeliverySummary;

  constructor(summary: DeliverySummary, failures: readonly unknown[]) {
    super(failures, 'Not every event could be delivered.');
    this.name = 'FailedDelivery';
    this.summary = summary;
  }
}

/** Those of which nothing is known any more, because a write of their group failed: as they were, they owe everything. */
function selectLost({ lost }: Run, items: readonly RecordedItem[]): readonly RecordedItem[] {
  return items.filter((item) => lost.has(formatItemSubject(item)));
}

function summarizeDelivery(run: Run, left: readonly RecordedItem[]): DeliverySummary {
  const owed = left.map((item) => countOpenDeliveries(item, listEnabledWebhooks(run)));
  const unreadable = left.flatMap((item) => item.unreadable ?? []);
  const times = [
    ...left.flatMap(({ outbox }) => outbox.pending.map(({ time }) => time)),
    ...unreadable.flatMap(({ oldestEvent }) => oldestEvent ?? []),
  ];
  const [oldest] = times.sort();
  return {
    ...run.count,
    waiting: owed.reduce((sum, next) => sum + next, 0),
    unreadable: unreadable.length,
    ...(oldest === undefined ? {} : { oldest }),
  };
}

const toList = (item: RecordedItem | undefined) => (item ? [item] : []);

async function deliverItem(run: Run, item: RecordedItem): Promise<RecordedItem | undefined> {
  const { ports } = run;
  let current: RecordedItem | undefined = item;
  while (current) {
    const due = dueDeliveries(current, listPatientWebhooks(run), ports.clock.now());
    if (due.length === 0) break;
    const attempts = await sendAll(run, due);
    // First, so that a crash before the record is written leaves nobody who would try again for another three days.
    await disableDead(run, attempts);
    current = await update(ports.state, current, (fresh) => withAttempts(ports, fresh, attempts));
    if (current) countAttempts(run, current, attempts);
  }
  return current && update(ports.state, current, (fresh) => withoutSettled(run, fresh));
}

/** The attempts that came to an outcome. */
async function sendAll(run: Run, due: readonly DueDelivery[]): Promise<readonly Attempt[]> {
  const attempts = await Promise.all(due.map((delivery) => attempt(run, delivery)));
  return attempts.filter((made) => made !== undefined);
}

async function attempt(run: Run, { event, webhook }: DueDelivery): Promise<Attempt | undefined> {
  const outcome = await trySending(run, webhook, () => run.ports.sender.send(webhook, event));
  return outcome && { event, webhook, outcome };
}

/**
 * History first: removed before it is written there, an event would be lost by a crash in between. A disabled webhook
 * keeps no event in its record, which has an end; what it misses is in the history, marked as given up. Whoever enables it
 * looks for that in the history; where they were earlier, the event stays and is delivered by the next run.
 */
async function withoutSettled(run: Run, item: RecordedItem): Promise<RecordedItem> {
  const { history } = run.ports;
  const settled = listFinishedEvents(run, item);
  if (settled.length === 0) return item;
  const given = settled.map((event) =>
    abandonDelivery(event, listDisabledWebhooks(run), 'The webhook is disabled.'),
  );
  for (const event of given) await history.append(item, event);
  const isMissed = given.some((event) =>
    listDisabledWebhooks(run).some((webhook) => isAbandoned(event, webhook)),
  );
  if (isMissed) await forgetEnabled(run);
  const notified = new Set(isMissed ? listFinishedEvents(run, item) : settled);
  if (notified.size === 0) return item;
  return withPending(
    item,
    item.outbox.pending.filter((event) => !notified.has(event)),
  );
}

const listFinishedEvents = (run: Run, { outbox }: RecordedItem) =>
  outbox.pending.filter((event) => isSettled(event, listEnabledWebhooks(run)));

/** A run may be as long as webhooks are slow: a person may have sent again what one has missed, and had it told again. */
async function forgetEnabled({ ports, disabled }: Run): Promise<void> {
  const { disabledWebhooks } = await ports.state.readControls();
  const still = new Set(disabledWebhooks.map(({ name }) => name));
  for (const name of disabled) if (!still.has(name)) disabled.delete(name);
}

/** Sends to chats what would be too many messages. Resolves to the records as they are then. */
async function deliverGroups(run: Run, items: readonly RecordedItem[]): Promise<readonly RecordedItem[]> {
  const records = new Map(items.map((item) => [formatItemSubject(item), item]));
  for (;;) {
    const [group] = dueGroups([...records.values()], listPatientWebhooks(run), run.ports.clock.now());
    if (!group) return [...records.values()];
    const attempts = await sendGroup(run, group);
    // First, as for single events.
    await disableDead(run, attempts);
    // What was refused together comes back together.
    const jitter = run.ports.random();
    for (const [subject, own] of groupItems(attempts, ({ event }) => event.subject)) {
      const item = records.get(subject);
      const notified = item && (await recordAttempts(run, item, own, jitter));
      if (notified) records.set(subject, notified);
      else records.delete(subject);
    }
  }
}

async function sendGroup(
  run: Run,
  { webhook, entries }: DueGroup<RecordedItem>,
): Promise<readonly Attempt[]> {
  const events = entries.map(({ event }) => event);
  const outcome = await trySending(run, webhook, () => run.ports.sender.sendTogether(webhook, events));
  return outcome ? events.map((event) => ({ event, webhook, outcome })) : [];
}

/** A record that cannot be written is left to the next run: what it owes would be sent again and again in this one. */
async function recordAttempts(
  run: Run,
  item: RecordedItem,
  attempts: readonly Attempt[],
  jitter: number,
): Promise<RecordedItem | undefined> {
  const { state, clock } = run.ports;
  try {
    const notified = await update(state, item, (fresh) =>
      withAttempts({ clock, random: () => jitter }, fresh, attempts),
    );
    if (notified) countAttempts(run, notified, attempts);
    return notified;
  } catch (error) {
    run.failures.push(error);
    run.lost.add(formatItemSubject(item));
    return undefined;
  }
}
