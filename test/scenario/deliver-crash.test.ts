import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import type { MemoryEventSender } from '../doubles/memory-event-sender.ts';
import type { DeliverPorts } from '../../shared/application/delivery/deliver-run.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import { createDeliverWorld, listIds, webhook } from './deliver-world.ts';
import type { DeliverWorld } from './deliver-world.ts';

const webhooks = [webhook('ops'), webhook('flaky'), webhook('other', ['provider.*'])];

interface World extends DeliverWorld {
  readonly sender: MemoryEventSender;
  readonly items: readonly RecordedConnection[];
}

/** Two records with three events each, and one webhook that refuses the first two attempts. */
async function createWorld(): Promise<World> {
  const world = createDeliverWorld();
  const items = [await world.addConnection(3), await world.addConnection(3)];
  let refusals = 2;
  const sender = createMemoryEventSender(({ name }) =>
    name === 'flaky' && refusals-- > 0
      ? { outcome: 'refused', reason: 'HTTP 500' }
      : { outcome: 'delivered' },
  );
  return { ...world, sender, items };
}

/** How a call fails: its effect does not happen, or it happens and nobody hears of it. */
type Fault = 'before' | 'after';

/** The ports, of which the calls for which `fails` says so throw. */
function failing(
  world: World,
  fault: Fault,
  fails: (call: number) => boolean,
): DeliverPorts & { calls(): number } {
  let calls = 0;
  const guarded = async <Result>(effect: () => Promise<Result>): Promise<Result> => {
    const failed = fails(calls++);
    if (failed && fault === 'before') throw new Error('This call did not happen.');
    const result = await effect();
    if (failed) throw new Error('This call happened, and the answer was lost.');
    return result;
  };
  const { state, history, lanes, sender, clock, random } = world;
  return {
    state: {
      readConnections: (id) => guarded(() => state.readConnections(id)),
      readProviders: (id) => guarded(() => state.readProviders(id)),
      readControls: (account) => guarded(() => state.readControls(account)),
      readHooks: (id) => guarded(() => state.readHooks(id)),
      readReading: (subject) => guarded(() => state.readReading(subject)),
      readPending: (from) => guarded(() => state.readPending(from)),
      readAgain: (item) => guarded(() => state.readAgain(item)),
      write: (item) => guarded(() => state.write(item)),
      writeTogether: (items) => guarded(() => state.writeTogether(items)),
    },
    history: {
      append: (item, event) => guarded(() => history.append(item, event)),
      read: (id) => guarded(() => history.read(id)),
      readDeployment: () => guarded(() => history.readDeployment()),
    },
    lanes: {
      read: () => guarded(() => lanes.read()),
      write: (name, lane) => guarded(() => lanes.write(name, lane)),
    },
    sender: {
      send: (to, event) => guarded(() => sender.send(to, event)),
      sendTogether: (to, events) => guarded(() => sender.sendTogether(to, events)),
    },
    clock,
    random,
    calls: () => calls,
  };
}

/** Runs until nothing is left to tell. After a run that failed the next one meets no more faults. */
async function untilQuiet(world: World, faulty: DeliverPorts): Promise<{ readonly failedRuns: number }> {
  let failedRuns = 0;
  for (let runs = 0; runs < 10 && (await world.state.readPending()).items.length > 0; runs++) {
    const ports = failedRuns === 0 ? faulty : world;
    failedRuns += await deliver(ports, webhooks).then(
      () => 0,
      () => 1,
    );
    world.clock.advance(3_600_000);
  }
  return { failedRuns };
}

/** The ids in the order in which they first came to the webhook. */
function firstArrivals(
  { sender }: World,
  to: string,
  { connectionId }: RecordedConnection,
): readonly string[] {
  const own = sender.sent.filter((one) => one.webhook === to && one.event.subject.endsWith(connectionId));
  return [...new Set(listIds(own.map(({ event }) => event)))];
}

async function expectAllReceived(world: World): Promise<void> {
  expect((await world.state.readPending()).items).toEqual([]);
  for (const item of world.items) {
    const ids = listIds(item.outbox.pending);
    const notified = (await world.history.read(item.connectionId)).entries;
    expect(listIds(notified)).toEqual(ids);
    expect(notified.map(({ deliveries }) => [deliveries['ops']?.state, deliveries['flaky']?.state])).toEqual(
      ids.map(() => ['delivered', 'delivered']),
    );
    expect(firstArrivals(world, 'ops', item)).toEqual(ids);
    expect(firstArrivals(world, 'flaky', item)).toEqual(ids);
    expect(firstArrivals(world, 'other', item)).toEqual([]);
    expect((await world.read(item)).outbox.nextSequence).toBe(item.outbox.nextSequence);
  }
}

async function countGoldenCalls(): Promise<{ readonly calls: number; readonly sent: number }> {
  const world = await createWorld();
  const ports = failing(world, 'before', () => false);
  await untilQuiet(world, ports);
  await expectAllReceived(world);
  return { calls: ports.calls(), sent: world.sender.sent.length };
}

describe('a delivery run that fails at any of its calls', () => {
  it.each([
    { name: 'one call that does not happen', fault: 'before', goesOn: true },
    { name: 'one call whose answer is lost', fault: 'after', goesOn: true },
    { name: 'the process ending before a call', fault: 'before', goesOn: false },
    { name: 'the process ending after a call', fault: 'after', goesOn: false },
  ] as const)(
    'loses nothing by $name, and repeats at most one event to each webhook',
    async ({ fault, goesOn }) => {
      const golden = await countGoldenCalls();
      expect(golden.calls).toBeGreaterThan(20);
      for (let at = 0; at < golden.calls; at++) {
        const world = await createWorld();
        const ports = failing(world, fault, (call) => (goesOn ? call === at : call >= at));
        expect(await untilQuiet(world, ports)).toEqual({ failedRuns: 1 });
        await expectAllReceived(world);
        expect(world.sender.sent.length).toBeLessThanOrEqual(golden.sent + webhooks.length - 1);
      }
    },
  );
});
