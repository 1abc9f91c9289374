import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { createCloudTrailRoleUses } from '../../../shared/adapters/cloudtrail/cloudtrail-role-uses.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import type { Keys, TestCloud } from '../local-aws/cloud.ts';
import { ACCOUNT, startCloud, stopClouds } from '../local-aws/cloud.ts';

afterEach(stopClouds);

const DAY = 86_400_000;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy` as RoleArn;
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
  ],
});

async function prepare(pageSize = 1_000) {
  const cloud = await startCloud({ pageSize });
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
    list: () => source.list(account, ROLE, since(), ['us-east-1']),
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
  expect([Date.parse(since), regions]).toEqual([asked, ['us-east-1']]);
});

it('says how far back it has come where a role is assumed too often to be read', async () => {
  const { cloud, list } = await prepare(1);
  for (let count = 0; count < 12; count += 1) {
    cloud.clock.now += 60_000;
    await assume(cloud);
  }
  const { uses, since } = await list();
  expect(uses).toHaveLength(10);
  expect(Date.parse(since)).toBeGreaterThan(cloud.clock.now - DAY);
});

it('looks for tokens among those of all roles once for each account and Region', async () => {
  const { cloud, list } = await prepare();
  await list();
  await list();
  expect(cloud.aws.counts()['LookupEvents']).toBe(3);
});

it('is not known where the right is missing', async () => {
  const { cloud, listAs } = await prepare();
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }],
  });
  await expect(listAs(await cloud.spokeKeys(policy))).rejects.toBeInstanceOf(PermissionError);
});
