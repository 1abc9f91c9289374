import { joinRoleArn } from '../../../shared/domain/kernel/arn.ts';
import { createAccountExaminer } from '../../../shared/adapters/aws/account-examiner.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import type { AccountQuestions, Duty } from '../../../shared/domain/doctor/examination.ts';
import { ACCOUNT as ACCOUNT_ID } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { Keys, TestCloud } from '../local-aws/cloud.ts';
import { ACCOUNT, startCloud, stopClouds } from '../local-aws/cloud.ts';

afterEach(() => stopClouds());

const role = (name: string) => joinRoleArn('aws', ACCOUNT_ID, `/${name}`);
const account: Account = { id: ACCOUNT_ID, partition: 'aws' };
/** Trusted by nobody who asks. */
const IMPOSTOR = role('azfed-retire');

const rights = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
    { Effect: 'Deny', Action: ['iam:UpdateAssumeRolePolicy', 'iam:DeleteRole'], Resource: '*' },
  ],
});
const start = () =>
  startCloud({ pageSize: 2 }, { spoke: { path: '/azfed/', policies: { rights }, externalId: 'azfed-1' } });

function examine(cloud: TestCloud, inAccount: Account, asked: Partial<AccountQuestions>, keys?: Keys) {
  const examiner = createAccountExaminer({
    clock: createVirtualClock(cloud.clock.now),
    ids: randomIds,
    endpoint: cloud.aws.url,
    credentials: keys ?? cloud.aws.hubCredentials,
    isUnpaced: true,
  });
  return examiner.examine(inAccount, { duties: ['look'], policies: [], rehearsals: [], ...asked });
}
const spoke = { assumeRole: role('azfed/azfed-spoke'), externalId: 'azfed-1' };
const rehearsal = {
  duty: 'write',
  steps: ['createRole', 'setTrust', 'updateRole', 'tagRole'],
  resource: role('azure-devops/x'),
  context: {},
} as const;

describe('signing in', () => {
  it('opens one session for each role, says what it is for, and who it is', async () => {
    const cloud = await start();
    const duties: readonly Duty[] = ['look', 'write', 'retire'];
    const { sessions, clock } = await examine(
      cloud,
      { ...account, ...spoke, retireRole: IMPOSTOR },
      { duties },
    );
    expect(
      sessions.map(({ role: assumed, duties: ofRole, caller }) => [assumed, ofRole, caller.state]),
    ).toEqual([
      [spoke.assumeRole, ['look', 'write'], 'complete'],
      [IMPOSTOR, ['retire'], 'unknown'],
    ]);
    expect(sessions[0]?.caller).toMatchObject({
      value: {
        account: ACCOUNT,
        arn: expect.stringContaining(':assumed-role/azfed-spoke/azfed-doctor-') as string,
      },
    });
    expect(clock).toEqual({ state: 'complete', value: { theirs: cloud.clock.now, ours: cloud.clock.now } });
  });

  it('tells that the external id is another one', async () => {
    const cloud = await start();
    const { sessions } = await examine(cloud, { ...account, ...spoke, externalId: 'azfed-2' }, {});
    expect(sessions[0]?.caller).toMatchObject({ state: 'unknown', code: 'access-denied' });
  });

  it('answers each question as unknown where nobody could sign in to look', async () => {
    const cloud = await start();
    const policy = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const { policies, rehearsals } = await examine(
      cloud,
      { ...account, assumeRole: IMPOSTOR },
      { duties: ['look', 'write'], policies: [policy], rehearsals: [rehearsal] },
    );
    expect(policies.get(policy)).toMatchObject({ state: 'unknown', code: 'access-denied' });
    expect(rehearsals[0]?.refused).toMatchObject({ state: 'unknown', code: 'access-denied' });
  });
});

describe('rehearsing', () => {
  const duties: readonly Duty[] = ['look', 'write'];

  it('names what the role that is assumed may not do, however small the pages', async () => {
    const { rehearsals } = await examine(
      await start(),
      { ...account, ...spoke },
      { duties, rehearsals: [rehearsal] },
    );
    expect(rehearsals[0]?.refused).toEqual({ state: 'complete', value: ['iam:UpdateAssumeRolePolicy'] });
  });

  it('names what the role of azfed’s own session may not do, where it lies on a path', async () => {
    const cloud = await startCloud({}, { spoke: { path: '/azfed/', policies: { rights } } });
    const { rehearsals } = await examine(
      cloud,
      account,
      { duties, rehearsals: [rehearsal] },
      await cloud.spokeKeys(),
    );
    expect(rehearsals[0]?.refused).toEqual({ state: 'complete', value: ['iam:UpdateAssumeRolePolicy'] });
  });

  it('refuses nothing to a user who may do everything', async () => {
    const cloud = await start();
    const { rehearsals } = await examine(
      cloud,
      account,
      { duties, rehearsals: [rehearsal] },
      cloud.account.credentials,
    );
    expect(rehearsals[0]?.refused).toEqual({ state: 'complete', value: [] });
  });

  it('asks with a session that can only read, and changes nothing', async () => {
    const cloud = await start();
    const before = cloud.aws.calls.length;
    await examine(cloud, { ...account, ...spoke }, { duties, rehearsals: [rehearsal] });
    const operations = cloud.aws.calls.slice(before).map(({ operation }) => operation);
    expect(new Set(operations)).toEqual(
      new Set(['AssumeRole', 'GetCallerIdentity', 'SimulatePrincipalPolicy']),
    );
  });
});

it('tells policies that are there from those that are not', async () => {
  const there = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const gone = `arn:aws:iam::${ACCOUNT}:policy/gone`;
  const { policies } = await examine(await start(), { ...account, ...spoke }, { policies: [there, gone] });
  expect([...policies]).toEqual([
    [there, { state: 'complete', value: 'there' }],
    [gone, { state: 'complete', value: 'missing' }],
  ]);
});
