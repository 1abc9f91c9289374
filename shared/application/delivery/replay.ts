import type { Webhook } from '../../domain/configuration/configuration.ts';
import { recordWebhookEnabled } from '../../domain/guard/controls-recording.ts';
import { afterAttempt, isAbandoned } from '../../domain/notify/delivery.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { ConnectionId } from '../../domain/kernel/ids.ts';
import type { Person } from '../../domain/records/deployment-record.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { RecordHistory } from '../../ports/state.ts';
import { decide, update } from '../records/records.ts';
import type { DeliverPorts } from './deliver-run.ts';
import { testEvent, type TestDelivery } from '../../domain/doctor/webhook-checks.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/queue.ts';
import { captureReading } from '../../domain/kernel/result.ts';

export type ReplayPorts = DeliverPorts & { readonly history: RecordHistory };

/** What is to be sent again. */
export interface ReplayScope {
  /** Epoch milliseconds: only events of that time and later. */
  readonly since?: number;
  readonly connection?: ConnectionId;
}

/** What came of it for one webhook. */
export interface Replay {
  readonly webhook: string;
  readonly sent: number;
  /** Entries of the history that cannot be read: what they tell of is not sent. */
  readonly unreadable: number;
  /** Why the webhook did not take an event; it and those after it were not sent. */
  readonly refusal?: string;
  /** It was disabled, and is enabled again. */
  readonly isEnabled: boolean;
  /** Events beyond the scope that it has missed, and that were not sent. Left out: none. */
  readonly left?: number;
}

interface Missed {
  readonly item: RecordedItem;
  readonly event: PendingEvent;
}

/**
 * Sends again what was given up for a webhook, oldest first and under the same ids, as long as it takes them; only then
 * is a disabled one told again, so that nothing new overtakes what it has missed. `items`: the records that their
 * events are about.
 */
export async function replay(
  ports: ReplayPorts,
  webhook: Webhook,
  items: readonly RecordedItem[],
  scope: ReplayScope,
  by: Person,
): Promise<Replay> {
  const first = await sendMissed(ports, webhook, items, scope);
  if (first.refusal !== undefined) return { webhook: webhook.name, ...first, isEnabled: false };
  await reopen(ports, webhook, items);
  const enabled = await decide(ports.state, (controls) =>
    recordWebhookEnabled(controls, webhook.name, by, ports.clock.now()),
  );
  // What was given up between the first look and the end of being disabled.
  const last = await sendMissed(ports, webhook, items, scope);
  const left = await countLeft(ports, webhook, items, scope);
  return {
    webhook: webhook.name,
    ...last,
    sent: first.sent + last.sent,
    isEnabled: enabled !== undefined,
    ...(left === 0 ? {} : { left }),
  };
}

async function sendMissed(
  ports: ReplayPorts,
  webhook: Webhook,
  items: readonly RecordedItem[],
  scope: ReplayScope,
): Promise<Pick<Replay, 'sent' | 'unreadable' | 'refusal'>> {
  const { missed, unreadable } = await readMissed(ports, webhook, items, scope);
  for (const [sent, { item, event }] of missed.entries()) {
    // One whose secret cannot be read does not stop the others.
    const tried = await captureReading(() => ports.sender.send(webhook, event));
    if (tried.state === 'unknown') return { sent, unreadable, refusal: tried.message };
    const outcome = tried.value;
    if (outcome.outcome !== 'delivered') return { sent, unreadable, refusal: outcome.reason };
    await ports.history.append(item, afterAttempt(event, webhook, outcome, ports.clock.now(), 0));
  }
  return { sent: missed.length, unreadable };
}

/** What the webhook is enabled without: a scope sends a part of what it has missed. */
async function countLeft(
  ports: ReplayPorts,
  webhook: Webhook,
  items: readonly RecordedItem[],
  scope: ReplayScope,
): Promise<number> {
  if (scope.since === undefined && scope.connection === undefined) return 0;
  return (await readMissed(ports, webhook, items, {})).missed.length;
}

async function readMissed(
  { history }: ReplayPorts,
  webhook: Webhook,
  items: readonly RecordedItem[],
  { since = -Infinity, connection }: ReplayScope,
): Promise<{ readonly missed: readonly Missed[]; readonly unreadable: number }> {
  const missed: Missed[] = [];
  let unreadable = 0;
  for (const item of items) {
    if (connection !== undefined && (item.kind !== 'connection' || item.connectionId !== connection))
      continue;
    const { entries, unreadable: left } = await history.readItemHistory(item);
    unreadable += left;
    for (const event of entries)
      if (isAbandoned(event, webhook) && Date.parse(event.time) >= since) missed.push({ item, event });
  }
  return { missed: missed.sort((a, b) => compare(a.event, b.event)), unreadable };
}

const compare = (a: PendingEvent, b: PendingEvent) =>
  Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence;

/** An event that was given up for this webhook and still waits for another one is delivered by the next run. */
async function reopen(
  { state }: ReplayPorts,
  webhook: Webhook,
  items: readonly RecordedItem[],
): Promise<void> {
  const isStuck = (event: PendingEvent) => isAbandoned(event, webhook);
  for (const item of items.filter(({ outbox }) => outbox.pending.some(isStuck)))
    await update(state, item, (fresh) => ({
      ...fresh,
      outbox: {
        ...fresh.outbox,
        pending: fresh.outbox.pending.map((event) => (isStuck(event) ? untried(event, webhook) : event)),
      },
    }));
}

function untried(event: PendingEvent, webhook: Webhook): PendingEvent {
  const others = Object.entries(event.deliveries).filter(([name]) => name !== webhook.name);
  return { ...event, deliveries: Object.fromEntries(others) };
}

interface TestPorts {
  readonly sender: EventSender;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Sends the webhook an event that tells of nothing, as all others are sent. */
export async function sendTest({ sender, clock, ids }: TestPorts, webhook: Webhook): Promise<TestDelivery> {
  const begun = clock.now();
  const outcome = await captureReading(() => sender.send(webhook, testEvent(webhook, begun, ids.next())));
  return { outcome, tookMs: clock.now() - begun };
}
