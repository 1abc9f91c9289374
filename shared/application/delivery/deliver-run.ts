import type { Webhook } from '../../domain/configuration/configuration.ts';
import { recordWebhookDisabled } from '../../domain/guard/controls-recording.ts';
import { afterAttempt, isLastAttempt } from '../../domain/notify/delivery.ts';
import type { DeliveryOutcome, DueDelivery } from '../../domain/notify/delivery.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventSender } from '../../ports/queue.ts';
import type { HistoryStore, StateStore } from '../../ports/state.ts';
import { decide } from '../records/records.ts';

export interface DeliverPorts {
  readonly state: StateStore;
  readonly history: HistoryStore;
  readonly sender: EventSender;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** After so many refusals in a row a webhook is left alone for the rest of the run: each may cost the whole deadline. */
const PATIENCE = 5;

/** One run over some records. */
export interface Run {
  readonly ports: DeliverPorts;
  readonly webhooks: readonly Webhook[];
  /** Whether it is sent to in this run; what it is not sent stays owed. */
  readonly isTurn: (webhook: Webhook) => boolean;
  /** Names of webhooks that are not tried until a person sends again what they have missed. */
  readonly disabled: Set<string>;
  /** Refusals in a row, by webhook; infinite once sending failed on our own side. */
  readonly refusals: Map<string, number>;
  readonly failures: unknown[];
  /** Subjects of records that could not be written in this run; they are left to the next one. */
  readonly lost: Set<string>;
  readonly count: { delivered: number; waiting: number; exhausted: number };
}

export interface Attempt extends DueDelivery {
  readonly outcome: DeliveryOutcome;
}

export const listEnabledWebhooks = ({ webhooks, disabled }: Run) =>
  webhooks.filter(({ name }) => !disabled.has(name));
export const listDisabledWebhooks = ({ webhooks, disabled }: Run) =>
  webhooks.filter(({ name }) => disabled.has(name));

/** Those that are sent to now. */
export const listPatientWebhooks = (run: Run) =>
  listEnabledWebhooks(run).filter(
    (webhook) => run.isTurn(webhook) && (run.refusals.get(webhook.name) ?? 0) < PATIENCE,
  );

/** What it came to; a sender that throws is our own trouble and no attempt. */
export async function trySending(
  { refusals, failures }: Run,
  { name }: Webhook,
  send: () => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome | undefined> {
  try {
    const outcome = await send();
    refusals.set(name, outcome.outcome === 'refused' ? (refusals.get(name) ?? 0) + 1 : 0);
    return outcome;
  } catch (error) {
    refusals.set(name, Infinity);
    failures.push(error);
    return undefined;
  }
}

export async function disableDead(run: Run, attempts: readonly Attempt[]): Promise<void> {
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

export function withAttempts(
  { clock, random }: Pick<DeliverPorts, 'clock' | 'random'>,
  item: RecordedItem,
  attempts: readonly Attempt[],
): RecordedItem {
  const now = clock.now();
  const pending = item.outbox.pending.map((event) =>
    attempts
      .filter((made) => made.event.id === event.id)
      .reduce(
        (notified, { webhook, outcome }) => afterAttempt(notified, webhook, outcome, now, random()),
        event,
      ),
  );
  const isChanged = pending.some((event, index) => event !== item.outbox.pending[index]);
  return isChanged ? withPending(item, pending) : item;
}

export function withPending(item: RecordedItem, pending: readonly PendingEvent[]): RecordedItem {
  return { ...item, outbox: { ...item.outbox, pending } };
}

/** Counts what the record says: another sender may have settled the same delivery meanwhile. */
export function countAttempts({ count }: Run, item: RecordedItem, attempts: readonly Attempt[]): void {
  for (const { event, webhook } of attempts) {
    const recorded = item.outbox.pending.find(({ id }) => id === event.id)?.deliveries[webhook.name];
    if (recorded?.state === 'delivered') count.delivered += 1;
    if (recorded?.state === 'exhausted') count.exhausted += 1;
  }
}
