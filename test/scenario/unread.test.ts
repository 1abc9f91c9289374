import {
  AttachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { metrics } from '../../shared/contract/metrics.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, ORGANIZATION } from '../builders/stage.ts';

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' } });
  await stage.letWrite();
  await stage.tick();
});
afterEach(() => stage.close());

const notified = (what: string) =>
  stage
    .notified()
    .filter(({ type }) => type.startsWith(what) && type.includes('readable'))
    .map(({ type }) => type);

describe('an account that azfed cannot read', () => {
  it('is told once, counted in each run, and told once when it is back', async () => {
    expect(notified('account')).toEqual([]);
    expect(stage.counted(metrics.accountsUnread, 'account')).toEqual({ '': 0 });
    stage.cloud.aws.faults.next({ operation: 'GetAccountAuthorizationDetails' }, 'accessDenied', Infinity);
    await stage.tick();
    await stage.tick();
    expect(notified('account')).toEqual(['account.unreadable.v1']);
    expect(stage.counted(metrics.accountsUnread, 'account')[ACCOUNT]).toBeGreaterThanOrEqual(2);
    stage.cloud.aws.faults.clear();
    await stage.tick();
    await stage.tick();
    expect(notified('account')).toEqual(['account.unreadable.v1', 'account.readable.v1']);
  });
});

describe('a project that azfed cannot read', () => {
  it('has what somebody adds to its roles taken out again; nothing of it is closed, and nothing written anew', async () => {
    const { faults } = stage.cloud.azureDevOps;
    faults.next({ operation: 'endpoints', project: 'Pay' }, '429', Infinity);
    await stage.tick();
    const policies = async () => {
      const { AttachedPolicies = [] } = await stage.console.send(
        new ListAttachedRolePoliciesCommand({ RoleName: 'role-b' }),
      );
      return AttachedPolicies.map(({ PolicyArn }) => PolicyArn);
    };
    const before = await policies();
    const trust = async () =>
      (await stage.console.send(new GetRoleCommand({ RoleName: 'role-b' }))).Role?.AssumeRolePolicyDocument;
    const open = await trust();
    await stage.console.send(
      new AttachRolePolicyCommand({
        RoleName: 'role-b',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    );
    await stage.tick();
    await stage.tick();
    expect(await policies()).toEqual(before);
    expect(await trust()).toBe(open);
    faults.clear();
    await stage.tick();
    expect(notified('organization').at(-1)).toBe('organization.readable.v1');
  });
});

describe('an organization', () => {
  it('of which one project cannot be read is told once, with the project, and once when it is back', async () => {
    const { faults } = stage.cloud.azureDevOps;
    faults.next({ operation: 'endpoints', project: 'Pay' }, '403', Infinity);
    await stage.tick();
    await stage.tick();
    expect(notified('organization')).toEqual(['organization.unreadable.v1']);
    expect(stage.notified().find(({ type }) => type === 'organization.unreadable.v1')?.data).toMatchObject({
      organization: { name: ORGANIZATION },
      projects: [{ project: { name: 'Pay' } }],
    });
    expect(Object.values(stage.counted(metrics.projectsUnread, 'organization')).at(-1)).toBeGreaterThan(0);
    faults.clear();
    await stage.tick();
    expect(notified('organization')).toEqual(['organization.unreadable.v1', 'organization.readable.v1']);
  });

  it('whose credential has ended is told once', async () => {
    stage.cloud.azureDevOps.faults.next({}, 'sign-in-page-203', Infinity);
    await stage.tick();
    await stage.tick();
    expect(notified('organization')).toEqual(['organization.unreadable.v1']);
    expect(Object.values(stage.counted(metrics.organizationsUnread, 'organization'))).toContain(2);
  });
});
