import { exampleData } from '../../docs/event-examples.ts';
import type { ChatReceiver } from '../../infra/local/chat-receiver/chat-receiver.ts';
import { startChatReceiver } from '../../infra/local/chat-receiver/chat-receiver.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { Webhook } from '../../shared/domain/configuration/configuration.ts';
import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import { appendEvent, stampRun } from '../../shared/domain/records/outbox.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import { recordedConnection } from '../builders/recorded-items.ts';
import type { DeliverWorld } from './deliver-world.ts';
import { createDeliverWorld, webhook } from './deliver-world.ts';

const chat: Webhook = { name: 'chat', format: 'slack', secret: { env: 'CHAT_URL' }, events: ['*'] };
const ops = webhook('ops');
const SECOND = 1_000;

let world: DeliverWorld;
let receiver: ChatReceiver;
let sender: EventSender;
beforeEach(async () => {
  world = createDeliverWorld();
  receiver = await startChatReceiver();
  sender = createWebhookSender({
    getSecrets: () => Promise.resolve([receiver.slackUrl]),
    clock: world.clock,
    allowLoopback: true,
  });
});
afterEach(() => receiver.close());

const titles = () => receiver.received.map(({ shown }) => shown[0]);
const pending = async () =>
  (await world.state.readPending()).items.reduce((sum, { outbox }) => sum + outbox.pending.length, 0);

/** A run in which each of so many connections drifted and was put back. */
async function runOnce(run: string, connections: number): Promise<readonly RecordedConnection[]> {
  const items: RecordedConnection[] = [];
  for (let index = 0; index < connections; index += 1) {
    const item = recordedConnection();
    const data = {
      ...exampleData['connection.drift-detected.v1'],
      connection: { id: item.connectionId, name: `aws-${index}` },
    };
    const drifted = appendEvent(item, 'connection.drift-detected.v1', data, world.clock.now());
    const repaired = appendEvent(drifted, 'connection.repaired.v1', data, world.clock.now());
    items.push(await world.state.write(stampRun(repaired, item, { id: run, trigger: 'schedule' })));
  }
  return items;
}

describe('what happens in one run', () => {
  it('comes to a chat as one message when it is more than five things', async () => {
    await runOnce('run-1', 3);
    const summary = await deliver({ ...world, sender }, [chat]);
    expect(titles()).toEqual(['6 things happened in one run']);
    expect(summary).toMatchObject({ delivered: 6, waiting: 0 });
    expect(await pending()).toBe(0);
  });

  it('comes as single messages, in order, up to five', async () => {
    await runOnce('run-1', 2);
    await deliver({ ...world, sender }, [chat]);
    expect(titles()).toEqual([
      'Somebody changed the role of Shop / aws-0',
      'The role of Shop / aws-0 was repaired',
      'Somebody changed the role of Shop / aws-1',
      'The role of Shop / aws-1 was repaired',
    ]);
  });

  it('comes one by one to programs', async () => {
    await runOnce('run-1', 20);
    const memory = createMemoryEventSender();
    const both: EventSender = {
      send: (to, event) => memory.send(to, event),
      sendTogether: (to, events) => sender.sendTogether(to, events),
    };
    await deliver({ ...world, sender: both }, [ops, chat]);
    expect(memory.sent).toHaveLength(40);
    expect(titles()).toEqual(['40 things happened in one run']);
    expect(await pending()).toBe(0);
  });

  it('is in the history, each for itself', async () => {
    const items = await runOnce('run-1', 6);
    await deliver({ ...world, sender }, [chat]);
    for (const { connectionId } of items) {
      const notified = (await world.history.read(connectionId)).entries;
      expect(notified.map(({ type, deliveries }) => [type, deliveries['chat']?.state])).toEqual([
        ['connection.drift-detected.v1', 'delivered'],
        ['connection.repaired.v1', 'delivered'],
      ]);
    }
  });
});

describe('two runs', () => {
  it('are two messages, the earlier one first', async () => {
    const items = await runOnce('run-1', 4);
    world.clock.advance(60 * SECOND);
    for (const item of items) {
      const later = appendEvent(
        item,
        'connection.changed.v1',
        exampleData['connection.changed.v1'],
        world.clock.now(),
      );
      const other = appendEvent(
        later,
        'connection.held.v1',
        exampleData['connection.held.v1'],
        world.clock.now(),
      );
      await world.state.write(stampRun(other, item, { id: 'run-2', trigger: 'schedule' }));
    }
    await deliver({ ...world, sender }, [chat]);
    expect(receiver.received.map(({ shown }) => shown[2])).toEqual([
      '4 x connection.drift-detected.v1, 4 x connection.repaired.v1',
      '4 x connection.held.v1, 4 x connection.changed.v1',
    ]);
  });
});

describe('a chat that does not take a message of a run', () => {
  it('is asked again for the whole run, by the schedule', async () => {
    await runOnce('run-1', 4);
    receiver.failNext(503);
    expect(await deliver({ ...world, sender }, [chat])).toMatchObject({ delivered: 0, waiting: 8 });
    await deliver({ ...world, sender }, [chat]);
    expect(receiver.received).toHaveLength(1);
    world.clock.advance(6 * SECOND);
    expect(await deliver({ ...world, sender }, [chat])).toMatchObject({ delivered: 8, waiting: 0 });
    expect(titles()).toEqual(['8 things happened in one run', '8 things happened in one run']);
  });

  it('is disabled when it is gone, with one event, and what it missed can be sent again', async () => {
    await runOnce('run-1', 4);
    receiver.failNext(410);
    await deliver({ ...world, sender }, [chat]);
    const controls = await world.state.readControls();
    expect(controls.disabledWebhooks.map(({ name }) => name)).toEqual(['chat']);
    const notified = [...controls.outbox.pending, ...(await world.history.readDeployment()).entries];
    expect(notified.map(({ type }) => type)).toEqual(['webhook.disabled.v1']);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a table that fails after a message of a run', () => {
  it('costs a second message at most, and none in the same run', async () => {
    await runOnce('run-1', 4);
    let isBroken = true;
    const state: typeof world.state = {
      ...world.state,
      write: (item) =>
        isBroken ? Promise.reject(new ConflictError('state.conflict', 'Broken.')) : world.state.write(item),
    };
    await expect(deliver({ ...world, state, sender }, [chat])).rejects.toThrow();
    expect(receiver.received).toHaveLength(1);
    isBroken = false;
    await deliver({ ...world, state, sender }, [chat]);
    expect(receiver.received).toHaveLength(2);
    expect(await pending()).toBe(0);
  });
});
