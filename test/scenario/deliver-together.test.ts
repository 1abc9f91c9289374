import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import { createDeliverWorld, held, listIds, webhook } from './deliver-world.ts';

const ops = webhook('ops');

describe('a record that somebody else writes while its events are sent', () => {
  it('keeps what they wrote, and tells the event that they added', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(1);
    const memory = createMemoryEventSender();
    let rivals = 2;
    const sender: EventSender = {
      ...memory,
      async send(to, event) {
        if (rivals-- > 0)
          await world.state.write({
            ...held(await world.read(item), world.clock),
            notified: ['role.claimed'],
          });
        return memory.send(to, event);
      },
    };

    expect(await deliver({ ...world, sender }, [ops])).toMatchObject({
      delivered: 3,
      waiting: 0,
      exhausted: 0,
    });

    const notified = (await world.history.read(item.connectionId)).entries;
    expect(notified).toHaveLength(3);
    expect(listIds(memory.sent.map(({ event }) => event))).toEqual(listIds(notified));
    expect(await world.read(item)).toMatchObject({
      notified: ['role.claimed'],
      outbox: { pending: [] },
    });
  });

  it('sends an event that is added while the finished ones go to the history', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(2);
    let rivals = 1;
    const history: typeof world.history = {
      ...world.history,
      async append(of: RecordedItem, event) {
        if (rivals-- > 0) await world.state.write(held(await world.read(item), world.clock));
        await world.history.append(of, event);
      },
    };

    await deliver({ ...world, history, sender: createMemoryEventSender() }, [ops]);

    const { nextSequence, pending } = (await world.read(item)).outbox;
    expect(pending).toEqual([]);
    const kept = (await world.history.read(item.connectionId)).entries.map(({ sequence }) => sequence);
    expect(kept).toEqual([...item.outbox.pending.map(({ sequence }) => sequence), nextSequence - 1]);
  });

  it('is told once in the history by two runs at the same time', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(3);
    const memory = createMemoryEventSender();

    await Promise.all([
      deliver({ ...world, sender: memory }, [ops]),
      deliver({ ...world, sender: memory }, [ops]),
    ]);

    expect(listIds((await world.history.read(item.connectionId)).entries)).toEqual(
      listIds(item.outbox.pending),
    );
    expect((await world.state.readPending()).items).toEqual([]);
    const sent = listIds(memory.sent.map(({ event }) => event));
    expect([...new Set(sent)]).toEqual(listIds(item.outbox.pending));
    expect(sent.length).toBeLessThanOrEqual(2 * item.outbox.pending.length);
  });
});

describe('one webhook in trouble', () => {
  it('costs a run five refusals at most, then one after each pause, and the others nothing', async () => {
    const world = createDeliverWorld();
    for (let connections = 0; connections < 12; connections++) await world.addConnection(1);
    const sender = createMemoryEventSender(({ name }) =>
      name === 'dead' ? { outcome: 'refused', reason: 'No answer within 20 s.' } : { outcome: 'delivered' },
    );
    const attempts = () => sender.sent.filter((sent) => sent.webhook === 'dead').length;

    const summary = await deliver({ ...world, sender }, [ops, webhook('dead')]);
    expect(summary).toMatchObject({ delivered: 12, waiting: 12, exhausted: 0 });
    expect(attempts()).toBe(5);

    await deliver({ ...world, sender }, [ops, webhook('dead')]);
    expect(attempts()).toBe(5);
    for (const [pause, expected] of [
      [5, 6],
      [10, 6],
      [20, 7],
      [60, 8],
    ] as const) {
      world.clock.advance(pause * 1_000);
      await deliver({ ...world, sender }, [ops, webhook('dead')]);
      expect(attempts()).toBe(expected);
    }
  });

  it('is not given up for refusing some of its events', async () => {
    const world = createDeliverWorld();
    for (let connections = 0; connections < 12; connections++) await world.addConnection(1);
    let attempts = 0;
    const sender = createMemoryEventSender(() =>
      attempts++ % 5 === 0 ? { outcome: 'delivered' } : { outcome: 'refused', reason: 'HTTP 400' },
    );
    const summary = await deliver({ ...world, sender }, [ops]);
    expect(summary).toMatchObject({ delivered: 3, waiting: 9, exhausted: 0 });
  });

  it('that wants no more is done with that event, and the run says so', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(1);
    const sender = createMemoryEventSender(() => ({ outcome: 'gone', reason: 'HTTP 410' }));
    expect(await deliver({ ...world, sender }, [ops])).toMatchObject({
      delivered: 0,
      waiting: 0,
      exhausted: 1,
    });
    expect((await world.history.read(item.connectionId)).entries).toMatchObject([
      { deliveries: { ops: { state: 'exhausted', attempts: 1, lastError: 'HTTP 410' } } },
    ]);
  });

  it('whose secret is missing uses up no attempt, holds nobody up, and is not passed over in silence', async () => {
    const world = createDeliverWorld();
    const items = [await world.addConnection(2), await world.addConnection(2)];
    const memory = createMemoryEventSender();
    const missing = new ConfigError([{ where: 'webhooks.mute.secret', what: 'is missing.', fix: 'Set it.' }]);
    const sender: EventSender = {
      ...memory,
      send: (to, event) => (to.name === 'mute' ? Promise.reject(missing) : memory.send(to, event)),
    };

    await expect(deliver({ ...world, sender }, [ops, webhook('mute')])).rejects.toMatchObject({
      errors: [missing],
    });

    for (const item of items) {
      const { outbox } = await world.read(item);
      expect(outbox.pending.map(({ deliveries }) => deliveries)).toEqual([
        { ops: { state: 'delivered', at: '2026-11-22T09:00:00.000Z' } },
        { ops: { state: 'delivered', at: '2026-11-22T09:00:00.000Z' } },
      ]);
    }
  });
});

describe('an event that no webhook wants', () => {
  it('goes to the history at once', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(2);
    const sender = createMemoryEventSender();
    await deliver({ ...world, sender }, [webhook('ops', ['provider.*'])]);
    expect((await world.history.read(item.connectionId)).entries).toHaveLength(2);
    expect((await world.state.readPending()).items).toEqual([]);
    expect(sender.sent).toEqual([]);
  });
});
