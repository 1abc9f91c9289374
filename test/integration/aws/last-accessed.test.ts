import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
} from '@aws-sdk/client-iam';
import type { LocalAwsOptions } from '../../../infra/local/aws/local-aws.ts';
import type { AwsAccounts } from '../../../shared/adapters/aws/aws-accounts.ts';
import { createAwsAccounts } from '../../../shared/adapters/aws/aws-accounts.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { parseRoleArn } from '../../../shared/domain/kernel/arn.ts';
import { ACCOUNT as ACCOUNT_ID } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { TestCloud } from '../local-aws/cloud.ts';
import {
  ACCOUNT,
  identityPolicy,
  makeTrust,
  readRefusal,
  startCloud,
  stopClouds,
} from '../local-aws/cloud.ts';

const arn = parseRoleArn(`arn:aws:iam::${ACCOUNT}:role/azfed-spoke`)?.arn ?? fail('no ARN');
const WAIT_MS = 30_000;

function fail(what: string): never {
  throw new Error(what);
}

let cloud: TestCloud;
let accounts: AwsAccounts;
afterEach(async () => {
  accounts.close();
  await stopClouds();
});

/** The role may read itself, and everything about S3, EC2 and IAM. */
const rights = identityPolicy({ Effect: 'Allow', Action: ['iam:*', 's3:*', 'ec2:*'], Resource: '*' });

async function readReport(options: LocalAwsOptions = {}, policy = rights, attempts: readonly string[] = []) {
  cloud = await startCloud(options, { spoke: { policies: { rights: policy } } });
  for (const action of attempts) cloud.aws.noteAttempt(arn, action);
  const clock = createVirtualClock(cloud.clock.now);
  const { hubCredentials: credentials, url: endpoint } = cloud.aws;
  accounts = createAwsAccounts({ clock, ids: randomIds, endpoint, credentials });
  const account: Account = { id: ACCOUNT_ID, partition: 'aws', assumeRole: arn };
  const report = await accounts.readLastAccessed(account, arn, clock.now() + WAIT_MS);
  return { report, account };
}

describe('what a role has used, by IAM', () => {
  const attempts = ['s3:CreateBucket', 's3:GetObject', 'iam:PassRole'];
  const at = Date.parse('2026-11-22T10:00:00Z');
  const tracked = (name: string) => ({ name, lastAt: at });
  const unused = { namespace: 'ec2', actions: [] };

  it.each<{ what: string; options: LocalAwsOptions; s3: readonly object[] }>([
    { what: 'at once', options: {}, s3: [tracked('CreateBucket')] },
    {
      what: 'after some polls',
      options: { lastAccessed: { polls: 5 } },
      s3: [tracked('CreateBucket')],
    },
    { what: 'in small pages', options: { pageSize: 1 }, s3: [tracked('CreateBucket')] },
    { what: 'by service alone', options: { lastAccessed: { names: 'none' } }, s3: [] },
    {
      what: 'with the actions that were not tried',
      options: { lastAccessed: { names: 'all' } },
      s3: [tracked('CreateBucket'), { name: 'DeleteBucket' }, { name: 'PutBucketPolicy' }],
    },
  ])('is read: $what', async ({ options, s3 }) => {
    const { report } = await readReport(options, rights, attempts);
    const value = report.state === 'complete' ? report.value : [];
    expect(value).toContainEqual({ namespace: 's3', lastAt: at, actions: s3 });
    expect(value).toContainEqual(unused);
    expect(value.find(({ namespace }) => namespace === 'iam')).toMatchObject({ lastAt: at });
  });

  it.each<{ what: string; options: LocalAwsOptions; policy?: string; code: string }>([
    { what: 'IAM fails', options: { lastAccessed: { fails: true } }, code: 'report-failed' },
    { what: 'IAM takes too long', options: { lastAccessed: { polls: 100 } }, code: 'report-unfinished' },
    {
      what: 'azfed may not start a report',
      options: {},
      policy: identityPolicy({ Effect: 'Allow', Action: 'iam:GetRole', Resource: '*' }),
      code: 'access-denied',
    },
    {
      what: 'azfed may not read the report',
      options: {},
      policy: identityPolicy({ Effect: 'Allow', Action: 'iam:Generate*', Resource: '*' }),
      code: 'access-denied',
    },
  ])('is unknown: $what', async ({ options, policy = rights, code }) => {
    const { report } = await readReport(options, policy);
    expect(report).toMatchObject({ state: 'unknown', code });
  });

  it('waits while IAM throttles, and not longer than it may', async () => {
    const { account } = await readReport();
    const clock = createVirtualClock(cloud.clock.now);
    const { hubCredentials: credentials, url: endpoint } = cloud.aws;
    accounts = createAwsAccounts({ clock, ids: randomIds, endpoint, credentials });
    cloud.aws.faults.next({ operation: 'GenerateServiceLastAccessedDetails' }, 'throttle', 2);
    expect(await accounts.readLastAccessed(account, arn, clock.now() + WAIT_MS)).toMatchObject({
      state: 'complete',
    });
    cloud.aws.faults.next({ operation: 'GetServiceLastAccessedDetails' }, 'throttle', Infinity);
    const begun = clock.now();
    expect(await accounts.readLastAccessed(account, arn, begun + 5_000)).toMatchObject({
      state: 'unknown',
      code: 'throttled',
    });
    expect(clock.now()).toBeLessThanOrEqual(begun + 5_000);
  });
});

