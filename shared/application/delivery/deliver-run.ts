import type { Webhook } from '../../domain/configuration/configuration.ts';
import { recordWebhookDisabled } from '../../domain/guard/controls-recording.ts';
import {
  abandonDelivery,
  afterAttempt,
  countOpenDeliveries,
  isAbandoned,
  isLastAttempt,
  isFinished,
} from '../../domain/notify/delivery.ts';
import type { DeliveryOutcome, DueDelivery } from '../../domain/notify/delivery.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/queue.ts';
import type { HistoryStore, LaneStore, StateStore } from '../../ports/state.ts';
import { decide } from '../records/records.ts';
import type { OpenRecord, OpenRecords } from './open-records.ts';

export interface DeliverPorts {
  readonly state: StateStore;
  readonly history: HistoryStore;
  readonly lanes: LaneStore;
  readonly sender: EventSender;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** One run over some records, by several lanes. */
export interface DeliveryRun {
  readonly ports: DeliverPorts;
  readonly webhooks: readonly Webhook[];
  /** Epoch milliseconds after which nothing is sent any more; what is under way ends. */
  readonly deadline: number;
  /** Names of webhooks that are not tried until a person sends again what they have missed. */
  readonly disabled: Set<string>;
  readonly records: OpenRecords;
  readonly failures: unknown[];
  /** Records as the run left them, by subject, where they still owe something. */
  readonly left: Map<string, LeftRecord>;
  readonly count: { delivered: number; exhausted: number };
}

interface LeftRecord {
  readonly waiting: number;
  readonly isUnreadable: boolean;
  /** ISO time of its oldest event. */
  readonly oldest?: string;
}

interface Attempt extends DueDelivery {
  readonly outcome: DeliveryOutcome;
}

const listDisabledWebhooks = ({ webhooks, disabled }: DeliveryRun) =>
  webhooks.filter(({ name }) => disabled.has(name));
export const listEnabledWebhooks = ({ webhooks, disabled }: DeliveryRun) =>
  webhooks.filter(({ name }) => !disabled.has(name));

/** Writes what attempts at events of one record came to, and moves what is finished by them to the history. */
export async function recordAttempts(
  run: DeliveryRun,
  record: OpenRecord,
  attempts: readonly Attempt[],
  jitter: () => number,
): Promise<void> {
  // First, so that a crash before the record is written leaves nobody who would try again for another three days.
  await disableDead(run, attempts);
  let noted: RecordedItem | undefined;
  await record.update((fresh) => {
    noted = withAttempts(run.ports.clock.now(), fresh, attempts, jitter);
    return withoutFinished(run, noted);
  });
  if (!noted || !record.current) return;
  countAttempts(run, noted, attempts);
  // What the record had no room for was given up with this write.
  const [owed, left] = [noted, record.current].map((item) =>
    countOpenDeliveries(item, listEnabledWebhooks(run)),
  );
  run.count.exhausted += Math.max(0, (owed ?? 0) - (left ?? 0));
}

/** What no webhook waits for goes to the history. */
export async function archiveFinished(run: DeliveryRun, record: OpenRecord): Promise<void> {
  await record.update((fresh) => withoutFinished(run, fresh));
}

async function disableDead(run: DeliveryRun, attempts: readonly Attempt[]): Promise<void> {
  const { state, clock } = run.ports;
  for (const made of attempts) {
    const { webhook, outcome } = made;
    const { name } = webhook;
    if (run.disabled.has(name) || outcome.outcome === 'delivered' || !isLastAttempt(made, outcome)) continue;
    await decide(state, (controls) =>
      recordWebhookDisabled(controls, { name, reason: outcome.reason }, clock.now()),
    );
    run.disabled.add(name);
  }
}

function withAttempts(
  now: number,
  item: RecordedItem,
  attempts: readonly Attempt[],
  jitter: () => number,
): RecordedItem {
  const pending = item.outbox.pending.map((event) =>
    attempts
      .filter((made) => made.event.id === event.id)
      .reduce(
        (notified, { webhook, outcome }) => afterAttempt(notified, webhook, outcome, now, jitter()),
        event,
      ),
  );
  const isChanged = pending.some((event, index) => event !== item.outbox.pending[index]);
  return isChanged ? withPending(item, pending) : item;
}

function withPending(item: RecordedItem, pending: readonly PendingEvent[]): RecordedItem {
  return { ...item, outbox: { ...item.outbox, pending } };
}

/** Counts what the record says: another sender may have finished the same delivery meanwhile. */
function countAttempts({ count }: DeliveryRun, item: RecordedItem, attempts: readonly Attempt[]): void {
  for (const { event, webhook } of attempts) {
    const recorded = item.outbox.pending.find(({ id }) => id === event.id)?.deliveries[webhook.name];
    if (recorded?.state === 'delivered') count.delivered += 1;
    if (recorded?.state === 'exhausted') count.exhausted += 1;
  }
}

/**
 * History first: removed before it is written there, an event would be lost by a crash in between. A disabled webhook
 * keeps no event in its record, which has an end; what it misses is in the history, marked as given up. Whoever enables it
 * looks for that in the history; where they were earlier, the event stays and is delivered by the next run.
 */
async function withoutFinished(run: DeliveryRun, item: RecordedItem): Promise<RecordedItem> {
  const { history } = run.ports;
  const finished = listFinishedEvents(run, item);
  if (finished.length === 0) return item;
  const given = finished.map((event) =>
    abandonDelivery(event, listDisabledWebhooks(run), 'The webhook is disabled.'),
  );
  for (const event of given) await history.append(item, event);
  const isMissed = given.some((event) =>
    listDisabledWebhooks(run).some((webhook) => isAbandoned(event, webhook)),
  );
  if (isMissed) await forgetEnabled(run);
  const notified = new Set(isMissed ? listFinishedEvents(run, item) : finished);
  if (notified.size === 0) return item;
  return withPending(
    item,
    item.outbox.pending.filter((event) => !notified.has(event)),
  );
}

const listFinishedEvents = (run: DeliveryRun, { outbox }: RecordedItem) =>
  outbox.pending.filter((event) => isFinished(event, listEnabledWebhooks(run)));

/** A run may be as long as webhooks are slow: a person may have sent again what one has missed, and had it enabled again. */
async function forgetEnabled({ ports, disabled }: DeliveryRun): Promise<void> {
  const { disabledWebhooks } = await ports.state.readControls();
  const still = new Set(disabledWebhooks.map(({ name }) => name));
  for (const name of disabled) if (!still.has(name)) disabled.delete(name);
}

/** Remembers what the record still owes, in place of what an earlier lane saw of it. */
export function noteLeft(run: DeliveryRun, item: RecordedItem | undefined, subject: string): void {
  if (!item || (item.outbox.pending.length === 0 && !item.unreadable)) {
    run.left.delete(subject);
    return;
  }
  const times = [
    ...item.outbox.pending.map(({ time }) => time),
    ...(item.unreadable?.oldestEvent === undefined ? [] : [item.unreadable.oldestEvent]),
  ];
  const [oldest] = times.sort();
  run.left.set(subject, {
    waiting: countOpenDeliveries(item, listEnabledWebhooks(run)),
    isUnreadable: item.unreadable !== undefined,
    ...(oldest === undefined ? {} : { oldest }),
  });
}
