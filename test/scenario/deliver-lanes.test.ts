import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { laneKey } from '../../shared/contract/table-keys.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { createMemoryHistory } from '../doubles/memory-history.ts';
import { deliver, deliverItems } from '../../shared/application/delivery/deliver.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import { isPromptLane, newLane } from '../../shared/domain/notify/lane.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { createDeliverWorld, webhook } from './deliver-world.ts';
import { runAtVirtualTime } from './virtual-time.ts';

const [ops, hanging] = [webhook('ops'), webhook('hanging')];
const SECOND = 1_000;
const noAnswer: DeliveryOutcome = { outcome: 'refused', reason: 'No answer within 20 s.', affectsAll: true };

describe('a receiver of 100 ms', () => {
  it('has more than 200 events a second from one function, each connection in order', async () => {
    const world = createDeliverWorld();
    for (let connections = 0; connections < 1_000; connections++) await world.addConnection(10);
    const time = runAtVirtualTime(world.clock.now());
    const arrived = new Map<string, number[]>();
    const sender: EventSender = {
      ...createMemoryEventSender(),
      async send(_to, event) {
        await time.sleep(100);
        arrived.set(event.subject, [...(arrived.get(event.subject) ?? []), event.sequence]);
        return { outcome: 'delivered' };
      },
    };
    const begun = time.now();
    const { delivered } = await time.run(deliver({ ...world, clock: time, sender }, [ops]));
    expect(delivered).toBe(10_000);
    expect(delivered / ((time.now() - begun) / SECOND)).toBeGreaterThan(200);
    for (const sequences of arrived.values()) expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  });
});

describe('a receiver that hangs for 20 s', () => {
  async function hang() {
    const world = createDeliverWorld();
    for (let connections = 0; connections < 100; connections++) await world.addConnection(2);
    const time = runAtVirtualTime(world.clock.now());
    const arrivals: number[] = [];
    let hung = 0;
    const sender: EventSender = {
      ...createMemoryEventSender(),
      async send(to) {
        await time.sleep(to.name === 'hanging' ? 20 * SECOND : 100);
        if (to.name === 'hanging') {
          hung += 1;
          return noAnswer;
        }
        arrivals.push(time.now());
        return { outcome: 'delivered' };
      },
    };
    const ports = { ...world, clock: time, sender };
    return { world, time, ports, arrivals, hung: () => hung };
  }

  it('costs the others nothing, and a run one attempt', async () => {
    const { time, ports, arrivals, hung } = await hang();
    const begun = time.now();
    await time.run(deliver(ports, [hanging, ops]));
    expect(arrivals).toHaveLength(200);
    expect(Math.max(...arrivals) - begun).toBeLessThan(2 * SECOND);
    expect(hung()).toBe(1);
  });

  it('is left alone until its next attempt, and by the stream until it takes something', async () => {
    const { world, time, ports, hung } = await hang();
    await time.run(deliver(ports, [hanging, ops]));
    const lane = (await world.lanes.read()).get('hanging') ?? newLane;
    expect(lane).toMatchObject({
      failures: 1,
      nextAttemptAt: time.now() + 5 * SECOND,
    });
    const begun = time.now();
    await time.run(deliver(ports, [hanging, ops]));
    expect([hung(), time.now() - begun]).toEqual([1, 0]);
    await time.run(time.sleep(6 * SECOND));
    const { items } = await world.state.readPending();
    await time.run(
      deliverItems(ports, [hanging, ops], items, { isTurn: (_to, of) => isPromptLane(of, time.now()) }),
    );
    expect(hung()).toBe(1);
    await time.run(deliver(ports, [hanging, ops]));
    expect(hung()).toBe(2);
    expect((await world.lanes.read()).get('hanging')).toMatchObject({ failures: 2 });
  });
});

describe('a run that has little time', () => {
  it('begins nothing after its deadline, and the next one begins where it ended', async () => {
    const world = createDeliverWorld();
    for (let connections = 0; connections < 300; connections++) await world.addConnection(1);
    const sender = createMemoryEventSender(() => {
      world.clock.advance(SECOND);
      return { outcome: 'delivered' };
    });
    const first = await deliver({ ...world, sender }, [ops], { deadline: world.clock.now() + 150 * SECOND });
    expect(first.delivered).toBeGreaterThanOrEqual(150);
    expect(first.delivered).toBeLessThan(200);
    expect((await world.lanes.read()).get('ops')?.after).toBeDefined();
    await deliver({ ...world, sender }, [ops]);
    await deliver({ ...world, sender }, [ops]);
    expect((await world.state.readPending()).items).toEqual([]);
    expect((await world.lanes.read()).get('ops')?.after).toBeUndefined();
  });
});

describe('lanes in the table', () => {
  it('are as they were written, and one that cannot be read is forgotten', async () => {
    const dynamo = await openLocalDynamo();
    try {
      const lane = { failures: 2, nextAttemptAt: Date.parse('2026-11-22T09:00:05.000Z'), after: '{}' };
      await dynamo.lanes.write('ops', lane);
      const Item = { ...laneKey('odd'), failures: -1 };
      await DynamoDBDocumentClient.from(dynamo.client).send(
        new PutCommand({ TableName: dynamo.table, Item }),
      );
      expect(await dynamo.lanes.read()).toEqual(new Map([['ops', lane]]));
      const sender = createMemoryEventSender();
      const clock = createVirtualClock('2026-11-22T09:00:00.000Z');
      const ports = { ...dynamo, history: createMemoryHistory(clock), sender, clock, random: () => 0 };
      expect(await deliver(ports, [ops])).toMatchObject({ delivered: 0 });
    } finally {
      await dynamo.close();
    }
  });
});
