import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import type { RecordedHooks } from '../../shared/domain/records/hook-records.ts';
import { newHooks } from '../../shared/domain/records/hook-records.ts';
import type { AccountId, OrganizationId } from '../../shared/domain/kernel/ids.ts';
import { formatItemSubject } from '../../shared/domain/records/outbox.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import { newAccountControls, newControls } from '../../shared/domain/records/deployment-record.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../../shared/domain/records/connection-record.ts';
import type { RecordMover, PendingPage, PendingStart, StateStore } from '../../shared/ports/state.ts';
import type { ReadingSubject, RecordedReading } from '../../shared/domain/records/reading-record.ts';
import { newReading } from '../../shared/domain/records/reading-record.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

/** `items`: what it holds, by the subject of each item. */
export function createMemoryState(items = new Map<string, RecordedItem>()): StateStore & RecordMover {
  function refuseStale(item: RecordedItem): void {
    const key = formatItemSubject(item);
    if ((items.get(key)?.version ?? 0) !== item.version)
      throw new ConflictError('state.conflict', `${key} is not as it was when it was read.`);
  }

  function write<Item extends RecordedItem>(item: Item): Item {
    refuseStale(item);
    const key = formatItemSubject(item);
    const written = frozenCopy({ ...item, version: item.version + 1 });
    items.set(key, written);
    return written;
  }

  return {
    readConnections: (organization) =>
      toPromise(() => listConnections(items).filter(({ organizationId }) => organizationId === organization)),
    readProviders: (account) =>
      toPromise(() => listProviders(items).filter((provider) => provider.account === account)),
    readControls: (account) => toPromise(() => getControls(items, account)),
    readHooks: (organization) => toPromise(() => getHooks(items, organization)),
    readReading: (subject) => toPromise(() => getReading(items, subject)),
    write: (item) => toPromise(() => write(item)),
    writeTogether: (together) =>
      toPromise(() => {
        for (const item of together) refuseStale(item);
        return together.map((item) => write(item));
      }),
    move: (item, home) => toPromise(() => write({ ...item, home })),
    // What lies under the key of an item is of its kind.
    readAgain: <Item extends RecordedItem>(item: Item) =>
      toPromise(() => items.get(formatItemSubject(item)) as Item | undefined),
    readPending: (from) => toPromise(() => readPending(items, from)),
  };
}

/** In the order of the index: the oldest event of each item; of one time those first that were written first. */
function readPending(
  items: ReadonlyMap<string, RecordedItem>,
  { after = '', limit = 100 }: PendingStart = {},
): PendingPage {
  const entries = [...items.values()]
    .flatMap((item, index) => {
      const [oldest] = item.outbox.pending.map(({ time }) => time).sort();
      const place = `${oldest ?? ''}#${String(index).padStart(9, '0')}`;
      return oldest === undefined ? [] : [{ place, oldest, item }];
    })
    .filter(({ place }) => place > after)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const page = entries.slice(0, limit);
  const [first, last] = [page[0], page.at(-1)];
  return {
    items: page.map(({ item }) => item),
    ...(first ? { oldest: Date.parse(first.oldest) } : {}),
    ...(last && entries.length > limit ? { next: last.place } : {}),
  };
}

function listConnections(items: ReadonlyMap<string, RecordedItem>): RecordedConnection[] {
  return [...items.values()].filter((item) => item.kind === 'connection');
}

function listProviders(items: ReadonlyMap<string, RecordedItem>): RecordedProvider[] {
  return [...items.values()].filter((item) => item.kind === 'provider');
}

function getHooks(items: ReadonlyMap<string, RecordedItem>, organization: OrganizationId): RecordedHooks {
  const none = newHooks(organization);
  const found = items.get(formatItemSubject(none));
  return found?.kind === 'hooks' ? found : none;
}

function getControls(items: ReadonlyMap<string, RecordedItem>, account?: AccountId): RecordedControls {
  const none = account === undefined ? newControls : newAccountControls(account);
  const found = items.get(formatItemSubject(none));
  return found?.kind === 'controls' ? found : none;
}

function getReading(items: ReadonlyMap<string, RecordedItem>, subject: ReadingSubject): RecordedReading {
  const none = newReading(subject);
  const found = items.get(formatItemSubject(none));
  return found?.kind === 'reading' ? found : none;
}
