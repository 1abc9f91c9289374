import type { Webhook } from '../../domain/configuration/configuration.ts';
import { isOpenLane, newLane, type Lane } from '../../domain/notify/lane.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { StateStore } from '../../ports/state.ts';
import { listEnabledWebhooks, type DeliverPorts, type DeliveryRun } from './deliver-run.ts';
import { runLane, type PageSource, type RecordPage } from './lanes.ts';
import { OpenRecords } from './open-records.ts';

/** Counted in deliveries: one event to one webhook. */
export interface DeliverySummary {
  readonly delivered: number;
  /** Still owed when the run ended, by the records that it has read. */
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
  readonly isTurn?: (webhook: Webhook, lane: Lane) => boolean;
  /** Epoch milliseconds after which nothing is sent any more; what is under way ends. Default: no end. */
  readonly deadline?: number;
}

/** Sends what is due from the outboxes of all records. */
export async function deliver(
  ports: DeliverPorts,
  webhooks: readonly Webhook[],
  options: DeliverOptions = {},
): Promise<DeliverySummary> {
  return deliverPages(ports, webhooks, (after) => readPages(ports.state, after), options);
}

/** Sends what is due from the outboxes of these records. Where the sweep stands is not touched. */
export async function deliverItems(
  ports: DeliverPorts,
  webhooks: readonly Webhook[],
  items: readonly RecordedItem[],
  options: DeliverOptions = {},
): Promise<DeliverySummary> {
  return deliverPages(ports, webhooks, (after) => onePage(items, after), options);
}

/** Each page when it is needed: what another lane, or the stream, has sent meanwhile is not in it any more. */
async function* readPages(state: StateStore, start: string | undefined): AsyncGenerator<RecordPage> {
  let after = start;
  do {
    const { items, next } = await state.readPending(after === undefined ? {} : { after });
    yield { items, ...(after === undefined ? {} : { after }), ...(next === undefined ? {} : { next }) };
    after = next;
  } while (after !== undefined);
}

// oxlint-disable-next-line typescript/require-await -- what is read page by page elsewhere is here already
async function* onePage(
  items: readonly RecordedItem[],
  after: string | undefined,
): AsyncGenerator<RecordPage> {
  const place = after === undefined ? {} : { after };
  yield { items, ...place, ...(after === undefined ? {} : { next: after }) };
}

/**
 * One lane for each webhook, side by side: none waits for another. At least once: an event leaves its record only when it is
 * finished and in the history, so a crash anywhere repeats at worst an event under its own id. What fails for one record or
 * webhook is thrown at the end, as FailedDelivery.
 */
async function deliverPages(
  ports: DeliverPorts,
  webhooks: readonly Webhook[],
  pages: PageSource,
  { isTurn = () => true, deadline = Infinity }: DeliverOptions,
): Promise<DeliverySummary> {
  const [{ disabledWebhooks }, lanes] = await Promise.all([ports.state.readControls(), ports.lanes.read()]);
  const run: DeliveryRun = {
    ports,
    webhooks,
    deadline,
    disabled: new Set(disabledWebhooks.map(({ name }) => name)),
    records: new OpenRecords(ports.state),
    failures: [],
    left: new Map(),
    count: { delivered: 0, exhausted: 0 },
  };
  const now = ports.clock.now();
  const open = listEnabledWebhooks(run)
    .map((webhook) => ({ webhook, lane: lanes.get(webhook.name) ?? newLane }))
    .filter(({ webhook, lane }) => isOpenLane(lane, now) && isTurn(webhook, lane));
  for (const outcome of await Promise.allSettled(
    open.map(({ webhook, lane }) => workLane(run, webhook, lane, pages)),
  ))
    if (outcome.status === 'rejected') run.failures.push(outcome.reason);
  // Events that nobody waits for go to the history all the same; a lane ends where its webhook is disabled.
  const isDisabledNow = open.some(({ webhook }) => run.disabled.has(webhook.name));
  if (open.length === 0 || isDisabledNow)
    await runLane(run, undefined, newLane, pages).catch((error: unknown) => {
      run.failures.push(error);
    });
  run.failures.push(...(await run.records.flush()));
  const summary = summarizeDelivery(run);
  if (run.failures.length > 0) throw new FailedDelivery(summary, run.failures);
  return summary;
}

async function workLane(run: DeliveryRun, webhook: Webhook, lane: Lane, pages: PageSource): Promise<void> {
  const after = await runLane(run, webhook, lane, pages);
  if (after !== lane) await run.ports.lanes.write(webhook.name, after);
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

function summarizeDelivery({ left, count }: DeliveryRun): DeliverySummary {
  const records = [...left.values()];
  const [oldest] = records.flatMap(({ oldest }) => oldest ?? []).sort();
  return {
    ...count,
    waiting: records.reduce((sum, { waiting }) => sum + waiting, 0),
    unreadable: records.filter(({ isUnreadable }) => isUnreadable).length,
    ...(oldest === undefined ? {} : { oldest }),
  };
}
