import {
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { metrics } from '../../shared/contract/metrics.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, ORGANIZATION, roleArn } from '../builders/stage.ts';

const UNIT = 'ou-azfd-00000001';
/** Every account of one unit, for a grant that is about all accounts. */
const fromOrganization = ({ grants, ...rest }: Configuration): Configuration => ({
  ...rest,
  accounts: [],
  listing: {
    entries: [{ units: [UNIT], except: [] }],
    ...{ partition: 'aws', assumeRole: '/azfed-spoke' },
  },
  grants: grants.map((one) => ({ ...one, accounts: [], allAccounts: true })),
});

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections: { 'Shop/a': 'role-a' }, alter: fromOrganization });
  stage.cloud.aws.organization.addUnit('workloads');
  stage.cloud.aws.organization.move('111122223333', UNIT);
});
afterEach(() => stage.close());

const tick = async (times: number) => {
  for (let count = 0; count < times; count += 1) await stage.tick();
};
const readTrust = async () =>
  (await stage.console.send(new GetRoleCommand({ RoleName: 'role-a' }))).Role?.AssumeRolePolicyDocument;
const listPolicies = async () =>
  (await stage.console.send(new ListAttachedRolePoliciesCommand({ RoleName: 'role-a' }))).AttachedPolicies;
const listTypes = () => stage.notified().map(({ type }) => type);
const listListEvents = () => listTypes().filter((type) => type.startsWith('account-list'));

describe('an account that joins by its organizational unit', () => {
  it('is only observed, and announced once, until a person lets the deployment write', async () => {
    await tick(1);
    stage.cloud.aws.organization.move(ACCOUNT, UNIT);
    await tick(3);
    await expect(readTrust()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
    const looks = stage.notified().filter(({ type }) => type === 'deployment.first-look.v1');
    expect(looks).toMatchObject([{ data: { aws: { account: ACCOUNT } } }]);
    expect(listTypes()).not.toContain('connection.federated.v1');

    await stage.letWrite();
    await tick(1);
    expect(await readTrust()).toContain('AssumeRoleWithWebIdentity');
  });

  it('is federated; while the list fails the last one holds; when it leaves nothing of it is touched', async () => {
    const { organization, faults } = stage.cloud.aws;
    await stage.letWrite();
    await tick(2);
    await expect(readTrust()).rejects.toMatchObject({ name: 'NoSuchEntityException' });

    organization.move(ACCOUNT, UNIT);
    await tick(2);
    const open = await readTrust();
    const policies = await listPolicies();
    expect(listTypes()).toContain('connection.federated.v1');

    faults.next({ operation: 'ListAccountsForParent' }, 'accessDenied', Infinity);
    await tick(1);
    const [policy] = policies ?? [];
    const detach = new DetachRolePolicyCommand({ RoleName: 'role-a', PolicyArn: policy?.PolicyArn });
    await stage.console.send(detach);
    await tick(2);
    expect(await listPolicies()).toEqual(policies);
    expect(listListEvents()).toEqual(['account-list.unreadable.v1']);
    expect(stage.counted(metrics.accountListsUnread, 'account')['']).toBeGreaterThanOrEqual(2);
    faults.clear();
    await tick(1);
    expect(listListEvents()).toEqual(['account-list.unreadable.v1', 'account-list.readable.v1']);

    organization.setState(ACCOUNT, 'SUSPENDED');
    await tick(1);
    await stage.console.send(detach);
    const known = stage.notified().length;
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/a'), false);
    await tick(3);
    expect(await readTrust()).toBe(open);
    expect(await listPolicies()).toEqual([]);
    expect(stage.notified()).toHaveLength(known);
    const [record] = await stage.records();
    expect(record?.role).toMatchObject({ arn: roleArn('role-a') });

    organization.setState(ACCOUNT, 'ACTIVE');
    await tick(2);
    expect(listTypes().slice(known)).toContain('connection.closed.v1');
  });
});
