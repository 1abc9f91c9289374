import { isChat, type Webhook } from '../../domain/configuration/configuration.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { dueDeliveries, dueGroups } from '../../domain/notify/delivery.ts';
import type { DeliveryOutcome, DueGroup } from '../../domain/notify/delivery.ts';
import type { Lane, LaneProgress } from '../../domain/notify/lane.ts';
import { afterOutcome, afterRun, laneWidth, startProgress } from '../../domain/notify/lane.ts';
import { formatItemSubject } from '../../domain/records/outbox.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import { noteLeft, recordAttempts, archiveFinished, type DeliveryRun } from './deliver-run.ts';
import type { OpenRecord } from './open-records.ts';

/** Some records, and where they stand in the index of what is pending. */
export interface RecordPage {
  readonly items: readonly RecordedItem[];
  /** What the page begins after; left out at the beginning. */
  readonly after?: string;
  /** What the next page begins after; left out at the end. */
  readonly next?: string;
}

/** Begins after a place; from the start without one. */
export type PageSource = (after: string | undefined) => AsyncIterable<RecordPage>;

/** The work for one receiver in one run; without a webhook it only archives what nobody waits for. */
interface LaneRun {
  readonly run: DeliveryRun;
  readonly webhook: Webhook | undefined;
  progress: LaneProgress;
  /** Sending failed on our own side: it would fail for every event. */
  isBroken: boolean;
  /** Records in a row for which nothing was to be done. */
  idle: number;
  /** Where the next sweep begins. */
  after: string | undefined;
}

/** A lane that only meets what it cannot send yet stops after so many records: reading them costs. */
const MOST_IDLE = 2_000;

/** Works through the pages until the end, the deadline, or a receiver that takes nothing. Resolves to the lane as it is then. */
export async function runLane(
  run: DeliveryRun,
  webhook: Webhook | undefined,
  lane: Lane,
  pages: PageSource,
): Promise<Lane> {
  const own: LaneRun = {
    run,
    webhook,
    progress: startProgress(lane),
    isBroken: false,
    idle: 0,
    after: lane.after,
  };
  const underWay = new Set<Promise<void>>();
  for await (const item of readItems(own, pages)) {
    const work: Promise<void> = processItem(own, item).finally(() => underWay.delete(work));
    underWay.add(work);
    while (underWay.size >= getWidth(own)) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return afterRun(lane, own.progress, own.after, run.ports.clock.now());
}

/** How many records at once. People read a chat in order, and its service takes about a message a second. */
function getWidth({ webhook, progress }: LaneRun): number {
  return webhook && isChat(webhook) ? 1 : laneWidth(progress);
}

function isRunning({ run, webhook, progress, isBroken, idle }: LaneRun): boolean {
  const isOver = run.ports.clock.now() >= run.deadline || idle >= MOST_IDLE;
  return !isOver && !progress.isStopped && !isBroken && !isDisabled(run, webhook);
}

const isDisabled = ({ disabled }: DeliveryRun, webhook: Webhook | undefined) =>
  webhook !== undefined && disabled.has(webhook.name);

async function* readItems(own: LaneRun, pages: PageSource): AsyncGenerator<RecordedItem> {
  for await (const page of pages(own.after)) {
    own.after = page.after;
    for (const item of await deliverGroups(own, page.items)) {
      yield item;
      if (!isRunning(own)) return;
    }
    own.after = page.next;
    if (!isRunning(own)) return;
  }
}

/** What fails for one record does not keep the others waiting. */
async function processItem(own: LaneRun, item: RecordedItem): Promise<void> {
  const { run } = own;
  const subject = formatItemSubject(item);
  noteLeft(run, item, subject);
  try {
    await run.records.use(item, async (record) => {
      let sent = 0;
      while (await sendNext(own, record)) sent += 1;
      own.idle = sent > 0 ? 0 : own.idle + 1;
      await archiveFinished(run, record);
      noteLeft(run, record.current, subject);
    });
  } catch (error) {
    run.failures.push(error);
  }
}

/** False when nothing more can be sent of this record now. */
async function sendNext(own: LaneRun, record: OpenRecord): Promise<boolean> {
  const { run, webhook } = own;
  const { clock, sender, random } = run.ports;
  if (!webhook || !record.current || !isRunning(own)) return false;
  const [due] = dueDeliveries(record.current, [webhook], clock.now());
  if (!due) return false;
  const outcome = await trySending(own, () => sender.send(webhook, due.event));
  if (!outcome) return false;
  await recordAttempts(run, record, [{ ...due, outcome }], random);
  return true;
}

/** What it came to; a sender that throws is our own trouble and no attempt. */
async function trySending(
  own: LaneRun,
  send: () => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome | undefined> {
  const { clock } = own.run.ports;
  const begun = clock.now();
  try {
    const outcome = await send();
    own.progress = afterOutcome(own.progress, outcome, clock.now() - begun);
    return outcome;
  } catch (error) {
    if (!own.isBroken) own.run.failures.push(error);
    own.isBroken = true;
    return undefined;
  }
}

/** Sends to a chat what would be too many messages. Resolves to the records as they are then. */
async function deliverGroups(own: LaneRun, items: readonly RecordedItem[]): Promise<readonly RecordedItem[]> {
  const { run, webhook } = own;
  if (!webhook || !isChat(webhook)) return items;
  const records = new Map(items.map((item) => [formatItemSubject(item), item]));
  for (;;) {
    const [group] = isRunning(own) ? dueGroups([...records.values()], [webhook], run.ports.clock.now()) : [];
    if (!group) return [...records.values()];
    const outcome = await sendGroup(own, group);
    if (!outcome) return [...records.values()];
    // What was refused together comes back together.
    const jitter = run.ports.random();
    for (const [subject, entries] of groupItems(group.entries, ({ event }) => event.subject)) {
      const item = records.get(subject);
      records.delete(subject);
      const notified = item && (await recordGroup(own, item, { ...group, entries }, outcome, () => jitter));
      if (notified) records.set(subject, notified);
    }
  }
}

async function sendGroup(
  own: LaneRun,
  { webhook, entries }: DueGroup<RecordedItem>,
): Promise<DeliveryOutcome | undefined> {
  const { sender } = own.run.ports;
  const events = entries.map(({ event }) => event);
  return trySending(own, () => sender.sendTogether(webhook, events));
}

/** A record that cannot be written is left to the next run: what it owes would be sent again and again in this one. */
async function recordGroup(
  { run }: LaneRun,
  item: RecordedItem,
  { webhook, entries }: DueGroup<RecordedItem>,
  outcome: DeliveryOutcome,
  jitter: () => number,
): Promise<RecordedItem | undefined> {
  let notified: RecordedItem | undefined;
  const subject = formatItemSubject(item);
  noteLeft(run, item, subject);
  try {
    await run.records.use(item, async (record) => {
      const attempts = entries.map(({ event }) => ({ event, webhook, outcome }));
      await recordAttempts(run, record, attempts, jitter);
      notified = record.current;
      noteLeft(run, notified, subject);
    });
  } catch (error) {
    run.failures.push(error);
  }
  return notified;
}
