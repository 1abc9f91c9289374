import { exampleData } from '../../docs/event-examples.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { replay } from '../../shared/application/delivery/replay.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import { appendEvent } from '../../shared/domain/records/outbox.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import { createDeliverWorld, held, listIds, webhook } from './deliver-world.ts';

const [ops, dead] = [webhook('ops'), webhook('dead')];
const HOUR = 3_600_000;
const gone: DeliveryOutcome = { outcome: 'gone', reason: 'HTTP 410' };
const taken: DeliveryOutcome = { outcome: 'delivered' };
const ana = 'arn:aws:iam::999999999999:user/ana';

/** One record with three events; the webhook `dead` answers as it is told to. */
async function begin(first: DeliveryOutcome) {
  const world = createDeliverWorld();
  const answer = { outcome: first };
  const sender = createMemoryEventSender(({ name }) => (name === 'dead' ? answer.outcome : taken));
  const ports = { ...world, sender };
  const item = await world.addConnection(3);
  return {
    ...world,
    ports,
    item,
    answers: (outcome: DeliveryOutcome) => {
      answer.outcome = outcome;
    },
    run: () => deliver(ports, [ops, dead]),
    addEvent: async () => world.state.write(held(await world.read(item), world.clock)),
    again: async (scope = {}) => replay(ports, dead, [await world.read(item)], scope, ana),
    listSent: (name: string) =>
      listIds(sender.sent.filter((one) => one.webhook === name).map(({ event }) => event)).filter(
        (id) => !id.startsWith('evt_deployment'),
      ),
    notified: async () => (await world.history.read(item.connectionId)).entries,
    disabled: async () => (await world.state.readControls()).disabledWebhooks.map(({ name }) => name),
    decisions: async () => (await world.state.readControls()).outbox.pending.map(({ type }) => type),
  };
}

const eventIds = ({ outbox }: RecordedConnection) => listIds(outbox.pending);

describe('a webhook that wants no more', () => {
  it('is disabled at once, with one event, and costs no further attempt', async () => {
    const world = await begin(gone);
    await world.run();
    expect(await world.disabled()).toEqual(['dead']);
    expect(await world.decisions()).toEqual(['webhook.disabled.v1']);
    await world.addEvent();
    await world.run();
    await world.run();
    expect(world.listSent('dead')).toHaveLength(1);
    expect(world.listSent('ops')).toHaveLength(4);
    expect(await world.disabled()).toEqual(['dead']);
  });

  it('keeps nothing in the outbox: what it misses is in the history, marked as given up', async () => {
    const world = await begin(gone);
    await world.run();
    expect((await world.read(world.item)).outbox.pending).toEqual([]);
    expect((await world.notified()).map(({ deliveries }) => deliveries['dead'])).toEqual([
      { state: 'exhausted', attempts: 1, lastError: 'HTTP 410' },
      { state: 'exhausted', attempts: 0, lastError: 'The webhook is disabled.' },
      { state: 'exhausted', attempts: 0, lastError: 'The webhook is disabled.' },
    ]);
  });

  it('is told of to the others', async () => {
    const world = await begin(gone);
    await world.run();
    await world.run();
    const [event] = (await world.history.readDeployment()).entries;
    expect(event).toMatchObject({
      type: 'webhook.disabled.v1',
      data: { webhook: 'dead', reason: 'HTTP 410' },
      deliveries: { ops: { state: 'delivered' }, dead: { state: 'exhausted', attempts: 0 } },
    });
  });
});

describe('a webhook that does not take an event', () => {
  it('is disabled after the whole schedule and not before', async () => {
    const world = await begin({ outcome: 'refused', reason: 'HTTP 500' });
    const states: boolean[] = [];
    for (let hours = 0; hours < 90 && (await world.disabled()).length === 0; hours++) {
      await world.run();
      states.push((await world.disabled()).length > 0);
      world.clock.advance(HOUR);
    }
    expect(states.slice(0, 75)).not.toContain(true);
    expect(states.at(-1)).toBe(true);
    expect((await world.read(world.item)).outbox.pending).toEqual([]);
  });

  it('is disabled though the run ended before it had recorded the attempt', async () => {
    const world = await begin(gone);
    const state: typeof world.state = {
      ...world.state,
      write: (item) =>
        item.kind === 'controls' ? world.state.write(item) : Promise.reject(new Error('The process ended.')),
    };
    await expect(deliver({ ...world.ports, state }, [ops, dead])).rejects.toThrow();
    expect(await world.disabled()).toEqual(['dead']);
    await world.run();
    expect(world.listSent('dead')).toHaveLength(1);
    expect((await world.notified()).map(({ deliveries }) => deliveries['dead']?.state)).toEqual([
      'exhausted',
      'exhausted',
      'exhausted',
    ]);
  });
});

