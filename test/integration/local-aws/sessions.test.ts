import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import { ACCOUNT, TRUST, identityPolicy, toKeys, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const assume = ({ aws, openSts, account }: TestCloud, input: Partial<AssumeRoleRequest> = {}) =>
  openSts(aws.hubCredentials).send(
    new AssumeRoleCommand({ RoleArn: account.spokeRoleArn, RoleSessionName: 'azfed-pass', ...input }),
  );

describe('callers', () => {
  it('knows who calls by the access key id', async () => {
    const cloud = await startCloud();
    const { aws, account, openSts } = cloud;
    const who = (keys: Parameters<typeof openSts>[0]) => openSts(keys).send(new GetCallerIdentityCommand({}));
    expect(await who(aws.hubCredentials)).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/admin',
    });
    expect(await who(account.credentials)).toMatchObject({ Account: ACCOUNT });
    expect(await who(await cloud.spokeKeys())).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/azfed-spoke/azfed-pass`,
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:azfed-pass$/) as string,
    });
  });

  it('refuses keys that it did not give out, and a session without its token', async () => {
    const cloud = await startCloud();
    const unknown = cloud.openIam({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' });
    const expected = { code: 'InvalidClientTokenId', status: 403 };
    expect(await readRefusal(unknown.send(new ListRolesCommand({})))).toMatchObject(expected);
    const { accessKeyId, secretAccessKey } = await cloud.spokeKeys();
    const halved = cloud.openIam({ accessKeyId, secretAccessKey });
    expect(await readRefusal(halved.send(new ListRolesCommand({})))).toMatchObject(expected);
  });

  it('keeps partitions apart', async () => {
    const { openIam, aws, openSts } = await startCloud();
    const china = aws.addAccount({ id: '222233334444', partition: 'aws-cn' });
    const list = new ListRolesCommand({});
    expect((await readRefusal(openIam(china.credentials, 'us-east-1').send(list))).code).toBe(
      'InvalidClientTokenId',
    );
    const { Roles } = await openIam(china.credentials, 'cn-north-1').send(list);
    expect(Roles?.[0]?.Arn).toBe('arn:aws-cn:iam::222233334444:role/azfed-spoke');
    const across = new AssumeRoleCommand({ RoleArn: china.spokeRoleArn, RoleSessionName: 'azfed-pass' });
    expect((await readRefusal(openSts(aws.hubCredentials).send(across))).code).toBe('AccessDenied');
  });

  it('ends a session at its expiry', async () => {
    const cloud = await startCloud();
    const keys = toKeys((await assume(cloud, { DurationSeconds: 900 })).Credentials);
    const iam = cloud.openIam(keys);
    cloud.clock.now += 899_000;
    await expect(iam.send(new ListRolesCommand({}))).resolves.toBeDefined();
    cloud.clock.now += 1000;
    expect(await readRefusal(iam.send(new ListRolesCommand({})))).toMatchObject({
      code: 'ExpiredToken',
      status: 403,
    });
  });

  it('does not let sessions of a deleted role pass for sessions of the next one', async () => {
    const cloud = await startCloud({}, { spoke: { managedPolicies: [] } });
    const keys = await cloud.spokeKeys();
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
    });
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: 'azfed-spoke' }));
    await cloud.iam.send(new CreateRoleCommand({ RoleName: 'azfed-spoke', AssumeRolePolicyDocument: trust }));
    const who = async (held: typeof keys) =>
      readRefusal(cloud.openSts(held).send(new GetCallerIdentityCommand({})));
    expect((await who(keys)).code).toBe('InvalidClientTokenId');
    expect((await who(await cloud.spokeKeys())).code).toBe('none');
  });
});

describe('AssumeRole', () => {
  it('asks for the external id that the trust asks for', async () => {
    const cloud = await startCloud({}, { spoke: { externalId: 'azfed-1' } });
    await expect(assume(cloud, { ExternalId: 'azfed-1' })).resolves.toBeDefined();
    for (const ExternalId of ['azfed-2', undefined]) {
      expect(await readRefusal(assume(cloud, { ExternalId }))).toMatchObject({
        code: 'AccessDenied',
        status: 403,
        message: `User: arn:aws:iam::111122223333:user/admin is not authorized to perform: sts:AssumeRole on resource: ${cloud.account.spokeRoleArn}`,
      });
    }
  });

  it.each<[string, Partial<AssumeRoleRequest>, string]>([
    ['a role that does not exist', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/none` }, 'AccessDenied'],
    ['a role on another path', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/x/azfed-spoke` }, 'AccessDenied'],
    [
      'an account that does not exist',
      { RoleArn: 'arn:aws:iam::999999999999:role/azfed-spoke' },
      'AccessDenied',
    ],
    ['a longer session than the role allows', { DurationSeconds: 7200 }, 'ValidationError'],
    ['a session under 15 minutes', { DurationSeconds: 600 }, 'ValidationError'],
    ['a session name of one character', { RoleSessionName: 'x' }, 'ValidationError'],
    [
      'a session policy over 2048 characters',
      {
        Policy: identityPolicy({
          Effect: 'Allow',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${'x'.repeat(2048)}`,
        }),
      },
      'PackedPolicyTooLarge',
    ],
    ['a broken session policy', { Policy: '{' }, 'MalformedPolicyDocument'],
    ['a source identity that the trust does not allow', { SourceIdentity: 'somebody' }, 'AccessDenied'],
    ['session tags that the trust does not allow', { Tags: [{ Key: 'a', Value: 'b' }] }, 'AccessDenied'],
  ])('refuses %s', async (_what, input, code) => {
    const cloud = await startCloud();
    expect((await readRefusal(assume(cloud, input))).code).toBe(code);
    await expect(assume(cloud)).resolves.toBeDefined();
  });

  it('obeys aws:PrincipalArn, asks the caller for the right, and lasts an hour in a chain', async () => {
    const cloud = await startCloud();
    const { aws, iam, openIam, openSts } = cloud;
    const hubIam = openIam(aws.hubCredentials);
    const makeTrust = (arn: string, Condition: object = {}) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole', Condition }],
      });
    const hubRoot = 'arn:aws:iam::111122223333:root';
    for (const RoleName of ['azfed', 'impostor']) {
      await hubIam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: makeTrust(hubRoot) }));
    }
    const onlyAzfed = { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/azfed' } };
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'spoke',
        AssumeRolePolicyDocument: makeTrust(hubRoot, onlyAzfed),
        MaxSessionDuration: 7200,
      }),
    );
    const openSession = async (name: string) =>
      openSts(
        toKeys(
          (
            await openSts(aws.hubCredentials).send(
              new AssumeRoleCommand({
                RoleArn: `arn:aws:iam::111122223333:role/${name}`,
                RoleSessionName: 'run',
              }),
            )
          ).Credentials,
        ),
      );
    const spoke = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/spoke`, RoleSessionName: 'pass' };
    const azfed = await openSession('azfed');
    expect((await readRefusal(azfed.send(new AssumeRoleCommand(spoke)))).message).toMatch(
      /because no identity-based policy allows/,
    );
    const PolicyDocument = identityPolicy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: spoke.RoleArn,
    });
    for (const RoleName of ['azfed', 'impostor']) {
      await hubIam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'spokes', PolicyDocument }));
    }
    await expect(azfed.send(new AssumeRoleCommand(spoke))).resolves.toBeDefined();
    expect((await readRefusal((await openSession('impostor')).send(new AssumeRoleCommand(spoke)))).code).toBe(
      'AccessDenied',
    );
    const long = new AssumeRoleCommand({ ...spoke, DurationSeconds: 7200 });
    expect((await readRefusal(azfed.send(long))).message).toMatch(/role chaining/);
  });

  it('judges a session by its own tags before those of its role', async () => {
    const { iam, openIam, openSts, aws, account } = await startCloud();
    const trust = (Action: readonly string[]) =>
      identityPolicy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action });
    const tagged = identityPolicy({
      Effect: 'Allow',
      Action: 'iam:ListRoles',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } },
    });
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'tagged',
        AssumeRolePolicyDocument: trust(['sts:AssumeRole', 'sts:TagSession']),
        Tags: [{ Key: 'team', Value: 'shop' }],
      }),
    );
    await iam.send(
      new PutRolePolicyCommand({ RoleName: 'tagged', PolicyName: 'list', PolicyDocument: tagged }),
    );
    const list = async (Tags?: AssumeRoleRequest['Tags']) => {
      const RoleArn = `arn:aws:iam::${ACCOUNT}:role/tagged`;
      const { Credentials } = await openSts(account.credentials).send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: 'run', ...(Tags && { Tags }) }),
      );
      return (await readRefusal(openIam(toKeys(Credentials)).send(new ListRolesCommand({})))).code;
    };
    expect(await list()).toBe('none');
    expect(await list([{ Key: 'Team', Value: 'other' }])).toBe('AccessDenied');
    expect(aws.calls.at(-1)).toMatchObject({ operation: 'ListRoles', errorCode: 'AccessDenied' });
  });

  it('notes when a role was used last', async () => {
    const cloud = await startCloud();
    await cloud.iam.send(new CreateRoleCommand({ RoleName: 'unused', AssumeRolePolicyDocument: TRUST }));
    await cloud.spokeKeys();
    const lastUse = async (RoleName: string) =>
      (await cloud.iam.send(new GetRoleCommand({ RoleName }))).Role?.RoleLastUsed?.LastUsedDate;
    expect(await lastUse('azfed-spoke')).toEqual(new Date(cloud.clock.now));
    expect(await lastUse('unused')).toBeUndefined();
  });
});
