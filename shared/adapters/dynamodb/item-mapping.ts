import * as z from 'zod';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  formerAttributes,
  PENDING_PARTITION,
  HISTORY_DAYS,
  connectionHistoryPartition,
  connectionKey,
  controlsKey,
  controlsPartition,
  eventKey,
  homeKey,
  hooksHistoryPartition,
  hooksKey,
  leaseKey,
  providerHistoryPartition,
  providerKey,
  readingHistoryPartition,
  readingKey,
  sequenceText,
  tableAttributes,
} from '../../contract/table-keys.ts';
import {
  InvariantError,
  UpstreamError,
  UNREADABLE_ITEM,
  isUnreadableItem,
} from '../../domain/kernel/errors.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { Lease } from '../../domain/records/lease.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../domain/records/connection-record.ts';
import type { LogEntries } from '../../domain/kernel/errors.ts';
import { pendingEvent } from './stored-events.ts';
import { recordedItem, storedLease } from './stored-schema.ts';
import { DAY_SECONDS } from '../../domain/kernel/durations.ts';

/** An item as the document client gives and takes it. */
export type TableItem = Record<string, unknown>;

/**
 * Grows with every change of the stored form that an earlier release would misread. An item of a later version is
 * quarantined; an attribute that is only new does not change it.
 */
const SCHEMA_VERSION = 1;
export const schemaAttribute = 'schemaVersion';
export const schemaStamp: TableItem = { [schemaAttribute]: SCHEMA_VERSION };

/** Of records that are signed (signatures.ts). */
export const signatureAttribute = 'signature';

/** Stored under its first name, so that every release reads the items of every other. */
const STORED_NOTIFIED = 'told';

const keyAttributes: ReadonlySet<string> = new Set([
  ...Object.values(tableAttributes),
  ...Object.values(formerAttributes),
  schemaAttribute,
  signatureAttribute,
]);

export function toTableKey(item: RecordedItem): TableKey {
  switch (item.kind) {
    case 'connection':
      return item.home === undefined
        ? connectionKey(item.organizationId, item.connectionId)
        : homeKey(item.home, item.organizationId, item.connectionId);
    case 'provider':
      return providerKey(item.account, item.arn.slice(item.arn.indexOf('/') + 1));
    case 'controls':
      return controlsKey(item.account);
    case 'hooks':
      return hooksKey(item.organizationId);
    case 'reading':
      return readingKey(item.subject.of, item.subject.id);
  }
}

/** A loose schema's type has an index signature, which interfaces lack. */
type Loose<Schema extends z.ZodType> = z.output<Schema>;

/** Throws InvariantError for an item that could not be read again: better not written than never read. */
export function toTableItem(item: RecordedItem): TableItem {
  const key = toTableKey(item);
  if (item.unreadable) throw makeUnreadableError('read', key, item.unreadable.reason);
  const stored = z.safeEncode(recordedItem, item as Loose<typeof recordedItem>);
  if (!stored.success) throw makeUnreadableError('write', key, z.prettifyError(stored.error));
  return {
    ...key,
    ...pendingIndex(item),
    ...schemaStamp,
    ...renameField(stored.data, 'notified', STORED_NOTIFIED),
  };
}

function renameField(item: TableItem, from: string, to: string): TableItem {
  const { [from]: value, ...rest } = item;
  return value === undefined ? rest : { ...rest, [to]: value };
}

function pendingIndex({ outbox }: RecordedItem): TableItem {
  const [oldest] = outbox.pending.map(({ time, sequence }) => `${time}#${sequenceText(sequence)}`).sort();
  if (oldest === undefined) return {};
  return {
    [tableAttributes.pendingPartitionKey]: PENDING_PARTITION,
    [tableAttributes.pendingSortKey]: oldest,
  };
}

/** Throws UpstreamError, with the key, for an item that does not parse or lies under a key that is not its own. */
export function toRecordedItem(stored: TableItem): RecordedItem {
  const item = parseItem(recordedItem, renameField(stored, STORED_NOTIFIED, 'notified'));
  const key = toTableKey(item);
  if (hasTableKey(stored, key)) return item;
  throw makeUnreadableError(
    'read',
    stored,
    `It lies under the key of another item; its own is ${keyText(key)}.`,
  );
}

export function hasTableKey(stored: TableItem, { pk, sk }: TableKey): boolean {
  return stored['pk'] === pk && stored['sk'] === sk;
}

export const isConnection = (item: RecordedItem): item is RecordedConnection => item.kind === 'connection';

export const isProvider = (item: RecordedItem): item is RecordedProvider => item.kind === 'provider';

