import { exampleData } from '../../docs/event-examples.ts';
import { startWebhookReceiver } from '../../infra/local/webhook-receiver/webhook-receiver.ts';
import { createMemoryHistory } from '../doubles/memory-history.ts';
import { createMemoryLanes } from '../doubles/memory-lanes.ts';
import { createMemoryState } from '../doubles/memory-state.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { EventType } from '../../shared/domain/records/event-catalogue.ts';
import { appendEvent } from '../../shared/domain/records/outbox.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import type { HistoryStore, LaneStore, StateStore } from '../../shared/ports/state.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { recordedConnection } from '../builders/recorded-items.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

const secret = `whsec_${Buffer.alloc(24, 's').toString('base64')}`;
const HOUR = 3_600_000;
const SWEEP = HOUR / 4;

interface Stores {
  readonly state: StateStore;
  readonly history: HistoryStore;
  readonly lanes: LaneStore;
  close(): Promise<void>;
}

const openMemory = (clock: VirtualClock): Promise<Stores> =>
  Promise.resolve({
    state: createMemoryState(),
    history: createMemoryHistory(clock),
    lanes: createMemoryLanes(),
    close: () => Promise.resolve(),
  });

/** A receiver whose machine is down for a while: it closes every connection without an answer. */
async function openReceiver(clock: VirtualClock) {
  const receiver = await startWebhookReceiver({ secrets: [secret], now: () => clock.now() });
  const sender = createWebhookSender({
    getSecrets: () => Promise.resolve([secret]),
    clock,
    allowLoopback: true,
  });
  let isDown = true;
  const send: EventSender['send'] = (webhook, event) => {
    if (isDown) receiver.failNext('drop');
    return sender.send(webhook, event);
  };
  return {
    receiver,
    sender: { ...sender, send },
    webhook: { name: 'ops', url: receiver.url, secret: { env: 'SECRET' }, events: ['connection.*'] },
    comeBack: () => {
      isDown = false;
    },
  };
}

describe.each([
  { name: 'in memory', open: openMemory },
  { name: 'in DynamoDB', open: openLocalDynamo },
])('a receiver that is down for 48 hours, outbox $name', ({ open }) => {
  it('then has every event once, in the order of its record, under the id of the first attempt', async () => {
    const clock = createVirtualClock();
    const stores = await open(clock);
    const { state, history, lanes } = stores;
    const { receiver, sender, webhook, comeBack } = await openReceiver(clock);
    const ports = { state, history, lanes, sender, clock, random: () => 0.5 };
    const shop = recordedConnection();
    const blog = recordedConnection();
    const addEvent = async (item: RecordedConnection, type: EventType) => {
      const [stored = item] = await state.readConnections(item.organizationId);
      await state.write(appendEvent(stored, type, exampleData[type], clock.now()));
    };
    try {
      await addEvent(shop, 'connection.held.v1');
      await addEvent(blog, 'connection.held.v1');
      const downUntil = clock.now() + 48 * HOUR;
      while (clock.now() < downUntil) {
        if (clock.now() === downUntil - 30 * HOUR) await addEvent(shop, 'connection.closed.v1');
        await deliver(ports, [webhook]);
        clock.advance(SWEEP);
      }
      const attemptsInVain = receiver.received.length;
      await addEvent(blog, 'connection.closed.v1');
      comeBack();
      let sweeps = 0;
      for (; (await state.readPending()).items.length > 0 && sweeps < 200; sweeps++) {
        await deliver(ports, [webhook]);
        clock.advance(SWEEP);
      }

      const taken = receiver.received.slice(attemptsInVain);
      expect(attemptsInVain).toBe(16);
      expect(taken.every(({ verified }) => verified)).toBe(true);
      for (const item of [shop, blog]) {
        const own = taken.filter(({ body }) => body.includes(item.connectionId));
        const notified = (await history.read(item.connectionId)).entries;
        expect(own.map(({ type }) => type)).toEqual(['connection.held.v1', 'connection.closed.v1']);
        expect(own.map(({ attempt }) => attempt)).toEqual([9, 1]);
        expect(notified.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
        expect(notified.map(({ deliveries }) => deliveries['ops']?.state)).toEqual([
          'delivered',
          'delivered',
        ]);
      }
      expect(taken).toHaveLength(4);
      expect((await state.readPending()).items).toEqual([]);
      expect(sweeps).toBeLessThan(200);
    } finally {
      await receiver.close();
      await stores.close();
    }
  });
});