describe('the report of the embedded IAM', () => {
  it('is for the session that started it, and about a role that is there', async () => {
    await readReport();
    const { JobId } = await cloud.iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn: arn }));
    const session = cloud.openIam(await cloud.spokeKeys());
    const get = new GetServiceLastAccessedDetailsCommand({ JobId });
    expect(await readRefusal(session.send(get))).toMatchObject({ code: 'NoSuchEntity', status: 404 });
    const own = await cloud.iam.send(get);
    expect(own).toMatchObject({ JobStatus: 'COMPLETED', JobType: 'SERVICE_LEVEL' });
    const gone = new GenerateServiceLastAccessedDetailsCommand({ Arn: `${arn}-gone` });
    expect(await readRefusal(cloud.iam.send(gone))).toMatchObject({ code: 'NoSuchEntity' });
    const odd = new GetServiceLastAccessedDetailsCommand({ JobId: 'job' });
    expect(await readRefusal(cloud.iam.send(odd))).toMatchObject({ code: 'ValidationError' });
  });

  it('forgets what is older than 400 days, and what a former role of the name has used', async () => {
    await readReport();
    const other = arn.replace('azfed-spoke', 'other');
    const input = { RoleName: 'other', AssumeRolePolicyDocument: makeTrust('sc://contoso/Shop/aws-prod') };
    const policy = { RoleName: 'other', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' };
    const listUsed = async (role: string) => {
      const { JobId } = await cloud.iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn: role }));
      const report = await cloud.iam.send(new GetServiceLastAccessedDetailsCommand({ JobId }));
      const services = report.ServicesLastAccessed ?? [];
      return services.map((one) => [one.ServiceNamespace, one.LastAuthenticated !== undefined]);
    };
    expect(() => {
      cloud.aws.noteAttempt(other, 's3:CreateBucket');
    }).toThrow('There is no role');
    await cloud.iam.send(new CreateRoleCommand(input));
    await cloud.iam.send(new AttachRolePolicyCommand(policy));
    cloud.aws.noteAttempt(other, 's3:CreateBucket');
    cloud.aws.noteAttempt(arn, 's3:CreateBucket');
    expect(await listUsed(other)).toEqual([['s3', true]]);
    await cloud.iam.send(new DetachRolePolicyCommand(policy));
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: 'other' }));
    await cloud.iam.send(new CreateRoleCommand(input));
    await cloud.iam.send(new AttachRolePolicyCommand(policy));
    expect(await listUsed(other)).toEqual([['s3', false]]);
    cloud.clock.now += 401 * 86_400_000;
    expect(new Map((await listUsed(arn)) as [string, boolean][])).toEqual(
      new Map([
        ['ec2', false],
        ['iam', false],
        ['s3', false],
      ]),
    );
  });
});
