import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { deliver, deliverItems } from '../../shared/application/delivery/deliver.ts';
import { createStateWithRoom } from '../../shared/application/records/room.ts';
import { UpstreamError, isOversizedItem } from '../../shared/domain/kernel/errors.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import type { RecordedConnection, RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { StateStore } from '../../shared/ports/state.ts';
import { createDeliverWorld, held, listIds, webhook } from './deliver-world.ts';

const COUNT = 12;
const names = ['ops', 'audit', 'dead', 'down'] as const;
type Name = (typeof names)[number];
const [ops, audit, dead, down] = names.map((name) => webhook(name));
const all = [ops, audit, dead, down].flatMap((one) => one ?? []);
const noAnswer: DeliveryOutcome = { outcome: 'refused', reason: 'Nobody answers.', affectsAll: true };
const refusal: DeliveryOutcome = { outcome: 'refused', reason: 'HTTP 500' };
const taken: DeliveryOutcome = { outcome: 'delivered' };
const answers: Readonly<Record<Name, DeliveryOutcome>> = {
  ops: taken,
  audit: taken,
  dead: refusal,
  down: noAnswer,
};

const measure = (item: RecordedItem) => JSON.stringify({ ...item, version: 0 }).length;

/** A record that has no room for anything more, and a table that refuses what is larger. */
async function begin(webhooks: readonly Name[]) {
  const world = createDeliverWorld();
  const item = await world.addConnection(COUNT);
  const room = measure(item);
  const state: StateStore = {
    ...world.state,
    write: (one) =>
      measure(one) > room
        ? Promise.reject(new UpstreamError('state.item-too-large', 'It is too large.'))
        : world.state.write(one),
  };
  const mover = { ...state, move: () => Promise.reject(new Error('Nothing moves.')) };
  const chosen = all.filter(({ name }) => webhooks.some((one) => one === name));
  const withRoom = createStateWithRoom({ ...world, state: mover }, chosen);
  const sender = createMemoryEventSender(({ name }) => answers[name as Name]);
  const ports = { ...world, state: withRoom, sender };
  return {
    ...world,
    ports,
    item,
    deliver: () => deliver(ports, chosen),
    follow: (isTurn: (name: string) => boolean) =>
      deliverItems(ports, chosen, [item], { isTurn: ({ name }) => isTurn(name) }),
    sent: (name: Name) =>
      listIds(sender.sent.filter((one) => one.webhook === name).map(({ event }) => event)),
    givenUp: async (name: Name) =>
      listIds(
        (await world.history.read(item.connectionId)).entries.filter(
          ({ deliveries }) => deliveries[name]?.state === 'exhausted',
        ),
      ),
    waiting: async () => listIds((await world.read(item)).outbox.pending),
  };
}

const eventIds = ({ outbox }: RecordedConnection) => listIds(outbox.pending);

describe('a record that has no room, not even for what was delivered', () => {
  it.each([
    [['ops', 'dead']],
    [['dead', 'ops']],
    [['ops', 'down']],
    [['ops', 'audit']],
    [['ops', 'audit', 'dead', 'down']],
  ] satisfies readonly (readonly [readonly Name[]])[])(
    'gives the healthy of %p every event once, in order, and loses none for the others',
    async (webhooks) => {
      const world = await begin(webhooks);
      const ids = eventIds(world.item);

      const { exhausted } = await world.deliver();
      const given = await Promise.all(webhooks.map((name) => world.givenUp(name)));
      expect(exhausted).toBe(given.flat().length);
      await world.deliver();

      const healthy = webhooks.filter((name) => answers[name] === taken);
      for (const name of healthy) expect(world.sent(name)).toStrictEqual(ids);
      for (const name of healthy) expect(await world.givenUp(name)).toStrictEqual([]);
      for (const name of webhooks.filter((one) => !healthy.includes(one)))
        expect([...(await world.givenUp(name)), ...(await world.waiting())]).toStrictEqual(ids);
    },
  );

  it('makes room where the lane of the webhook that takes nothing is closed', async () => {
    const world = await begin(['ops', 'down']);
    await world.lanes.write('down', { failures: 3, nextAttemptAt: world.clock.now() + 60_000 });

    await world.deliver();

    expect(world.sent('down')).toStrictEqual([]);
    await world.deliver();
    expect(world.sent('ops')).toStrictEqual(eventIds(world.item));
  });

  it('keeps every event for a healthy webhook that is not sent to now, and says that it has no room', async () => {
    const world = await begin(['ops', 'audit']);

    const error: unknown = await world.follow((name) => name === 'ops').catch((thrown: unknown) => thrown);

    expect(error instanceof AggregateError ? error.errors.map(isOversizedItem) : error).toStrictEqual([true]);
    await world.deliver();
    expect(world.sent('audit')).toStrictEqual(eventIds(world.item));
    expect(await world.givenUp('audit')).toStrictEqual([]);
    expect(await world.waiting()).toStrictEqual([]);
  });

  it('takes a new event all the same, and gives up the fewest, first those that the healthy have', async () => {
    const world = await begin(['ops', 'dead']);
    await world.follow((name) => name === 'dead').catch(() => undefined);
    const before = await world.read(world.item);

    const after = await world.ports.state.write(held(before, world.clock));

    expect(after.outbox.pending.at(-1)?.sequence).toBe(before.outbox.nextSequence);
    expect(await world.givenUp('dead')).toStrictEqual(eventIds(before).slice(0, 1));
    expect(await world.waiting()).toStrictEqual(eventIds(after));
  });
});
