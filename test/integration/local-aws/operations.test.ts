import {
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Fault } from '../../../infra/local/aws/protocol/faults.ts';
import { ACCOUNT, TRUST, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const create = ({ iam }: TestCloud, RoleName = 'prod') =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
const exists = async ({ iam }: TestCloud, RoleName = 'prod') =>
  (await readRefusal(iam.send(new GetRoleCommand({ RoleName })))).code === 'none';

describe('faults', () => {
  it.each<[Fault, string, number]>([
    ['throttle', 'Throttling', 400],
    ['accessDenied', 'AccessDenied', 403],
    ['serviceFailure', 'ServiceFailure', 500],
    ['concurrentModification', 'ConcurrentModification', 409],
  ])('answers %s once, before anything is done', async (fault, code, status) => {
    const cloud = await startCloud();
    cloud.aws.faults.next({ operation: 'CreateRole', account: ACCOUNT }, fault);
    expect(await readRefusal(create(cloud))).toMatchObject({ code, status });
    expect(await exists(cloud)).toBe(false);
    await expect(create(cloud)).resolves.toBeDefined();
  });

  it('cuts the connection before or after the write', async () => {
    const cloud = await startCloud();
    cloud.aws.faults.next({ operation: 'CreateRole' }, 'dropConnection');
    cloud.aws.faults.next({ operation: 'CreateRole' }, 'applyThenDrop');
    await expect(create(cloud, 'first')).rejects.toThrow();
    await expect(create(cloud, 'second')).rejects.toThrow();
    expect([await exists(cloud, 'first'), await exists(cloud, 'second')]).toEqual([false, true]);
  });

  it.each<[Fault, boolean]>([
    ['hang', false],
    ['applyThenHang', true],
  ])('never answers (%s)', async (fault, isApplied) => {
    const cloud = await startCloud();
    cloud.aws.faults.next({ operation: 'CreateRole' }, fault);
    const command = new CreateRoleCommand({ RoleName: 'prod', AssumeRolePolicyDocument: TRUST });
    await expect(cloud.iam.send(command, { abortSignal: AbortSignal.timeout(100) })).rejects.toThrow(
      /abort/i,
    );
    expect(await exists(cloud)).toBe(isApplied);
  });

  it('meets the calls that it is meant for, as often as it is meant', async () => {
    const cloud = await startCloud();
    cloud.aws.faults.next({ operation: 'ListRoles' }, 'throttle', 2);
    const list = async () => (await readRefusal(cloud.iam.send(new ListRolesCommand({})))).code;
    expect(await exists(cloud)).toBe(false);
    expect([await list(), await list(), await list()]).toEqual(['Throttling', 'Throttling', 'none']);
    cloud.aws.faults.next({}, 'serviceFailure', Infinity);
    expect(await list()).toBe('ServiceFailure');
    cloud.aws.faults.clear();
    expect(await list()).toBe('none');
  });
});

describe('throttling', () => {
  it('gives each account a bucket that fills with the clock', async () => {
    const cloud = await startCloud({ rateLimit: { perSecond: 2, burst: 3 } });
    const other = cloud.openIam(cloud.aws.addAccount({ id: '222233334444' }).credentials);
    const list = async (iam = cloud.iam) => (await readRefusal(iam.send(new ListRolesCommand({})))).code;
    const burst = [await list(), await list(), await list(), await list()];
    expect(burst).toEqual(['none', 'none', 'none', 'Throttling']);
    expect(await list(other)).toBe('none');
    cloud.clock.now += 500;
    expect([await list(), await list()]).toEqual(['none', 'Throttling']);
  });
});

describe('delayed visibility', () => {
  it('serves reads and sessions as the world was a while ago, and writes as it is', async () => {
    const cloud = await startCloud({ visibilityDelayMs: 30_000 });
    await create(cloud);
    expect(await exists(cloud)).toBe(false);
    expect((await readRefusal(create(cloud))).code).toBe('EntityAlreadyExists');
    const trust = identityPolicy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' });
    await cloud.iam.send(new CreateRoleCommand({ RoleName: 'open', AssumeRolePolicyDocument: trust }));
    const assume = new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/open`,
      RoleSessionName: 'pass',
    });
    const sts = cloud.openSts(cloud.account.credentials);
    expect((await readRefusal(sts.send(assume))).code).toBe('AccessDenied');
    cloud.clock.now += 30_000;
    expect(await exists(cloud)).toBe(true);
    await expect(sts.send(assume)).resolves.toBeDefined();
  });

  it('can delay each operation on its own', async () => {
    const cloud = await startCloud({
      visibilityDelayMs: (operation) => (operation === 'ListRoles' ? 10_000 : 0),
    });
    await create(cloud);
    const listed = async () =>
      (await cloud.iam.send(new ListRolesCommand({}))).Roles?.map(({ RoleName }) => RoleName);
    expect(await exists(cloud)).toBe(true);
    expect(await listed()).not.toContain('prod');
    cloud.clock.now += 10_000;
    expect(await listed()).toContain('prod');
  });
});

describe('records', () => {
  it('logs every call with its caller, target and outcome', async () => {
    const seen: string[] = [];
    const cloud = await startCloud({ onCall: ({ operation }) => seen.push(operation) });
    await create(cloud);
    await readRefusal(create(cloud));
    const call = {
      operation: 'CreateRole',
      account: ACCOUNT,
      principalArn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      resource: `arn:aws:iam::${ACCOUNT}:role/prod`,
      at: cloud.clock.now,
    };
    expect(cloud.aws.calls).toEqual([call, { ...call, errorCode: 'EntityAlreadyExists' }]);
    expect(seen).toEqual(['CreateRole', 'CreateRole']);
    expect(cloud.aws.counts()).toEqual({ CreateRole: 2 });
    cloud.aws.resetCounts();
    expect(cloud.aws.counts()).toEqual({});
  });

  it('keeps a trail of writes, with who made them, and none of reads and failures', async () => {
    const cloud = await startCloud();
    const iam = cloud.openIam(await cloud.spokeKeys());
    await iam.send(new CreateRoleCommand({ RoleName: 'prod', AssumeRolePolicyDocument: TRUST }));
    await readRefusal(create(cloud));
    await exists(cloud);
    expect(cloud.aws.events).toMatchObject([
      {
        eventName: 'CreateRole',
        eventSource: 'iam.amazonaws.com',
        eventTime: '2026-11-22T10:00:00Z',
        awsRegion: 'us-east-1',
        sourceIPAddress: '127.0.0.1',
        requestParameters: { roleName: 'prod', assumeRolePolicyDocument: TRUST },
        responseElements: { role: { roleName: 'prod' } },
        userIdentity: {
          type: 'AssumedRole',
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/azfed-spoke/azfed-pass`,
          accountId: ACCOUNT,
          sessionContext: { sessionIssuer: { arn: cloud.account.spokeRoleArn, userName: 'azfed-spoke' } },
        },
      },
    ]);
  });

  it('goes on after a restart from what it had', async () => {
    const first = await startCloud();
    let changes = 0;
    const stop = first.aws.onChange(() => changes++);
    await create(first);
    const keys = await first.spokeKeys();
    await exists(first);
    stop();
    await create(first, 'second');
    expect(changes).toBe(2);
    const state = JSON.parse(JSON.stringify(first.aws.snapshot())) as ReturnType<typeof first.aws.snapshot>;
    const second = await startCloud({ state });
    expect(second.aws.snapshot()).toEqual(state);
    expect(second.account.credentials.accessKeyId).toBe(first.account.credentials.accessKeyId);
    const { Roles } = await second.openIam(keys).send(new ListRolesCommand({}));
    expect(Roles?.map(({ RoleName }) => RoleName).sort()).toEqual(['azfed-spoke', 'prod', 'second']);
  });
});

describe('the protocol', () => {
  it('refuses what it does not speak', async () => {
    const cloud = await startCloud();
    expect(await readRefusal(cloud.iam.send(new ListUsersCommand({})))).toMatchObject({
      code: 'InvalidAction',
      status: 400,
    });
    const answer = await fetch(cloud.aws.url, {
      method: 'POST',
      body: 'Action=ListRoles&Version=2010-05-08',
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('names a member that is missing', async () => {
    const cloud = await startCloud();
    const { credentials } = cloud.account;
    const iam = new IAMClient({ endpoint: cloud.aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const RoleName: unknown = undefined;
    const refusal = await readRefusal(iam.send(new GetRoleCommand({ RoleName: RoleName as string })));
    iam.destroy();
    expect(refusal).toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining("at 'roleName'") as string,
    });
  });
});
