import { fc } from '../builders/fast-check.ts';
import { InvariantError } from '../../shared/domain/kernel/errors.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import type { HistoryStore, RecordHistory } from '../../shared/ports/state.ts';
import { anyPendingEvent } from '../builders/recorded-arbitraries.ts';
import { pendingEvent, recordedConnection, recordedProvider } from '../builders/recorded-items.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

const NOTIFIED_AT = '2026-11-22T09:00:00.000Z';
const DAY = 86_400_000;

/** What a history store promises, on every implementation. `clock` is the store's; every test has its own connection. */
export function historyContract(open: () => HistoryStore & RecordHistory, clock: VirtualClock): void {
  beforeEach(() => {
    clock.set(NOTIFIED_AT);
  });

  async function notifyTransitions(
    connection: RecordedConnection,
    events: readonly PendingEvent[],
  ): Promise<void> {
    for (const event of events) await open().append(connection, event);
  }

  it('tells events oldest first, over all pages, in the order of their numbers', async () => {
    const connection = recordedConnection();
    await notifyTransitions(
      connection,
      [100, 9, 10, 1, 99, 2].map((sequence) => pendingEvent(sequence)),
    );
    const notified = (await open().read(connection.connectionId)).entries;
    expect(notified.map(({ sequence }) => sequence)).toEqual([1, 2, 9, 10, 99, 100]);
  });

  it('gives back exactly what it was given, whatever it is', async () => {
    const anyEvent = anyPendingEvent.map((event) => ({ ...event, time: NOTIFIED_AT }));
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const connection = recordedConnection();
        await open().append(connection, event);
        expect((await open().read(connection.connectionId)).entries).toStrictEqual([event]);
      }),
      { numRuns: 40 },
    );
  });

  it('has one entry for an event that is told twice, with what was last known of its deliveries', async () => {
    const connection = recordedConnection();
    const again = pendingEvent(1, { deliveries: { ops: { state: 'delivered', at: NOTIFIED_AT } } });
    await notifyTransitions(connection, [pendingEvent(1), pendingEvent(1), again]);
    expect((await open().read(connection.connectionId)).entries).toStrictEqual([again]);
  });

  it.each([
    { what: 'id', other: pendingEvent(1, { id: 'evt_other_1' }) },
    { what: 'time', other: pendingEvent(1, { time: '2026-11-22T09:00:01.000Z' }) },
  ])('never puts an event with another $what in the place of one that was told', async ({ other }) => {
    const connection = recordedConnection();
    await notifyTransitions(connection, [pendingEvent(1)]);
    await expect(open().append(connection, other)).rejects.toBeInstanceOf(InvariantError);
    expect((await open().read(connection.connectionId)).entries).toStrictEqual([pendingEvent(1)]);
  });

  it('keeps connections and providers apart', async () => {
    const [one, another] = [recordedConnection(), recordedConnection()];
    await notifyTransitions(one, [pendingEvent(1)]);
    await notifyTransitions(another, [pendingEvent(1), pendingEvent(2)]);
    await open().append(recordedProvider(), pendingEvent(3, { type: 'provider.created.v1' }));
    expect((await open().read(one.connectionId)).entries).toHaveLength(1);
    expect((await open().read(another.connectionId)).entries).toHaveLength(2);
  });

  it('tells what is about one record, whatever its kind', async () => {
    const records = [recordedConnection(), recordedProvider()];
    for (const [index, item] of records.entries()) await open().append(item, pendingEvent(700 + index));
    for (const [index, item] of records.entries())
      expect((await open().readItemHistory(item)).entries).toContainEqual(pendingEvent(700 + index));
    expect((await open().readItemHistory(recordedProvider())).entries).toEqual([]);
  });

  it('keeps what was decided about the deployment apart from all others', async () => {
    const connection = recordedConnection();
    const decided = [pendingEvent(2, { type: 'deployment.suspended.v1' }), pendingEvent(1)];
    await notifyTransitions(connection, [pendingEvent(3)]);
    for (const event of decided) await open().append(newControls, event);
    expect((await open().readDeployment()).entries).toStrictEqual([...decided].reverse());
    expect((await open().readItemHistory(newControls)).entries).toStrictEqual([...decided].reverse());
    expect((await open().read(connection.connectionId)).entries).toStrictEqual([pendingEvent(3)]);
    clock.advance(400 * DAY);
    expect((await open().readDeployment()).entries).toStrictEqual([]);
  });

  it('tells an event for 400 days, and then no more, though it may still lie in the table', async () => {
    const connection = recordedConnection();
    const later = pendingEvent(4, { time: '2026-11-24T09:00:00.000Z' });
    await notifyTransitions(connection, [pendingEvent(1), pendingEvent(2), pendingEvent(3), later]);
    clock.advance(400 * DAY - 1000);
    expect((await open().read(connection.connectionId)).entries).toHaveLength(4);
    clock.advance(1000);
    expect((await open().read(connection.connectionId)).entries).toStrictEqual([later]);
  });

  it('is not changed by what callers do to their own copies', async () => {
    const connection = recordedConnection();
    const data = { reason: 'as told' };
    await notifyTransitions(connection, [pendingEvent(1, { data })]);
    data.reason = 'changed by the writer';
    for (const event of (await open().read(connection.connectionId)).entries) Reflect.set(event, 'data', {});
    expect((await open().read(connection.connectionId)).entries).toMatchObject([
      { data: { reason: 'as told' } },
    ]);
  });
}
