import { readFileSync } from 'node:fs';
import { AttachRolePolicyCommand, CreateRoleCommand, DetachRolePolicyCommand } from '@aws-sdk/client-iam';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createHandler } from '../../../functions/iam-change/create-handler.ts';
import { iamChangeDependencies } from '../../../functions/iam-change/dependencies.ts';
import type { LocalQueue } from '../../../infra/local/queues/local-queues.ts';
import { createDynamoChangeNotes } from '../../../shared/adapters/dynamodb/dynamo-change-notes.ts';
import { createDynamoActorMemory } from '../../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import type { MemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { metrics } from '../../../shared/contract/metrics.ts';
import { changesSlot } from '../../../shared/domain/discovery/queue-message.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { sliceOrganization } from '../../../shared/domain/discovery/account-slice.ts';
import { viewOrganization } from '../../../shared/domain/discovery/organization-view.ts';
import { configuration, contoso } from '../../builders/configuration.ts';
import { connection } from '../../builders/connection.ts';
import { ACCOUNT, roleArn } from '../../builders/domain-ids.ts';
import { inventory } from '../../builders/inventory.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import type { LocalSqs } from '../../builders/local-sqs.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { tableItems } from '../../builders/table.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import { READ_ONLY, TRUST, startCloud, stopClouds } from '../local-aws/cloud.ts';

const account: Account = {
  id: ACCOUNT,
  partition: 'aws',
  assumeRole: roleArn('azfed-spoke', '/'),
};
const deploy = { kind: 'role', name: 'deploy' } as const;