export function historyPartition(item: RecordedItem): string {
  switch (item.kind) {
    case 'connection':
      return connectionHistoryPartition(item.connectionId);
    case 'provider':
      return providerHistoryPartition(item.arn);
    case 'controls':
      return controlsPartition(item.account);
    case 'hooks':
      return hooksHistoryPartition(item.organizationId);
    case 'reading':
      return readingHistoryPartition(item.subject.of, item.subject.id);
  }
}

export function toHistoryItem(item: RecordedItem, event: PendingEvent): TableItem {
  const key = eventKey(historyPartition(item), event.sequence);
  const stored = z.safeEncode(pendingEvent, event as Loose<typeof pendingEvent>);
  if (!stored.success) throw makeUnreadableError('write', key, z.prettifyError(stored.error));
  return { ...key, ...makeExpiry(event.time, HISTORY_DAYS), ...schemaStamp, ...stored.data };
}

/** The time to live of an item (epoch seconds); the service deletes what has expired within days, not at once. */
export const makeExpiry = (time: string | number, days: number): Record<'ttl', number> => ({
  [tableAttributes.timeToLive]: Math.floor(new Date(time).getTime() / 1_000) + days * DAY_SECONDS,
});

export const toHistoryEvent = (stored: TableItem): PendingEvent => parseItem(pendingEvent, stored);

/** `undefined` when nobody holds it. */
export function toLease(account: AccountId, stored: TableItem): Lease | undefined {
  const { owner, leaseUntil, fence } = readableLease({ ...leaseKey(account), ...stored });
  return owner === undefined || leaseUntil === undefined
    ? undefined
    : { account, owner, fence, until: leaseUntil };
}

const readableLease = (stored: TableItem): z.output<typeof storedLease> =>
  readOrReplace(
    () => parseItem(storedLease, stored),
    (error) => {
      const fix =
        'It counts as held, and nothing is written in the account. Install the release that wrote it; or make sure that no run is writing, and delete the item.';
      throw new UpstreamError(error.code, `${error.message} ${fix}`, { cause: error });
    },
  );

/** The item without the attributes of keys and indexes. Throws UpstreamError for one of a later schema. */
export function parseItem<Schema extends z.ZodType>(schema: Schema, stored: TableItem): z.output<Schema> {
  const schemaVersion = stored[schemaAttribute] ?? SCHEMA_VERSION;
  if (typeof schemaVersion !== 'number' || schemaVersion > SCHEMA_VERSION)
    throw makeUnreadableError(
      'read',
      stored,
      `Its schemaVersion is ${JSON.stringify(schemaVersion)}; this release reads ${SCHEMA_VERSION}.`,
    );
  const own = Object.fromEntries(Object.entries(stored).filter(([name]) => !keyAttributes.has(name)));
  const parsed = schema.safeParse(own);
  if (parsed.success) return parsed.data;
  throw makeUnreadableError('read', stored, z.prettifyError(parsed.error));
}

/** What another release or another hand has stored is not azfed's own fault; what azfed would store is. */
export function makeUnreadableError(
  verb: 'read' | 'write',
  key: TableItem | TableKey,
  why: string,
): InvariantError | UpstreamError {
  const message = `Cannot ${verb} the item ${keyText(key)} of the table. ${why}`;
  return verb === 'read'
    ? new UpstreamError(UNREADABLE_ITEM, message)
    : new InvariantError(UNREADABLE_ITEM, message);
}

/** Of an item that this release cannot read otherwise. */
export const readVersion = ({ version }: TableItem): number => (typeof version === 'number' ? version : 0);

/** What stands for an item that this release cannot read is up to the kind of item. */
export function readOrReplace<Value>(read: () => Value, replace: (error: UpstreamError) => Value): Value {
  try {
    return read();
  } catch (error) {
    if (isUnreadableItem(error)) return replace(error);
    throw error;
  }
}

/** Those that this release can read. */
export const readReadable = <Item, Entry>(
  items: readonly Item[],
  read: (item: Item) => Entry,
): readonly Entry[] =>
  items.flatMap((item) =>
    readOrReplace(
      () => [read(item)],
      () => [],
    ),
  );

/** The entries of a log: one that another release wrote hides no other. */
export function readEntries<Entry>(
  items: readonly TableItem[],
  read: (item: TableItem) => Entry,
): LogEntries<Entry> {
  const entries = readReadable(items, read);
  return { entries, unreadable: items.length - entries.length };
}

export const keyText = ({ pk, sk }: TableItem | TableKey): string => `${String(pk)} ${String(sk)}`;
