import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createHandler } from '../../../functions/deliver/create-handler.ts';
import { createMemoryEventSender } from '../../doubles/memory-event-sender.ts';
import type { MemoryEventSender } from '../../doubles/memory-event-sender.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { toTableKey } from '../../../shared/adapters/dynamodb/item-mapping.ts';
import { createItemReader } from '../../../shared/adapters/dynamodb/stream-records.ts';
import { metrics } from '../../../shared/contract/metrics.ts';
import { tableAttributes } from '../../../shared/contract/table-keys.ts';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Webhook } from '../../../shared/domain/configuration/configuration.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { createTableStream } from '../../../functions/cli/commands/local/service/table-stream.ts';
import type { Context } from 'aws-lambda';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { pendingEvent, recordedConnection } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import { webhook } from '../../scenario/deliver-world.ts';

const clock = createVirtualClock('2026-11-22T09:00:00.000Z');
const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
let dynamo: LocalDynamo;
let sender: MemoryEventSender;

beforeEach(async () => {
  dynamo = await openLocalDynamo(clock);
  sender = createMemoryEventSender();
  clock.set('2026-11-22T09:00:00.000Z');
});
afterEach(() => dynamo.close());

function start(webhooks: readonly Webhook[] = [webhook('ops')]) {
  const telemetry = createMemoryTelemetry();
  const { state, history, lanes, client, table } = dynamo;
  const handle = createHandler({
    telemetry,
    webhooks,
    readItems: createItemReader({ documents: DynamoDBDocumentClient.from(client), table }),
    ports: { state, history, lanes, clock, sender, random: () => 0 },
  });
  return { telemetry, handle };
}

const withEvents = (...sequences: readonly number[]): Promise<RecordedConnection> =>
  dynamo.state.write(
    recordedConnection({
      outbox: { pending: sequences.map((sequence) => pendingEvent(sequence)), nextSequence: 10 },
    }),
  );

async function streamed(): Promise<DynamoDBStreamEvent> {
  return (await createTableStream(dynamo.client, dynamo.table).next()) ?? { Records: [] };
}

const sent = () => sender.sent.map(({ event }) => event.sequence);

it('delivers the events of the items that the stream tells of, and of no others', async () => {
  await withEvents(1);
  const event = await streamed();
  await withEvents(2);
  const { handle, telemetry } = start();
  await handle(event, context);
  expect(sent()).toEqual([1]);
  expect(telemetry.total(metrics.eventsDelivered)).toBe(1);
  expect((await dynamo.state.readPending()).items).toHaveLength(1);
});

it('takes nothing from an old record of the stream: what was told since is not told again', async () => {
  const item = await withEvents(1);
  const event = await streamed();
  const { handle } = start();
  await handle({ sweep: true }, context);
  await handle(event, context);
  await handle(event, context);
  expect(sent()).toEqual([1]);
  expect((await dynamo.history.read(item.connectionId)).entries).toHaveLength(1);
});

it('is done with records of items that are gone, that have nothing to tell, or that are none of ours', async () => {
  await withEvents(1);
  const { Records } = await streamed();
  const [record] = Records;
  const elsewhere = {
    ...record,
    dynamodb: { ...record?.dynamodb, Keys: { pk: { S: 'ORG#x' }, sk: { S: 'CONNECTION#x' } } },
  };
  const quiet = { ...record, dynamodb: { ...record?.dynamodb, NewImage: { pk: { S: 'ACCOUNT#1' } } } };
  const removed = { eventName: 'REMOVE' as const, dynamodb: { Keys: record?.dynamodb?.Keys ?? {} } };
  const { handle } = start();
  await handle({ Records: [elsewhere, quiet, removed, {}] }, context);
  expect(sent()).toEqual([]);
  await handle({ Records }, context);
  expect(sent()).toEqual([1]);
});

it('sweeps whatever has to be told, and says how old the oldest is that nobody takes', async () => {
  await withEvents(1, 2);
  await withEvents(3);
  sender = createMemoryEventSender(() => ({ outcome: 'refused', reason: 'HTTP 503' }));
  const { handle, telemetry } = start();
  clock.advance(90_000);
  await handle({ sweep: true }, context);
  expect(telemetry.total(metrics.oldestEventAge)).toBe(90);
  sender = createMemoryEventSender();
  const later = start();
  clock.advance(3_600_000);
  await later.handle({ sweep: true }, context);
  expect([...sent()].sort()).toEqual([1, 2, 3]);
  expect(later.telemetry.total(metrics.oldestEventAge)).toBe(3_690);
  expect(later.telemetry.total(metrics.eventsDelivered)).toBe(3);
  const last = start();
  await last.handle({ sweep: true }, context);
  expect(last.telemetry.total(metrics.oldestEventAge)).toBe(0);
});

it('takes an event whose key bears no time for an old one: the alarm is raised, not silenced', async () => {
  const item = await withEvents(1);
  await DynamoDBDocumentClient.from(dynamo.client).send(
    new UpdateCommand({
      TableName: dynamo.table,
      Key: toTableKey(item),
      UpdateExpression: 'SET #oldest = :none',
      ExpressionAttributeNames: { '#oldest': tableAttributes.pendingSortKey },
      ExpressionAttributeValues: { ':none': 'yesterday#1' },
    }),
  );
  const { handle, telemetry } = start();
  await handle({ sweep: true }, context);
  expect(telemetry.total(metrics.oldestEventAge)).toBe(clock.now() / 1_000);
  expect(sent()).toEqual([1]);
});

it('leaves chats to the sweep, and keeps for them what programs have had', async () => {
  const chat: Webhook = { name: 'chat', format: 'teams', secret: { env: 'CHAT_URL' }, events: ['*'] };
  await withEvents(1);
  const { handle } = start([webhook('ops'), chat]);
  await handle(await streamed(), context);
  expect(sender.sent.map((one) => one.webhook)).toEqual(['ops']);
  await handle({ sweep: true }, context);
  expect(sender.sent.map((one) => one.webhook)).toEqual(['ops', 'chat']);
  expect((await dynamo.state.readPending()).items).toEqual([]);
});

it('counts how old the oldest event is also where delivery fails, and what cannot be read', async () => {
  await withEvents(1);
  clock.advance(2 * 3_600_000);
  const { handle, telemetry } = start();
  sender.send = () => Promise.reject(new Error('planted'));
  await expect(handle({ sweep: true }, context)).rejects.toThrow('Not every event could be delivered.');
  expect(telemetry.total(metrics.oldestEventAge)).toBeGreaterThan(0);
  expect(telemetry.total(metrics.unreadableItems)).toBe(0);
});

it('ends the connections to receivers with each invocation, also with one that fails', async () => {
  let closed = 0;
  sender = { ...createMemoryEventSender(), close: () => (closed += 1) };
  const { handle } = start();
  await handle({ sweep: true }, context);
  expect(closed).toBe(1);
  await dynamo.close();
  await expect(handle({ sweep: true }, context)).rejects.toThrow();
  expect(closed).toBe(2);
  dynamo = await openLocalDynamo(clock);
});