describe('sending again', () => {
  it('gives the webhook all that it missed, oldest first, under the same ids, and tells it again from then on', async () => {
    const world = await begin(gone);
    await world.run();
    world.answers(taken);
    expect(await world.again()).toEqual({
      webhook: 'dead',
      sent: 3,
      unreadable: 0,
      isEnabled: true,
    });
    expect(world.listSent('dead').slice(1)).toEqual(eventIds(world.item));
    expect((await world.notified()).map(({ deliveries }) => deliveries['dead']?.state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(await world.disabled()).toEqual([]);
    expect(await world.decisions()).toEqual(['webhook.disabled.v1', 'webhook.enabled.v1']);
    await world.addEvent();
    await world.run();
    expect(world.listSent('dead')).toHaveLength(5);
  });

  it('stops at the first event that is refused, and leaves the webhook disabled', async () => {
    const world = await begin(gone);
    await world.run();
    expect(await world.again()).toEqual({
      webhook: 'dead',
      sent: 0,
      unreadable: 0,
      refusal: 'HTTP 410',
      isEnabled: false,
    });
    expect(world.listSent('dead')).toHaveLength(2);
    expect(await world.disabled()).toEqual(['dead']);
  });

  it('does nothing a second time', async () => {
    const world = await begin(gone);
    await world.run();
    world.answers(taken);
    await world.again();
    const before = world.listSent('dead').length;
    expect(await world.again()).toEqual({ webhook: 'dead', sent: 0, unreadable: 0, isEnabled: false });
    expect(world.listSent('dead')).toHaveLength(before);
  });

  it('sends only what is wanted', async () => {
    const world = await begin(gone);
    await world.run();
    world.answers(taken);
    const other = await world.state.write(
      appendEvent(
        await world.addConnection(0),
        'connection.held.v1',
        exampleData['connection.held.v1'],
        world.clock.now(),
      ),
    );
    expect(await world.again({ connection: other.connectionId })).toMatchObject({ sent: 0, left: 3 });
    expect(await world.again({ since: world.clock.now() + 1 })).toMatchObject({ sent: 0, left: 3 });
    const all = await world.again({ since: world.clock.now(), connection: world.item.connectionId });
    expect(all).toEqual({ webhook: 'dead', sent: 3, unreadable: 0, isEnabled: false });
  });

  it('takes a sender that throws for a refusal, and leaves the webhook disabled', async () => {
    const world = await begin(gone);
    await world.run();
    const secret = new ConfigError({ where: 'AZFED_X', what: 'It is not set.', fix: 'Set it.' });
    const sender = { ...world.ports.sender, send: () => Promise.reject(secret) };
    const items = [await world.read(world.item)];
    expect(await replay({ ...world.ports, sender }, dead, items, {}, ana)).toMatchObject({
      sent: 0,
      refusal: expect.stringContaining('AZFED_X') as unknown,
      isEnabled: false,
    });
    expect(await world.disabled()).toEqual(['dead']);
  });

  it('loses nothing to a delivery that began before it and ends after it', async () => {
    const world = await begin(gone);
    await world.run();
    const late = await world.addEvent();
    world.answers(taken);
    // Another webhook takes its time; meanwhile a person sends again what was missed.
    const slow = createMemoryEventSender(() => taken);
    let replayed: Promise<unknown> | undefined;
    const sender: typeof slow = {
      ...slow,
      async send(to, event) {
        await (replayed ??= world.again());
        return slow.send(to, event);
      },
    };
    await deliver({ ...world.ports, sender }, [ops, dead]);
    expect(await world.disabled()).toEqual([]);

    await world.run();

    expect(world.listSent('dead').slice(1)).toEqual([...eventIds(world.item), ...eventIds(late)]);
    expect((await world.notified()).map(({ deliveries }) => deliveries['dead']?.state)).toEqual(
      Array.from({ length: 4 }, () => 'delivered'),
    );
    expect((await world.read(world.item)).outbox.pending).toEqual([]);
  });

  it('lets an event be delivered that still waits for another webhook', async () => {
    const world = await begin(gone);
    const slow = webhook('slow');
    const refusing = createMemoryEventSender(({ name }) => {
      if (name === 'dead') return gone;
      return name === 'slow' ? { outcome: 'refused', reason: 'HTTP 503' } : taken;
    });
    await deliver({ ...world.ports, sender: refusing }, [ops, dead, slow]);
    expect((await world.read(world.item)).outbox.pending).toHaveLength(3);
    world.answers(taken);
    await world.again();
    world.clock.advance(HOUR);
    await deliver(world.ports, [ops, dead, slow]);
    expect(world.listSent('dead')).toEqual(eventIds(world.item));
    expect((await world.read(world.item)).outbox.pending).toEqual([]);
  });
});
