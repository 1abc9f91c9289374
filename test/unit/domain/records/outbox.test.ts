import { exampleData } from '../../../../docs/event-examples.ts';
import { fc } from '../../../builders/fast-check.ts';
import { appendEvent, rebaseItem } from '../../../../shared/domain/records/outbox.ts';
import type { RecordedItem } from '../../../../shared/domain/records/connection-record.ts';
import { anyRecordedItem } from '../../../builders/recorded-arbitraries.ts';
import { pendingEvent, recordedConnection } from '../../../builders/recorded-items.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');

/** The first so many events have arrived everywhere, and one write was made for it. */
function delivered<Item extends RecordedItem>(item: Item, count: number): Item {
  const { pending, nextSequence } = item.outbox;
  return { ...item, version: item.version + 1, outbox: { pending: pending.slice(count), nextSequence } };
}
const notified = <Item extends RecordedItem>(item: Item) =>
  appendEvent(item, 'connection.repaired.v1', exampleData['connection.repaired.v1'], NOW);
const listIds = (item: RecordedItem | undefined) => item?.outbox.pending.map(({ id }) => id);

describe('a write on top of a record of which events were delivered meanwhile', () => {
  it('is what it would have been if they had been delivered before', () => {
    fc.assert(
      fc.property(anyRecordedItem, fc.nat(4), (before, count) => {
        const now = delivered(before, count);
        expect(rebaseItem(now, before, notified(before))).toEqual(notified(now));
      }),
    );
  });

  it('brings no event back that has arrived, and loses none', () => {
    const outbox = { pending: [pendingEvent(1), pendingEvent(2)], nextSequence: 3 };
    const before = recordedConnection({ version: 4, outbox });
    const again = rebaseItem(delivered(before, 1), before, { ...notified(before), notified: ['drift:1'] });
    expect(again).toMatchObject({ version: 5, notified: ['drift:1'] });
    expect(listIds(again)).toEqual([pendingEvent(2).id, ...(listIds(notified(before)) ?? []).slice(-1)]);
  });

  it.each([
    ['decided something', { notified: ['decided'] }],
    ['told something', { outbox: notified(recordedConnection()).outbox }],
  ])('is none when somebody has %s', (_what, change) => {
    const before = recordedConnection({ version: 4 });
    expect(rebaseItem({ ...before, ...change, version: 5 }, before, notified(before))).toBeUndefined();
  });
});
