import { dueGroups } from '../../domain/notify/delivery.ts';
import type { DueGroup } from '../../domain/notify/delivery.ts';
import { groupBy } from '../../domain/kernel/group-by.ts';
import { subjectOf } from '../../domain/records/outbox.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { Attempt, Run } from './deliver-run.ts';
import { countAttempts, disableDead, listPatientWebhooks, trySending, withAttempts } from './deliver-run.ts';
import { update } from '../records/outbox-update.ts';

/** Sends to chats what would be too many messages. Resolves to the records as they are then. */
export async function deliverGroups(
  run: Run,
  items: readonly RecordedItem[],
): Promise<readonly RecordedItem[]> {
  const records = new Map(items.map((item) => [subjectOf(item), item]));
  for (;;) {
    const [group] = dueGroups([...records.values()], listPatientWebhooks(run), run.ports.clock.now());
    if (!group) return [...records.values()];
    const attempts = await sendGroup(run, group);
    // First, as for single events.
    await disableDead(run, attempts);
    // What was refused together comes back together.
    const jitter = run.ports.random();
    for (const [subject, own] of groupBy(attempts, ({ event }) => event.subject)) {
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
    run.lost.add(subjectOf(item));
    return undefined;
  }
}