interface TrailEnvelope {
  readonly account: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** As EventBridge sends it. */
const envelope = JSON.parse(
  readFileSync('test/fixtures/events/cloudtrail-user.json', 'utf8'),
) as TrailEnvelope;

describe('a change of IAM', () => {
  const clock = createVirtualClock('2026-11-22T10:30:00Z');
  let sqs: LocalSqs;
  let dynamo: LocalDynamo;
  let queue: LocalQueue;
  let telemetry: MemoryTelemetry;
  let handle: (event: TrailEnvelope) => Promise<void>;

  beforeEach(async () => {
    [sqs, dynamo] = await Promise.all([openLocalSqs(clock), openLocalDynamo()]);
    queue = sqs.queues.create('discover.fifo');
    telemetry = createMemoryTelemetry();
    const dependencies = iamChangeDependencies({
      environment: { table: dynamo.table, discoverQueue: queue.url },
      configuration: configuration({ accounts: [account] }),
      telemetry,
      clock,
      endpoints: {
        aws: '',
        entra: '',
        secretsManager: '',
        s3: '',
        dynamoDb: dynamo.url,
        queues: sqs.queues.url,
        hub: { accessKeyId: 'AK', secretAccessKey: 'SK' },
        secrets: {},
      },
    });
    handle = createHandler(dependencies);
  });
  afterEach(async () => {
    await Promise.all([sqs.close(), dynamo.close(), stopClouds()]);
  });

  const bodies = () => queue.messages().map(({ body }): unknown => JSON.parse(body));
  const actors = () =>
    createDynamoActorMemory(
      { documents: DynamoDBDocumentClient.from(dynamo.client), table: dynamo.table },
      clock,
    );
  const notes = () =>
    createDynamoChangeNotes(
      { documents: DynamoDBDocumentClient.from(dynamo.client), table: dynamo.table },
      clock,
    );
  const withDetail = (fields: Readonly<Record<string, unknown>>) => ({
    ...envelope,
    detail: { ...envelope.detail, ...fields },
  });

  it('by a person is remembered with the person, and its role is noted', async () => {
    await handle(envelope);
    expect(bodies()).toEqual([{ account: ACCOUNT, changes: changesSlot(clock.now()) }]);
    expect(await notes().list(ACCOUNT, changesSlot(clock.now()))).toEqual(['deploy']);
    expect(
      (await actors().list(account, deploy, Date.parse('2026-11-22T08:00:00Z'), () => true))[0],
    ).toMatchObject({
      source: 'event',
      sessionName: 'alice@example.com',
      sourceIp: '198.51.100.7',
      eventName: 'UpdateAssumeRolePolicy',
      eventId: 'd3b07384-d9a0-4c9b-8f3e-6f1b2c3d4e5f',
      time: '2026-11-22T08:59:12.000Z',
    });
    expect(telemetry.total(metrics.iamChangesQueued)).toBe(1);
  });

  it('that comes twice is looked at once', async () => {
    await handle(envelope);
    await handle(envelope);
    expect(bodies()).toHaveLength(1);
    expect(await tableItems(dynamo.client, dynamo.table)).toHaveLength(2);
  });

  it('that cannot be queued comes again, and is remembered once', async () => {
    sqs.queues.failNext({ code: 'QueueDoesNotExist' });
    await expect(handle(envelope)).rejects.toMatchObject({ code: 'queue.refused' });
    await handle(envelope);
    expect(bodies()).toHaveLength(1);
    expect(await tableItems(dynamo.client, dynamo.table)).toHaveLength(2);
  });

  it.each<{ what: string; event: TrailEnvelope }>([
    { what: 'that failed', event: withDetail({ errorCode: 'AccessDenied' }) },
    { what: 'of a user', event: withDetail({ requestParameters: { userName: 'Bob' } }) },
    {
      what: 'that speaks of another account than it came from',
      event: { ...envelope, account: '999999999999' },
    },
    { what: 'without a detail', event: { account: ACCOUNT, detail: {} } },
    {
      what: 'that is poison',
      event: withDetail({ userIdentity: [], requestParameters: 'planted', eventTime: {} }),
    },
  ])('$what is dropped', async ({ event }) => {
    await handle(event);
    expect(bodies()).toEqual([]);
    expect(await tableItems(dynamo.client, dynamo.table)).toEqual([]);
    await handle(envelope);
    expect(bodies()).toHaveLength(1);
  });

  it('of a role, policy or provider that is nothing for azfed is dropped', async () => {
    await handle(withDetail({ requestParameters: { policyArn: `arn:aws:iam::${ACCOUNT}:policy/app` } }));
    const openIDConnectProviderArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.example.com`;
    await handle(withDetail({ requestParameters: { openIDConnectProviderArn } }));
    const wanted = inventory([connection(1, { requestedRoleArn: roleArn('Wanted') })]);
    const facts = { seen: viewOrganization(contoso, wanted, []), recorded: [] };
    for (const slice of sliceOrganization(configuration({ accounts: [account] }), facts))
      await dynamo.slices.write(slice, undefined);
    // Now that discovery has seen the organization, any other role is nothing.
    await handle(envelope);
    expect(bodies()).toEqual([]);
    await handle(withDetail({ requestParameters: { roleName: 'wanted' } }));
    const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${contoso.id}`;
    await handle(withDetail({ requestParameters: { openIDConnectProviderArn: provider } }));
    expect(bodies()).toHaveLength(1);
    expect(await notes().list(ACCOUNT, changesSlot(clock.now()))).toBeUndefined();
  });

  it('in an account that is not ours is dropped and counted', async () => {
    await handle({ ...withDetail({ recipientAccountId: '999999999999' }), account: '999999999999' });
    expect(bodies()).toEqual([]);
    expect(telemetry.total(metrics.iamChangesUnknown)).toBe(1);
  });

  it('says nothing of people in the logs', async () => {
    await handle(envelope);
    await handle(withDetail({ errorCode: 'planted' }));
    const said = JSON.stringify(telemetry.lines);
    expect(said).toContain('d3b07384-d9a0-4c9b-8f3e-6f1b2c3d4e5f');
    expect(said).not.toMatch(/alice|AWSReservedSSO|198\.51|planted/);
  });

  it('is told apart from our own, as the embedded AWS records both', async () => {
    const cloud = await startCloud();
    const ours = cloud.openIam(await cloud.spokeKeys());
    const policy = { RoleName: 'deploy', PolicyArn: READ_ONLY };
    await ours.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: TRUST }));
    await cloud.iam.send(new AttachRolePolicyCommand(policy));
    await ours.send(new DetachRolePolicyCommand(policy));
    for (const event of cloud.aws.events)
      await handle({ account: event.recipientAccountId, detail: { ...event } });
    expect(bodies()).toEqual([{ account: ACCOUNT, changes: changesSlot(clock.now()) }]);
    expect(await notes().list(ACCOUNT, changesSlot(clock.now()))).toEqual(['deploy']);
    expect((await actors().list(account, deploy, 0, () => true))[0]).toMatchObject({
      principal: `arn:aws:iam::${ACCOUNT}:user/admin`,
      eventName: 'AttachRolePolicy',
    });
  });
});
