import { joinRoleArn } from '../../../shared/domain/kernel/arn.ts';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { createCloudTrailActors } from '../../../shared/adapters/cloudtrail/cloudtrail-actors.ts';
import { findActor } from '../../../shared/application/attribution/attribute.ts';
import type { ChangeTarget } from '../../../shared/domain/attribution/change-target.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError, TransientError } from '../../../shared/domain/kernel/errors.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import type { ActorSource } from '../../../shared/ports/accounts.ts';
import type { Keys, TestCloud } from '../local-aws/cloud.ts';
import { ACCOUNT, READ_ONLY, TRUST, startCloud, stopClouds } from '../local-aws/cloud.ts';

afterEach(stopClouds);

const MINUTE = 60_000;
const deploy = { kind: 'role', name: 'deploy' } as const;
const anything = () => true;
const readLast = async (source: ActorSource, account: Account, target: ChangeTarget, since: number) =>
  (await source.list(account, target, since, anything))[0];

describe("CloudTrail's history", () => {
  let cloud: TestCloud;
  let account: Account;
  let sleeps: number[];
  let begun: number;
  let source: ActorSource;

  beforeEach(async () => {
    cloud = await startCloud({ pageSize: 3 });
    begun = cloud.clock.now;
    const id = parseAccountId(ACCOUNT);
    if (id === undefined) throw new Error('The account of the tests has no id.');
    account = { id, partition: 'aws', assumeRole: joinRoleArn('aws', id, '/azfed-spoke') };
    sleeps = [];
    source = makeSource(cloud.account.credentials);
    await cloud.iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: TRUST }));
    cloud.clock.now += MINUTE;
  });

  const clock = {
    now: () => cloud.clock.now,
    sleep: (milliseconds: number) => {
      sleeps.push(milliseconds);
      cloud.clock.now += milliseconds;
      return Promise.resolve();
    },
  };
  const makeSource = (keys: Keys): ActorSource =>
    createCloudTrailActors({ clock, endpoint: cloud.aws.url, getCredentials: () => Promise.resolve(keys) });
  const attach = (iam = cloud.iam, RoleName = 'deploy') =>
    iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }));
  const detach = (iam = cloud.iam) =>
    iam.send(new DetachRolePolicyCommand({ RoleName: 'deploy', PolicyArn: READ_ONLY }));

  it('tells who changed a role last', async () => {
    await attach();
    cloud.clock.now += MINUTE;
    expect(await readLast(source, account, deploy, begun)).toStrictEqual({
      source: 'lookup',
      principal: `arn:aws:iam::${ACCOUNT}:user/admin`,
      sourceIp: '127.0.0.1',
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      eventName: 'AttachRolePolicy',
      time: new Date(begun + MINUTE).toISOString(),
      link: expect.stringContaining('#/events/') as unknown,
    });
  });

  it('tells nothing of what was before, of other roles, and of other accounts', async () => {
    expect(await readLast(source, account, deploy, begun)).toMatchObject({ eventName: 'CreateRole' });
    expect(await readLast(source, account, deploy, begun + 1_000)).toBeUndefined();
    expect(await readLast(source, account, { kind: 'role', name: 'other' }, begun)).toBeUndefined();
    const other = cloud.aws.addAccount({ id: '210987654321' });
    expect(await readLast(makeSource(other.credentials), account, deploy, begun)).toBeUndefined();
  });

  it('looks past our own writes, over pages, two requests a second', async () => {
    const ours = cloud.openIam(await cloud.spokeKeys());
    await attach();
    for (let round = 0; round < 3; round += 1) {
      cloud.clock.now += MINUTE;
      await detach(ours);
      await attach(ours);
    }
    expect(await readLast(source, account, deploy, begun)).toMatchObject({
      eventName: 'AttachRolePolicy',
      time: new Date(begun + MINUTE).toISOString(),
    });
    expect(sleeps).toEqual([500, 500]);
  });

  it('ends after five pages', async () => {
    const ours = cloud.openIam(await cloud.spokeKeys());
    for (let round = 0; round < 10; round += 1) {
      await attach(ours);
      await detach(ours);
    }
    cloud.aws.resetCounts();
    expect(await readLast(source, account, deploy, begun)).toBeUndefined();
    expect(cloud.aws.counts()['LookupEvents']).toBe(5);
  });

  it('tells who deleted a role', async () => {
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: 'deploy' }));
    expect(await readLast(source, account, deploy, begun)).toMatchObject({ eventName: 'DeleteRole' });
  });

  it('says which right is missing', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }],
    });
    const find = readLast(makeSource(await cloud.spokeKeys(policy)), account, deploy, begun);
    await expect(find).rejects.toBeInstanceOf(PermissionError);
    await expect(find).rejects.toMatchObject({ action: 'cloudtrail:LookupEvents' });
  });

  it('waits for another turn when somebody else has asked too often, and gives up in the end', async () => {
    await attach();
    const busy = makeSource(cloud.account.credentials);
    cloud.aws.faults.next({ operation: 'LookupEvents' }, 'throttle', 2);
    expect(await readLast(busy, account, deploy, begun)).toMatchObject({ eventName: 'AttachRolePolicy' });
    cloud.aws.faults.next({ operation: 'LookupEvents' }, 'throttle', Infinity);
    await expect(readLast(busy, account, deploy, begun)).rejects.toBeInstanceOf(TransientError);
  });

  it('is asked after what was remembered, and `unknown` is the answer when neither knows', async () => {
    await attach();
    const silent: ActorSource = { list: () => Promise.resolve([]) };
    const broken: ActorSource = {
      list: () => Promise.reject(new TransientError('state.unavailable', 'told to fail')),
    };
    const since = begun + MINUTE;
    expect(await findActor([silent, source], account, deploy, since, anything)).toMatchObject({
      source: 'lookup',
    });
    expect(await findActor([broken, source], account, deploy, since, anything)).toMatchObject({
      source: 'lookup',
    });
    expect(await findActor([silent, broken], account, deploy, since, anything)).toEqual({
      source: 'unknown',
      link: 'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?ReadOnly=false&ResourceName=deploy',
    });
  });

  describe('as it is embedded', () => {
    const queryEvents = async (input: LookupEventsCommandInput, region = 'us-east-1') => {
      const client = new CloudTrailClient({
        endpoint: cloud.aws.url,
        region,
        credentials: cloud.account.credentials,
        maxAttempts: 1,
      });
      cloud.clock.now += MINUTE;
      try {
        return await client.send(new LookupEventsCommand(input));
      } finally {
        client.destroy();
      }
    };

    it('tells the newest first, with names of what they are about', async () => {
      await attach();
      const { Events: events = [] } = await queryEvents({});
      expect(events.map(({ EventName }) => EventName)).toEqual(['AttachRolePolicy', 'CreateRole']);
      expect(events[0]?.Resources).toEqual([
        { ResourceType: 'AWS::IAM::Role', ResourceName: 'deploy' },
        { ResourceType: 'AWS::IAM::Policy', ResourceName: READ_ONLY },
      ]);
    });

    it.each([
      { key: 'EventName', value: 'CreateRole' },
      { key: 'Username', value: 'admin' },
      { key: 'ResourceType', value: 'AWS::IAM::Role' },
      { key: 'EventSource', value: 'iam.amazonaws.com' },
      { key: 'ReadOnly', value: 'false' },
    ] as const)('finds by $key', async ({ key, value }) => {
      const attributes = (AttributeValue: string) => ({
        LookupAttributes: [{ AttributeKey: key, AttributeValue }],
      });
      expect((await queryEvents(attributes(value))).Events).toHaveLength(1);
      expect((await queryEvents(attributes('something else'))).Events).toEqual([]);
    });

    it('tells of IAM in the home Region alone, and for 90 days', async () => {
      expect((await queryEvents({}, 'eu-central-1')).Events).toEqual([]);
      expect((await queryEvents({})).Events).toHaveLength(1);
      cloud.clock.now += 90 * 86_400_000;
      expect((await queryEvents({})).Events).toEqual([]);
    });

    it.each<{ what: string; input: LookupEventsCommandInput; name: string }>([
      {
        what: 'two attributes',
        input: {
          LookupAttributes: [
            { AttributeKey: 'EventName', AttributeValue: 'x' },
            { AttributeKey: 'EventId', AttributeValue: 'x' },
          ],
        },
        name: 'InvalidParameterCombinationException',
      },
      { what: 'a token of another search', input: { NextToken: 'x' }, name: 'InvalidNextTokenException' },
      {
        what: 'an end before the start',
        input: { StartTime: new Date(2_000), EndTime: new Date(1_000) },
        name: 'InvalidTimeRangeException',
      },
    ])('refuses $what', async ({ input, name }) => {
      await expect(queryEvents(input)).rejects.toMatchObject({ name });
    });
  });
});
