import * as z from 'zod';
import type { TableKey } from '../../contract/table-keys.ts';
import {
  CONTROLS_PARTITION,
  PENDING_PARTITION,
  HISTORY_DAYS,
  accountPartition,
  connectionHistoryPartition,
  connectionKey,
  controlsKey,
  eventKey,
  hooksHistoryPartition,
  hooksKey,
  leaseKey,
  providerHistoryPartition,
  providerKey,
  sequenceText,
  tableAttributes,
} from '../../contract/table-keys.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { PendingEvent } from '../../domain/event.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Lease } from '../../domain/lease.ts';
import type { RecordedConnection, RecordedItem, RecordedProvider } from '../../domain/recorded.ts';
import { pendingEvent } from './stored-events.ts';
import { recordedItem, storedLease } from './stored-schema.ts';

/** An item as the document client gives and takes it. */
export type TableItem = Record<string, unknown>;

const DAY_SECONDS = 86_400;
const keyAttributes: ReadonlySet<string> = new Set(Object.values(tableAttributes));

export function keyOf(item: RecordedItem): TableKey {
  switch (item.kind) {
    case 'connection':
      return connectionKey(item.organizationId, item.connectionId);
    case 'provider':
      return providerKey(item.account, item.arn.slice(item.arn.indexOf('/') + 1));
    case 'controls':
      return controlsKey;
    case 'hooks':
      return hooksKey(item.organizationId);
  }
}

/** Throws InvariantError for an item that could not be read again: better not written than never read. */
export function toTableItem(item: RecordedItem): TableItem {
  const key = keyOf(item);
  const stored = z.safeEncode(recordedItem, item);
  if (!stored.success) throw unreadable('write', key, z.prettifyError(stored.error));
  return { ...key, ...accountIndex(item), ...pendingIndex(item), ...stored.data };
}

function accountIndex(item: RecordedItem): TableItem {
  if (item.kind !== 'connection' || !item.role) return {};
  return {
    [tableAttributes.accountPartitionKey]: accountPartition(item.role.account),
    [tableAttributes.accountSortKey]: keyOf(item).sk,
  };
}

function pendingIndex({ outbox }: RecordedItem): TableItem {
  const [oldest] = outbox.pending.map(({ time, sequence }) => `${time}#${sequenceText(sequence)}`).sort();
  if (oldest === undefined) return {};
  return {
    [tableAttributes.pendingPartitionKey]: PENDING_PARTITION,
    [tableAttributes.pendingSortKey]: oldest,
  };
}

/** Throws InvariantError, with the key, for an item that does not parse or lies under a key that is not its own. */
export function toRecordedItem(stored: TableItem): RecordedItem {
  const item = parseItem(recordedItem, stored);
  const key = keyOf(item);
  if (isAt(stored, key)) return item;
  throw unreadable('read', stored, `It lies under the key of another item; its own is ${keyText(key)}.`);
}

export function isAt(stored: TableItem, { pk, sk }: TableKey): boolean {
  return stored['pk'] === pk && stored['sk'] === sk;
}

export function isConnection(item: RecordedItem): item is RecordedConnection {
  return item.kind === 'connection';
}

export function isProvider(item: RecordedItem): item is RecordedProvider {
  return item.kind === 'provider';
}

export function historyPartition(item: RecordedItem): string {
  switch (item.kind) {
    case 'connection':
      return connectionHistoryPartition(item.connectionId);
    case 'provider':
      return providerHistoryPartition(item.arn);
    case 'controls':
      return CONTROLS_PARTITION;
    case 'hooks':
      return hooksHistoryPartition(item.organizationId);
  }
}

export function toHistoryItem(item: RecordedItem, event: PendingEvent): TableItem {
  const key = eventKey(historyPartition(item), event.sequence);
  const stored = z.safeEncode(pendingEvent, event);
  if (!stored.success) throw unreadable('write', key, z.prettifyError(stored.error));
  const ttl = Math.floor(Date.parse(event.time) / 1000) + HISTORY_DAYS * DAY_SECONDS;
  return { ...key, [tableAttributes.timeToLive]: ttl, ...stored.data };
}

export function toHistoryEvent(stored: TableItem): PendingEvent {
  return parseItem(pendingEvent, stored);
}

/** `undefined` when nobody holds it. */
export function toLease(account: AccountId, stored: TableItem): Lease | undefined {
  const { owner, leaseUntil, fence } = parseItem(storedLease, { ...leaseKey(account), ...stored });
  return owner === undefined || leaseUntil === undefined
    ? undefined
    : { account, owner, fence, until: leaseUntil };
}

/** The item without the attributes of keys and indexes. */
export function parseItem<Schema extends z.ZodType>(schema: Schema, stored: TableItem): z.output<Schema> {
  const own = Object.fromEntries(Object.entries(stored).filter(([name]) => !keyAttributes.has(name)));
  const parsed = schema.safeParse(own);
  if (parsed.success) return parsed.data;
  throw unreadable('read', stored, z.prettifyError(parsed.error));
}

export function unreadable(deed: 'read' | 'write', key: TableItem | TableKey, why: string): InvariantError {
  return new InvariantError(
    'state.unreadable-item',
    `Cannot ${deed} the item ${keyText(key)} of the table. ${why}`,
  );
}

export function keyText({ pk, sk }: TableItem | TableKey): string {
  return `${String(pk)} ${String(sk)}`;
}
