import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { metrics } from '../../../shared/contract/metrics.ts';
import { organizationId, projectId } from '../../builders/domain-ids.ts';
import { tableItems } from '../../builders/table.ts';
import type { HookCall, HookStage } from './hook-stage.ts';
import { CURRENT, PREVIOUS, setHookStage } from './hook-stage.ts';

const HOUR = 3_600_000;

describe('the hook', () => {
  let stage: HookStage;
  beforeEach(async () => {
    stage = await setHookStage();
  });
  afterEach(() => stage.close());

  const bodies = () => stage.queue.messages().map(({ body }): unknown => JSON.parse(body));
  const project = (number: number) => ({
    resourceContainers: { collection: { id: organizationId(1) }, project: { id: projectId(number) } },
  });

  it('queues the project of an authentic hook, and shows it to a worker 30 seconds later', async () => {
    expect(await stage.call()).toEqual({ statusCode: 202, body: '' });
    const message = { organizationId: organizationId(1), projectId: projectId(1) };
    expect(bodies()).toEqual([message]);
    expect(await stage.sqs.receive(stage.queue.url)).toEqual([]);
    stage.clock.advance(30_000);
    expect(await stage.sqs.receive(stage.queue.url)).toEqual([JSON.stringify(message)]);
    expect(stage.telemetry.total(metrics.hooksQueued)).toBe(1);
  });

  it.each<{ what: string; call: HookCall }>([
    { what: 'the previous password', call: { password: PREVIOUS } },
    { what: 'a body in base64', call: { isBase64Encoded: true } },
    { what: 'a created connection', call: { body: { eventType: 'ms.vss-endpoint.endpoint-created' } } },
    { what: 'two megabytes', call: { body: { filler: 'x'.repeat(2 * 1024 * 1024 - 2_000) } } },
    {
      what: 'the organization as the account',
      call: {
        body: {
          resourceContainers: {
            collection: { id: organizationId(9) },
            account: { id: organizationId(1) },
            project: { id: projectId(1) },
          },
        },
      },
    },
    { what: 'ids in capitals', call: { body: { subscriptionId: 'B24B2B1A-0A4B-4BD9-8F8C-4D2A5B1F0C11' } } },
  ])('takes $what', async ({ call }) => {
    expect(await stage.call(call)).toEqual({ statusCode: 202, body: '' });
    expect(bodies()).toEqual([{ organizationId: organizationId(1), projectId: projectId(1) }]);
  });

  it('asks for the whole organization when no project is named', async () => {
    const body = { resourceContainers: { collection: { id: organizationId(1) } } };
    expect(await stage.call({ body })).toMatchObject({ statusCode: 202 });
    expect(bodies()).toEqual([{ organizationId: organizationId(1) }]);
  });

  describe('a wrong secret', () => {
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    it.each<{ what: string; call: HookCall }>([
      { what: 'no header', call: { password: null } },
      { what: 'another password', call: { password: 'planted-guess' } },
      { what: 'an empty password', call: { password: '' } },
      { what: 'a beginning of the password', call: { password: CURRENT.slice(0, -1) } },
      { what: 'the password in capitals', call: { password: CURRENT.toUpperCase() } },
      { what: 'the password as the user', call: { authorization: basic(CURRENT) } },
      { what: 'a bearer token', call: { authorization: `Bearer ${CURRENT}` } },
      { what: 'no base64', call: { authorization: 'Basic {}' } },
    ])('is refused with 401 and nothing else: $what', async ({ call }) => {
      expect(await stage.call(call)).toEqual({ statusCode: 401, body: '' });
      expect(bodies()).toEqual([]);
      expect(stage.telemetry.total(metrics.hooksRefused)).toBe(1);
      expect(await stage.call()).toMatchObject({ statusCode: 202 });
    });

    it('is told apart from a new one that has not been read yet', async () => {
      stage.storePasswords(JSON.stringify({ current: 'planted-newer-password', previous: CURRENT }));
      stage.clock.advance(10_000);
      expect(await stage.call({ password: 'planted-newer-password' })).toMatchObject({ statusCode: 202 });
      expect(await stage.call({ password: PREVIOUS })).toMatchObject({ statusCode: 401 });
    });

    it('does not make us read the secret again and again', async () => {
      stage.clock.advance(10_000);
      await stage.call({ password: 'planted-guess' });
      stage.secrets.failNext('drop');
      for (const _guess of [1, 2, 3])
        expect(await stage.call({ password: 'planted-guess' })).toMatchObject({ statusCode: 401 });
    });
  });

  describe('an authentic hook that is nothing for us', () => {
    it.each<{ what: string; call: HookCall }>([
      { what: 'another event', call: { body: { eventType: 'git.push' } } },
      {
        what: 'another organization',
        call: { body: { resourceContainers: { collection: { id: organizationId(2) } } } },
      },
      {
        what: 'an organization that is no GUID',
        call: { body: { resourceContainers: { collection: { id: `${organizationId(1)}/../x` } } } },
      },
      { what: 'no containers', call: { body: { resourceContainers: null } } },
      { what: 'no JSON', call: { body: 'planted <xml/>' } },
      { what: 'a list', call: { body: '[]' } },
      { what: 'nothing', call: { body: '' } },
      { what: 'more than two megabytes', call: { body: { filler: 'x'.repeat(2 * 1024 * 1024) } } },
    ])('is taken with 200 and counted: $what', async ({ call }) => {
      expect(await stage.call(call)).toEqual({ statusCode: 200, body: '' });
      expect(bodies()).toEqual([]);
      expect(stage.telemetry.total(metrics.hooksUnknown)).toBe(1);
    });
  });

  describe('trouble', () => {
    it.each([{ code: 'QueueDoesNotExist' }, { entryCode: 'InternalError' }])(
      'of the queue is answered with 503, and the same hook is taken the next time: %j',
      async (failure) => {
        stage.sqs.queues.failNext(failure);
        expect(await stage.call()).toEqual({ statusCode: 503, body: '' });
        expect(stage.telemetry.total(metrics.hooksDeferred)).toBe(1);
        expect(bodies()).toEqual([]);
        expect(await stage.call()).toEqual({ statusCode: 202, body: '' });
        expect(bodies()).toHaveLength(1);
      },
    );

    it('of the secret is answered with 503 once its reading is five minutes old', async () => {
      stage.secrets.failNext({ type: 'AccessDeniedException' });
      stage.clock.advance(5 * 60_000 - 1);
      expect(await stage.call()).toMatchObject({ statusCode: 202 });
      stage.clock.advance(1);
      expect(await stage.call({ body: { notificationId: 18 } })).toMatchObject({ statusCode: 503 });
      expect(await stage.call({ body: { notificationId: 18 } })).toMatchObject({ statusCode: 202 });
    });

    it('of the table costs a read and no hook', async () => {
      await stage.dynamo.client.send(new DeleteTableCommand({ TableName: stage.dynamo.table }));
      expect(await stage.call()).toMatchObject({ statusCode: 202 });
      expect(bodies()).toHaveLength(1);
    });
  });

  describe('a repeat', () => {
    it('is taken with 200 for 48 hours, and worked off again after that', async () => {
      expect(await stage.call()).toMatchObject({ statusCode: 202 });
      stage.clock.advance(48 * HOUR - 1);
      expect(await stage.call()).toEqual({ statusCode: 200, body: '' });
      expect(stage.telemetry.total(metrics.hooksRepeated)).toBe(1);
      stage.clock.advance(1);
      expect(await stage.call()).toMatchObject({ statusCode: 202 });
    });

    it.each([
      { what: 'another number', body: { notificationId: 18 } },
      { what: 'another subscription', body: { subscriptionId: '00000000-0000-4000-8000-0000000000ff' } },
    ])('is not one with $what', async ({ body }) => {
      await stage.call();
      expect(await stage.call({ body })).toMatchObject({ statusCode: 202 });
    });

    it('is known by the id of its event where the sender left the other ids out', async () => {
      const body = { subscriptionId: undefined, notificationId: undefined };
      expect(await stage.call({ body })).toMatchObject({ statusCode: 202 });
      expect(await stage.call({ body })).toMatchObject({ statusCode: 200 });
      expect(await stage.call({ body: { ...body, id: undefined } })).toMatchObject({ statusCode: 202 });
    });
  });

  it('makes one message of all hooks of a project in 30 seconds, and one for each project', async () => {
    for (let notificationId = 0; notificationId < 20; notificationId += 1)
      await stage.call({ body: { ...project(1 + (notificationId % 2)), notificationId } });
    expect(bodies()).toHaveLength(2);
    stage.clock.advance(30_000);
    await stage.call({ body: { ...project(1), notificationId: 100 } });
    expect(bodies()).toHaveLength(3);
  });

  it('makes one discovery of 1,000 hooks that are the same, in whatever order they come', async () => {
    const statuses = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 50 }, () => stage.call());
      for (const { statusCode } of await Promise.all(calls)) statuses.add(statusCode);
      stage.clock.advance(3_000);
    }
    expect(bodies()).toHaveLength(1);
    expect(statuses).toEqual(new Set([202, 200]));
  });

  it('says nothing of passwords and bodies, neither in logs nor in the table nor in the queue', async () => {
    await stage.call({ body: { resource: { name: 'planted-name' } } });
    await stage.call({ password: 'planted-guess' });
    await stage.call({ body: 'planted-text' });
    stage.sqs.queues.failNext({ code: 'QueueDoesNotExist' });
    await stage.call({ body: { notificationId: 2 } });
    const said = [
      ...stage.telemetry.lines.map((line) => JSON.stringify(line)),
      ...(await tableItems(stage.dynamo.client, stage.dynamo.table)),
      ...stage.queue.messages().map(({ body }) => body),
    ];
    expect(said.length).toBeGreaterThan(3);
    expect(said.filter((text) => text.includes('planted'))).toEqual([]);
  });

  it.each([
    '',
    'planted-plain-text',
    '{}',
    '{"current":"short"}',
    '{"current":"planted-current-password","x":1}',
  ])('does not start without a password: %s', async (text) => {
    if (text !== '') stage.storePasswords(text);
    else stage.secrets.failNext({ type: 'ResourceNotFoundException' });
    const start = stage.start();
    await expect(start).rejects.toMatchObject({ name: 'ConfigError' });
    await expect(start).rejects.not.toThrow(/planted/);
  });
});
