import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exampleData } from '../../../docs/event-examples.ts';
import type { LocalEventTargets } from '../../../infra/local/event-targets/local-event-targets.ts';
import { startLocalEventTargets } from '../../../infra/local/event-targets/local-event-targets.ts';
import { createWebhookExaminer } from '../../../shared/adapters/notify/webhook-examiner.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import { replay } from '../../../shared/application/delivery/replay.ts';
import { deliver } from '../../../shared/application/delivery/deliver.ts';
import type { AwsWebhook } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import { pendingEvent } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import { createDeliverWorld } from '../../scenario/deliver-world.ts';

const drift = exampleData['connection.drift-detected.v1'];
const event = pendingEvent(1, { type: 'connection.drift-detected.v1', data: drift });

describe('events on a bus and to a topic', () => {
  let targets: LocalEventTargets;
  let bus: AwsWebhook;
  let topic: AwsWebhook;
  let fifo: AwsWebhook;
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
  });
  const clock = createVirtualClock();

  beforeEach(async () => {
    targets = await startLocalEventTargets();
    const common = { name: 'aws', events: ['*'] };
    bus = { ...common, format: 'eventbridge', bus: targets.createBus('azfed-events', 'eu-central-1') };
    topic = { ...common, format: 'sns', topic: targets.createTopic('azfed') };
    fifo = { ...common, format: 'sns', topic: targets.createTopic('azfed.fifo') };
  });
  afterEach(() => targets.close());
  afterAll(() => {
    client.destroy();
  });

  const options = () => ({
    getSecrets: () => Promise.resolve([]),
    clock,
    aws: { client, endpoints: { events: targets.url, sns: targets.url } },
  });
  const sender = () => createWebhookSender(options());

  it('carry the CloudEvent as the detail, and what rules ask for', async () => {
    expect(await sender().send(bus, event)).toEqual({ outcome: 'delivered' });
    expect(targets.events).toMatchObject([
      {
        bus: 'arn:aws:events:eu-central-1:111122223333:event-bus/azfed-events',
        source: 'azfed',
        detailType: 'connection.drift-detected.v1',
        resources: [drift.aws.roleArn],
        detail: {
          id: event.id,
          type: event.type,
          data: { severity: 'high', aws: { account: drift.aws.account } },
        },
      },
    ]);
  });

  it('carry attributes that subscriptions filter by', async () => {
    expect(await sender().send(topic, event)).toEqual({ outcome: 'delivered' });
    expect(targets.messages).toMatchObject([
      {
        attributes: {
          type: event.type,
          severity: 'high',
          organizationId: drift.organization.id,
          connectionId: drift.connection.id,
          account: drift.aws.account,
          roleArn: drift.aws.roleArn,
        },
      },
    ]);
    expect(JSON.parse(targets.messages[0]?.message ?? '')).toMatchObject({
      specversion: '1.0',
      id: event.id,
    });
  });

  it('come once, in a group of their own, to a FIFO topic', async () => {
    await sender().send(fifo, event);
    await sender().send(fifo, event);
    await sender().send(fifo, pendingEvent(2, { id: 'evt_other', subject: 'deployment' }));
    expect(targets.messages).toHaveLength(2);
    expect(new Set(targets.messages.map(({ group }) => group)).size).toBe(2);
  });

  it.each([0, 30_000, 400_000])(
    'fit into 256 KB with %i characters of data, cut where they do not',
    async (length) => {
      const data = { text: '\u{1f600}'.repeat(length / 2) };
      const large = pendingEvent(1, { data });
      for (const webhook of [bus, topic])
        expect(await sender().send(webhook, large)).toEqual({ outcome: 'delivered' });
      const { detail } = targets.events[0] ?? {};
      expect(detail).toMatchObject({
        data: { text: length > 200_000 ? (expect.stringMatching(/^\(cut: /) as string) : data.text },
      });
    },
  );

  it.each([
    { entry: 'ThrottlingException', affectsAll: true },
    { entry: 'InternalFailure', affectsAll: true },
    { entry: 'InvalidArgument', affectsAll: undefined },
    { entry: 'MalformedDetail', affectsAll: undefined },
  ])('are not taken when the entry alone fails with $entry', async ({ entry, affectsAll }) => {
    targets.failNext({ entry });
    const outcome = await sender().send(bus, event);
    expect(outcome).toEqual({
      outcome: 'refused',
      reason: `${entry}: Told to fail.`,
      ...(affectsAll === undefined ? {} : { affectsAll }),
    });
    expect(targets.events).toEqual([]);
  });

  it.each([
    { code: 'ThrottlingException', status: 400, affectsAll: true },
    { code: 'Throttled', status: 429, affectsAll: true },
    { code: 'InternalException', status: 500, affectsAll: true },
    { code: 'InvalidParameter', status: 400, affectsAll: undefined },
  ])('are sent again after $status $code', async ({ code, status, affectsAll }) => {
    for (const webhook of [bus, topic]) {
      targets.failNext({ code, status });
      const outcome = await sender().send(webhook, event);
      expect(outcome).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(code) as string });
      expect('affectsAll' in outcome && outcome.affectsAll).toBe(affectsAll ?? false);
    }
  });

  it.each(['AccessDeniedException', 'AuthorizationError'])(
    'use up no attempt while %s refuses them',
    async (code) => {
      for (const webhook of [bus, topic]) {
        targets.failNext({ code, status: 403 });
        await expect(sender().send(webhook, event)).rejects.toBeInstanceOf(PermissionError);
      }
    },
  );

  it('are refused for all when nobody answers, or the topic is gone', async () => {
    targets.failNext('drop');
    expect(await sender().send(bus, event)).toMatchObject({ outcome: 'refused', affectsAll: true });
    const gone = { ...topic, topic: 'arn:aws:sns:us-east-1:111122223333:gone' } as AwsWebhook;
    expect(await sender().send(gone, event)).toMatchObject({ outcome: 'refused', affectsAll: true });
  });

  it('are looked for before any is sent: a bus that is not there would drop them without a word', async () => {
    const gone = { ...bus, bus: 'arn:aws:events:us-east-1:111122223333:event-bus/gone' } as AwsWebhook;
    expect(await sender().send(gone, event)).toEqual({ outcome: 'delivered' });
    expect(targets.events).toEqual([]);
    const examiner = createWebhookExaminer(options());
    expect((await examiner.examine(gone)).address).toMatchObject({ state: 'unknown', code: 'not-found' });
    for (const webhook of [bus, topic])
      expect((await examiner.examine(webhook)).address).toMatchObject({ state: 'complete' });
  });

  it('are sent again from the history like all others', async () => {
    const world = createDeliverWorld();
    const item = await world.addConnection(2);
    const ports = { ...world, sender: sender() };
    targets.failNext(...Array.from({ length: 10 }, () => ({ code: 'NotFound', status: 404 })));
    for (let hours = 0; hours < 90; hours++) {
      await deliver(ports, [topic]);
      world.clock.advance(3_600_000);
    }
    expect((await world.state.readControls()).disabledWebhooks).toMatchObject([{ name: 'aws' }]);
    expect(await replay(ports, topic, [await world.read(item)], {}, 'ana')).toMatchObject({
      sent: 2,
      isEnabled: true,
    });
    expect(targets.messages).toHaveLength(2);
  });
});
