import { fc } from '../builders/fast-check.ts';
import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import { formatItemSubject } from '../../shared/domain/records/outbox.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { StateStore } from '../../shared/ports/state.ts';
import { anyRecordedItem } from '../builders/recorded-arbitraries.ts';
import {
  freshAccountId,
  freshOrganizationId,
  pendingEvent,
  recordedConnection,
  recordedProvider,
  shopRole,
} from '../builders/recorded-items.ts';

/** What a state store promises, on every implementation. Tests share one store and keep apart by fresh ids. */
export function stateContract(open: () => StateStore): void {
  const reread = (item: RecordedItem) => readAgain(open(), item);

  describe('what is written', () => {
    it('comes back exactly, one version on', async () => {
      const item = recordedConnection({ role: shopRole, notified: ['role.drifted'] });
      const written = await open().write(item);
      expect(written).toStrictEqual({ ...item, version: 1 });
      expect(await reread(item)).toStrictEqual([written]);
    });

    it('comes back exactly, whatever it is', async () => {
      await fc.assert(
        fc.asyncProperty(anyRecordedItem, async (item) => {
          const [known] = await reread(item);
          const written = await open().write({ ...item, version: known?.version ?? 0 });
          expect(await reread(item)).toStrictEqual([written]);
          expect(await open().readAgain(item)).toStrictEqual(written);
        }),
        { numRuns: 60 },
      );
    });

    it('is read again alone as it stands now; where there is none, nothing', async () => {
      const item = recordedConnection();
      expect(await open().readAgain(item)).toBeUndefined();
      const first = await open().write(item);
      const second = await open().write({ ...first, notified: ['role.drifted'] });
      expect(await open().readAgain(first)).toStrictEqual(second);
      expect(await open().readAgain(recordedProvider())).toBeUndefined();
    });

    it('is all of several items, or none of them where one is not as it was', async () => {
      const [one, two] = [recordedConnection({ role: shopRole }), recordedProvider()];
      const written = await open().writeTogether<RecordedItem>([one, two]);
      expect(written).toStrictEqual([
        { ...one, version: 1 },
        { ...two, version: 1 },
      ]);
      const first = written[0] ?? one;
      const changed = { ...first, notified: ['role.drifted'] } as RecordedItem;
      await expect(open().writeTogether<RecordedItem>([changed, two])).rejects.toBeInstanceOf(ConflictError);
      await expect(open().writeTogether<RecordedItem>([two, changed])).rejects.toBeInstanceOf(ConflictError);
      expect(await open().readAgain(one)).toStrictEqual(first);
      const again = await open().writeTogether<RecordedItem>([changed, ...written.slice(1)]);
      expect(again.map(({ version }) => version)).toEqual([2, 2]);
    });

    it('has no field for what is undefined', async () => {
      const event = pendingEvent(1, { data: { path: 'boundary', expected: 'b', actual: undefined } });
      const item = recordedConnection({ outbox: { pending: [event], nextSequence: 2 } });
      await open().write(item);
      const [read] = await reread(item);
      expect(read?.outbox.pending[0]?.data).toStrictEqual({ path: 'boundary', expected: 'b' });
    });

    it('is replaced as a whole by the next write', async () => {
      const item = recordedConnection({ role: shopRole });
      const first = await open().write(item);
      const { role: _, ...withoutRole } = first;
      const second = await open().write(withoutRole);
      expect(second.version).toBe(2);
      expect(await reread(item)).toStrictEqual([second]);
    });

    it('is not changed by what callers do to their own copies', async () => {
      const notified = ['role.drifted'];
      const item = recordedConnection({ notified });
      const asWritten = { ...structuredClone(item), version: 1 };
      const written = await open().write(item);
      notified.push('added by the writer');
      Reflect.set(written.outbox, 'nextSequence', 77);
      for (const read of await reread(item)) Reflect.set(read, 'told', ['added by a reader']);
      expect(await reread(item)).toStrictEqual([asWritten]);
    });
  });

  describe('a list', () => {
    it('holds every connection of the organization, over all pages, and no other', async () => {
      const organizationId = freshOrganizationId();
      const own = Array.from({ length: 7 }, () => recordedConnection({ organizationId }));
      for (const item of [...own, recordedConnection()]) await open().write(item);
      const ids = (await open().readConnections(organizationId)).map(({ connectionId }) => connectionId);
      expect(ids.sort()).toEqual(own.map(({ connectionId }) => connectionId).sort());
    });

    it('holds every provider of the account, over all pages, and no other', async () => {
      const account = freshAccountId();
      const own = Array.from({ length: 5 }, () => recordedProvider({ account }));
      for (const item of [...own, recordedProvider()]) await open().write(item);
      const arns = (await open().readProviders(account)).map(({ arn }) => arn);
      expect(arns.sort()).toEqual(own.map(({ arn }) => arn).sort());
    });

    it('is empty where nothing was written', async () => {
      expect(await open().readConnections(freshOrganizationId())).toEqual([]);
      expect(await open().readProviders(freshAccountId())).toEqual([]);
    });
  });

  describe('a write that rests on another version than the table holds', () => {
    it.each([
      { sentence: 'new, where an item is', stale: 0, kept: 2 },
      { sentence: 'one version behind', stale: 1, kept: 2 },
      { sentence: 'one version ahead', stale: 3, kept: 2 },
    ])('is refused and changes nothing: $sentence', async ({ stale, kept }) => {
      const item = recordedConnection();
      const latest = await open().write(await open().write(item));
      const attempt = open().write({ ...item, version: stale, notified: ['late'] });
      await expect(attempt).rejects.toBeInstanceOf(ConflictError);
      expect(latest.version).toBe(kept);
      expect(await reread(item)).toStrictEqual([latest]);
    });

    it('is refused where there is no item', async () => {
      const item = recordedProvider({ version: 4 });
      await expect(open().write(item)).rejects.toBeInstanceOf(ConflictError);
      expect(await reread(item)).toEqual([]);
    });

    it.each([0, 1])('loses a race that starts at version %i, exactly one writer wins', async (start) => {
      const item = recordedConnection();
      const from = start === 0 ? item : await open().write(item);
      const writers = ['a', 'b', 'c', 'd'].map((name) => open().write({ ...from, notified: [name] }));
      const outcomes = await Promise.allSettled(writers);
      const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(winners).toHaveLength(1);
      expect(losers.filter(({ reason }) => reason instanceof ConflictError)).toHaveLength(3);
      expect(await reread(item)).toStrictEqual(winners);
    });
  });

  describe('pending events', () => {
    it('are found from the write that brings them to the write that takes the last one away', async () => {
      const nextSequence = 3;
      const both = [pendingEvent(1), pendingEvent(2)];
      const first = await open().write(recordedConnection({ outbox: { pending: both, nextSequence } }));
      expect(await listPending(open(), first)).toStrictEqual([first]);
      const second = await open().write({ ...first, outbox: { pending: both.slice(1), nextSequence } });
      expect(await listPending(open(), first)).toStrictEqual([second]);
      await open().write({ ...second, outbox: { pending: [], nextSequence } });
      expect(await listPending(open(), first)).toEqual([]);
    });

    it('are found from the start by whoever comes with a place that means nothing', async () => {
      const outbox = { pending: [pendingEvent(1)], nextSequence: 2 };
      await open().write(recordedConnection({ outbox }));
      const { items, oldest } = await open().readPending({ after: '', limit: 1 });
      expect(items).toHaveLength(1);
      // Of any record that other tests have written: its events stand in any order.
      expect(oldest).toBe(Math.min(...(items[0]?.outbox.pending ?? []).map(({ time }) => Date.parse(time))));
    });

    it('are found over all pages, of connections and of providers', async () => {
      const outbox = { pending: [pendingEvent(1)], nextSequence: 2 };
      const items = [1, 2, 3].flatMap(() => [recordedConnection({ outbox }), recordedProvider({ outbox })]);
      const written: RecordedItem[] = [];
      for (const item of items) written.push(await open().write(item));
      const found = await listAllPending(open());
      expect(found).toEqual(expect.arrayContaining(written));
      expect(new Set(found.map(formatItemSubject)).size).toBe(found.length);
    });
  });
}

async function readAgain(store: StateStore, item: RecordedItem): Promise<RecordedItem[]> {
  const items = await readLike(store, item);
  return items.filter((other) => other.version > 0 && formatItemSubject(other) === formatItemSubject(item));
}

async function readLike(store: StateStore, item: RecordedItem): Promise<readonly RecordedItem[]> {
  switch (item.kind) {
    case 'connection':
      return store.readConnections(item.organizationId);
    case 'provider':
      return store.readProviders(item.account);
    case 'controls':
      return [await store.readControls(item.account)];
    case 'hooks':
      return [await store.readHooks(item.organizationId)];
    case 'reading':
      return [await store.readReading(item.subject)];
  }
}

async function listAllPending(store: StateStore): Promise<readonly RecordedItem[]> {
  const found: RecordedItem[] = [];
  let after: string | undefined;
  do {
    const page = await store.readPending({ limit: 2, ...(after === undefined ? {} : { after }) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}

async function listPending(store: StateStore, item: RecordedItem): Promise<RecordedItem[]> {
  return (await listAllPending(store)).filter(
    (other) => formatItemSubject(other) === formatItemSubject(item),
  );
}
