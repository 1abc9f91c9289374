import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { createCloudTrailRoleUses } from '../../../shared/adapters/cloudtrail/cloudtrail-role-uses.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import type { Keys, TestCloud } from '../local-aws/cloud.ts';
import { ACCOUNT, AUDIENCE, ISSUER, makeTrust, startCloud, stopClouds } from '../local-aws/cloud.ts';
import { startIssuer } from '../local-aws/issuer-server.ts';

afterEach(stopClouds);

const DAY = 86_400_000;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy` as RoleArn;
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
  ],
});

async function prepare(pageSize = 1_000, options: Parameters<typeof startCloud>[0] = {}) {
  const cloud = await startCloud({ pageSize, ...options });
  await cloud.iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trust }));
  const id = parseAccountId(ACCOUNT);
  if (id === undefined) throw new Error('The account of the tests has no id.');
  const account: Account = { id, partition: 'aws' };
  const clock = {
    now: () => cloud.clock.now,
    sleep: (milliseconds: number) => {
      cloud.clock.now += milliseconds;
      return Promise.resolve();
    },
  };
  const connect = (keys: Keys) =>
    createCloudTrailRoleUses({ clock, endpoint: cloud.aws.url, getCredentials: () => Promise.resolve(keys) });
  const source = connect(cloud.account.credentials);
  const since = () => cloud.clock.now - 90 * DAY;
  return {
    cloud,
    since,
    list: (role = ROLE, regions = ['us-east-1'], from = since()) => source.list(account, role, from, regions),
    listAs: (keys: Keys) => connect(keys).list(account, ROLE, since(), ['us-east-1']),
  };
}

const assume = (cloud: TestCloud) =>
  cloud
    .openSts(cloud.account.credentials)
    .send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'ana' }));

it('finds who assumed a role by its ARN, and for how long was looked', async () => {
  const { cloud, list } = await prepare();
  await assume(cloud);
  const asked = cloud.clock.now - 90 * DAY;
  const { uses, since, regions } = await list();
  expect(uses).toMatchObject([{ by: { kind: 'principal' }, region: 'us-east-1' }]);
  expect([since, regions]).toEqual([asked, ['us-east-1']]);
});

it('says how far back it has come where a role is assumed too often to be read', async () => {
  const { cloud, list } = await prepare(1);
  for (let count = 0; count < 12; count += 1) {
    cloud.clock.now += 60_000;
    await assume(cloud);
  }
  const { uses, since } = await list();
  expect(uses).toHaveLength(10);
  expect(since).toBeGreaterThan(cloud.clock.now - DAY);
});

it('looks for tokens among those of all roles once for each account and Region', async () => {
  const { cloud, list, since } = await prepare();
  const from = since();
  await list(ROLE, ['us-east-1'], from);
  await list(ROLE, ['us-east-1'], from);
  expect(cloud.aws.counts()['LookupEvents']).toBe(3);
});

it('answers for the time that was asked, also where another search began later', async () => {
  const { list, since } = await prepare();
  const from = since();
  await list(ROLE, ['us-east-1'], from + 1);
  expect((await list(ROLE, ['us-east-1'], from)).since).toBe(from);
});

it('is not known where the right is missing', async () => {
  const { cloud, listAs } = await prepare();
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }],
  });
  await expect(listAs(await cloud.spokeKeys(policy))).rejects.toBeInstanceOf(PermissionError);
});

const SUBJECT = 'sc://contoso/Shop/aws-prod';

/** A pipeline gets a session of a role by its token. */
async function assumeByToken(cloud: TestCloud, issuer: Awaited<ReturnType<typeof startIssuer>>) {
  await cloud.iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: [AUDIENCE] }),
  );
  await cloud.iam.send(
    new CreateRoleCommand({ RoleName: 'pipeline', AssumeRolePolicyDocument: makeTrust(SUBJECT) }),
  );
  const now = cloud.clock.now / 1_000;
  const times = { iat: now, nbf: now, exp: now + 600 };
  await cloud.openSts({ accessKeyId: 'unused', secretAccessKey: 'unused' }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/pipeline`,
      RoleSessionName: 'job',
      WebIdentityToken: await issuer.sign({
        iss: `https://${ISSUER}`,
        aud: AUDIENCE,
        sub: SUBJECT,
        ...times,
      }),
    }),
  );
}

it.each([
  { namesRolesOfTokens: true, stsRegion: undefined, region: 'us-east-1' },
  { namesRolesOfTokens: false, stsRegion: undefined, region: 'us-east-1' },
  { namesRolesOfTokens: true, stsRegion: 'eu-west-1', region: 'eu-west-1' },
  { namesRolesOfTokens: false, stsRegion: 'eu-west-1', region: 'eu-west-1' },
])(
  'finds a token whose event names the role as a resource: $namesRolesOfTokens, in $region alone',
  async ({ namesRolesOfTokens, stsRegion, region }) => {
    const issuer = await startIssuer();
    try {
      const { cloud, list } = await prepare(1_000, {
        namesRolesOfTokens,
        ...(stsRegion === undefined ? {} : { stsRegion }),
        resolveIssuer: (url) => (url === `https://${ISSUER}` ? issuer.url : url),
      });
      await assumeByToken(cloud, issuer);
      const role = `arn:aws:iam::${ACCOUNT}:role/pipeline` as RoleArn;
      const { uses } = await list(role, ['us-east-1', 'eu-west-1']);
      const distinct = new Set(uses.map(({ eventId }) => eventId));
      expect(distinct.size).toBe(1);
      expect(uses[0]).toMatchObject({ region, by: { kind: 'token', subject: SUBJECT, audience: AUDIENCE } });
      const elsewhere = await list(role, [region === 'us-east-1' ? 'eu-west-1' : 'us-east-1']);
      expect(elsewhere.uses).toEqual([]);
    } finally {
      await issuer.close();
    }
  },
);

it('names the account of a caller from elsewhere in the account of the role, and the caller in their own', async () => {
  const { cloud, list } = await prepare();
  const other = cloud.aws.addAccount({ id: '999999999999' });
  const role = `arn:aws:iam::${ACCOUNT}:role/for-others` as RoleArn;
  const document = JSON.parse(trust) as { Statement: { Principal: object }[] };
  for (const statement of document.Statement) statement.Principal = { AWS: '999999999999' };
  const AssumeRolePolicyDocument = JSON.stringify(document);
  await cloud.iam.send(new CreateRoleCommand({ RoleName: 'for-others', AssumeRolePolicyDocument }));
  const call = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ana' });
  await cloud.openSts(other.credentials).send(call);
  const { uses } = await list(role);
  expect(uses).toMatchObject([{ by: { kind: 'account', account: '999999999999' } }]);
});
