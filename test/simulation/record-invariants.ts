import { formatItemSubject } from '../../shared/domain/records/outbox.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
  RecordedRole,
} from '../../shared/domain/records/connection-record.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import { note } from './memory.ts';
import type { World } from './world.ts';
import { PLANTED } from './world.ts';

/** I7 and I10, read off one write to the table. */
export function checkRecordWrite(
  world: World,
  before: RecordedItem | undefined,
  after: RecordedItem,
): readonly string[] {
  const subject = formatItemSubject(after);
  noteFailures(world, freshEvents(before, after));
  const notified = freshEvents(before, after).filter(isDone).length;
  const meant = fulfilled(world, before, after);
  return [
    ...(JSON.stringify(after).includes(PLANTED) ? [`I10 the record of ${subject} holds a secret`] : []),
    ...(notified === meant ? [] : [`I7 ${subject}: ${notified} events for ${meant} changes`]),
    ...uncounted(before, after).map((id) => `I7 ${subject}: the record does not count that ${id} failed`),
    ...(lost(world, before, after) ? [`I7 ${subject}: an event that was not delivered is gone`] : []),
  ];
}

/** Changes that an event says to have failed, and that the record does not keep as failing. */
function uncounted(before: RecordedItem | undefined, after: RecordedItem): readonly string[] {
  if (after.kind !== 'connection') return [];
  const kept = new Set((after.failing ?? []).map(({ changeId }) => changeId));
  return freshEvents(before, after)
    .filter(({ type }) => type === 'connection.failed.v1')
    .map(({ data }) => (data['action'] as { changeId: string }).changeId)
    .filter((id) => !kept.has(id));
}

function noteFailures({ memory }: World, events: readonly PendingEvent[]): void {
  for (const { type, data } of events)
    if (type === 'connection.failed.v1')
      memory.notifiedFailures.add((data['action'] as { changeId: string }).changeId);
}

/** How many changes this write declares done. */
function fulfilled(world: World, before: RecordedItem | undefined, after: RecordedItem): number {
  switch (after.kind) {
    case 'connection':
      return fulfilRoles(world, before, after);
    case 'provider':
      return fulfilProvider(before, after);
    case 'controls':
    case 'hooks':
    case 'reading':
      return 0;
  }
}

/** How many changes of roles this write declares done. */
function fulfilRoles(world: World, before: RecordedItem | undefined, after: RecordedConnection): number {
  const fulfilled = claims(after).filter(
    ({ arn, intent }) => !intent && isMeant(world, findClaim(before, arn)?.intent),
  );
  for (const { arn } of fulfilled) world.memory.unspecified.delete(arn);
  const left = (after.releasing ?? []).map(({ arn }) => arn);
  const begun = before?.kind === 'connection' ? (before.releasing ?? []) : [];
  for (const { arn } of begun) if (!left.includes(arn)) world.memory.unspecified.delete(arn);
  for (const { arn, id } of claims(after)) if (id) adopt(world, findClaim(before, arn), id);
  return fulfilled.length;
}

/** An intent of the future was forged: it counts for nothing (I19), and nothing is told when it is dropped. */
const isMeant = ({ clock }: World, intent: RecordedRole['intent']) =>
  intent !== undefined && intent.at <= clock.now() + 5 * 60_000;

function fulfilProvider(before: RecordedItem | undefined, after: RecordedProvider): number {
  return before?.kind === 'provider' && before.intent && !after.intent ? 1 : 0;
}

function adopt({ memory }: World, before: RecordedRole | undefined, id: NonNullable<RecordedRole['id']>) {
  if (before?.id === id || !memory.doubtful.has(id)) return;
  memory.doubtful.delete(id);
  note(memory, 'unknown-outcome create adopted');
}

const claims = (item: RecordedConnection) => [...(item.role ? [item.role] : []), ...item.earlier];

const findClaim = (item: RecordedItem | undefined, arn: RecordedRole['arn']) =>
  item?.kind === 'connection' ? claims(item).find((role) => role.arn === arn) : undefined;

function freshEvents(before: RecordedItem | undefined, { outbox }: RecordedItem): readonly PendingEvent[] {
  const from = before?.outbox.nextSequence ?? 1;
  return outbox.pending.filter(({ sequence }) => sequence >= from);
}

/** It tells that a change is true, and not that one was seen, held or failed. */
export function isDone({ data }: PendingEvent): boolean {
  const action = data['action'];
  return (
    typeof action === 'object' &&
    action !== null &&
    'decision' in action &&
    (action.decision === 'done' || action.decision === 'narrowed')
  );
}

/** Events leave a record only for the history, and when every webhook has them or they were given up. */
function lost({ memory }: World, before: RecordedItem | undefined, after: RecordedItem): boolean {
  const left = new Set(after.outbox.pending.map(({ id }) => id));
  return (before?.outbox.pending ?? []).some(({ id }) => !left.has(id) && !memory.finished.has(id));
}

/** An event that is in the history, and is owed to nobody any more. */
export function noteSynced({ memory, configuration }: World, { id, deliveries }: PendingEvent): void {
  const isFinished = configuration.webhooks.every(({ name }) => {
    const delivery = deliveries[name];
    return delivery && delivery.state !== 'waiting';
  });
  if (isFinished) memory.finished.add(id);
}
