import type { PendingEvent, Run } from './event.ts';
import type { EventData, EventType } from './event-catalogue.ts';
import { readIssuer } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { RecordedConnection, RecordedItem } from './connection-record.ts';
import { formatInstant } from '../kernel/durations.ts';

/** Where an item stands among all that events can be about; no two items have the same. */
export function formatItemSubject(item: RecordedItem): string {
  switch (item.kind) {
    case 'connection':
      return `org/${item.organizationId}/connection/${item.connectionId}`;
    case 'provider':
      return `account/${item.account}/provider/${readIssuer(item.arn)}`;
    case 'controls':
      return item.account === undefined ? 'deployment' : `account/${item.account}/controls`;
    case 'hooks':
      return `org/${item.organizationId}/hooks`;
    case 'reading':
      return `${item.subject.of === 'organization' ? 'org' : 'account'}/${item.subject.id}/reading`;
  }
}

/** Of a connection among those of several organizations. */
export const makeConnectionKey = ({
  organizationId,
  connectionId,
}: Pick<RecordedConnection, 'organizationId' | 'connectionId'>): string =>
  `${organizationId} ${connectionId}`;

/**
 * The item with one more event to be told. Its id is the item and a number that only grows: the same in every retry,
 * and, because it is never behind the clock (epoch milliseconds), not used again after the table was lost or set back.
 */
export function appendEvent<Item extends RecordedItem, Type extends EventType>(
  item: Item,
  type: Type,
  data: EventData<Type>,
  now: number,
): Item {
  const { pending, nextSequence } = item.outbox;
  const sequence = Math.max(nextSequence, now);
  const subject = formatItemSubject(item);
  const event: PendingEvent = {
    id: `evt_${subject.replaceAll(/[^0-9a-z]+/gi, '-')}_${sequence}`,
    sequence,
    type,
    time: formatInstant(now),
    subject,
    data,
    deliveries: {},
  };
  return { ...item, outbox: { pending: [...pending, event], nextSequence: sequence + 1 } };
}

/** The item whose new events, those that `before` had not, tell in which run they happened. */
export function stampRun<Item extends RecordedItem>(
  item: Item,
  before: RecordedItem | undefined,
  run: Run,
): Item {
  const first = before?.outbox.nextSequence ?? 0;
  const { pending, nextSequence } = item.outbox;
  if (nextSequence === first) return item;
  const stamped = pending.map((event) => (event.sequence >= first ? { ...event, run } : event));
  return { ...item, outbox: { pending: stamped, nextSequence } };
}

/**
 * What was to be written over `before`, for a table that holds `now`: events of it were delivered meanwhile. `undefined`
 * when anything else of it has changed, for that may have been somebody's decision.
 */
export function rebaseItem<Item extends RecordedItem>(now: Item, before: Item, next: Item): Item | undefined {
  if (!isOnlyNotified(now, before)) return undefined;
  const had = new Set(before.outbox.pending.map(({ id }) => id));
  const added = next.outbox.pending.filter(({ id }) => !had.has(id));
  const { nextSequence } = next.outbox;
  // Discovery may have moved it meanwhile.
  const home = now.kind === 'connection' && now.home !== undefined ? { home: now.home } : {};
  return {
    ...next,
    ...home,
    version: now.version,
    outbox: { pending: [...now.outbox.pending, ...added], nextSequence },
  };
}

/** Whether the items differ at most in which of their events were delivered. */
export const isOnlyNotified = (now: RecordedItem, before: RecordedItem): boolean =>
  now.outbox.nextSequence === before.outbox.nextSequence && withoutOutbox(now) === withoutOutbox(before);

function withoutOutbox(item: RecordedItem): string {
  const {
    version: _,
    outbox: __,
    ...rest
  } = item.kind === 'connection' ? { ...item, home: undefined } : item;
  return canonicalJson(rest);
}

/** An item that is not in the table yet. */
export function newConnection(
  of: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references' | 'home'>,
): RecordedConnection {
  return {
    kind: 'connection',
    ...of,
    version: 0,
    earlier: [],
    notified: [],
    outbox: { pending: [], nextSequence: 1 },
  };
}
