import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  ListInstanceProfilesForRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, TRUST, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const member = { InstanceProfileName: 'web', RoleName: 'prod' };

const create = ({ iam }: TestCloud, name = 'web') =>
  iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: '/shop/' }));
const add = ({ iam }: TestCloud, change: Partial<typeof member> = {}) =>
  iam.send(new AddRoleToInstanceProfileCommand({ ...member, ...change }));
const remove = ({ iam }: TestCloud, change: Partial<typeof member> = {}) =>
  iam.send(new RemoveRoleFromInstanceProfileCommand({ ...member, ...change }));
const listed = async ({ iam }: TestCloud, RoleName = 'prod') =>
  (await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles;
const notified = async ({ iam }: TestCloud) => {
  const { RoleDetailList: roles = [] } = await iam.send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }),
  );
  return roles.find(({ RoleName: name }) => name === 'prod')?.InstanceProfileList;
};

describe('instance profiles of the embedded IAM', () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startCloud();
    for (const RoleName of ['prod', 'test'])
      await cloud.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
  });

  it('are told with their role, of the role alone and of the whole account', async () => {
    const { InstanceProfile: created } = await create(cloud);
    expect(created).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:instance-profile/shop/web`,
      InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/) as string,
      Roles: [],
    });
    expect([await listed(cloud), await notified(cloud)]).toEqual([[], []]);
    await add(cloud);
    const held = [{ InstanceProfileName: 'web', Roles: [{ RoleName: 'prod' }] }];
    expect(await listed(cloud)).toMatchObject(held);
    expect(await notified(cloud)).toMatchObject(held);
    expect(await listed(cloud, 'test')).toEqual([]);
    await remove(cloud);
    expect([await listed(cloud), await notified(cloud)]).toEqual([[], []]);
  });

  it('keep a role from being deleted for as long as they hold it', async () => {
    await create(cloud);
    await add(cloud);
    expect(await readRefusal(cloud.iam.send(new DeleteRoleCommand({ RoleName: 'prod' })))).toMatchObject({
      code: 'DeleteConflict',
      status: 409,
      message: 'Cannot delete entity, must remove roles from instance profile first.',
    });
    await remove(cloud);
    await expect(cloud.iam.send(new DeleteRoleCommand({ RoleName: 'prod' }))).resolves.toBeDefined();
  });

  it('are not deleted while they hold a role', async () => {
    await create(cloud);
    await add(cloud);
    const destroy = new DeleteInstanceProfileCommand({ InstanceProfileName: 'web' });
    expect((await readRefusal(cloud.iam.send(destroy))).code).toBe('DeleteConflict');
    await remove(cloud);
    await cloud.iam.send(destroy);
    expect((await readRefusal(cloud.iam.send(destroy))).code).toBe('NoSuchEntity');
  });

  it.each<[string, (cloud: TestCloud) => Promise<unknown>, string]>([
    ['a second role', (there) => add(there, { RoleName: 'test' }), 'LimitExceeded'],
    ['a role that is not there', (there) => add(there, { RoleName: 'nobody' }), 'NoSuchEntity'],
    ['a profile that is not there', (there) => add(there, { InstanceProfileName: 'none' }), 'NoSuchEntity'],
    [
      'to give up a role that it does not hold',
      (there) => remove(there, { RoleName: 'test' }),
      'NoSuchEntity',
    ],
    ['another of its name in another case', (there) => create(there, 'WEB'), 'EntityAlreadyExists'],
    ['a name with a slash', (there) => create(there, 'a/b'), 'ValidationError'],
  ])('refuse %s', async (_what, attempt, code) => {
    await create(cloud);
    await add(cloud);
    expect((await readRefusal(attempt(cloud))).code).toBe(code);
    expect(await listed(cloud)).toHaveLength(1);
  });

  it('take a role only from those who may pass it', async () => {
    const act = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
    const keys = await cloud.spokeKeys(identityPolicy(act('iam:AddRoleToInstanceProfile')));
    await create(cloud);
    expect(await readRefusal(add({ ...cloud, iam: cloud.openIam(keys) }))).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('iam:PassRole') as string,
    });
    const both = await cloud.spokeKeys(
      identityPolicy(act('iam:AddRoleToInstanceProfile'), act('iam:PassRole')),
    );
    await expect(add({ ...cloud, iam: cloud.openIam(both) })).resolves.toBeDefined();
  });

  it('are counted, and outlive a restart', async () => {
    await create(cloud);
    await add(cloud);
    const again = await startCloud({ state: cloud.aws.snapshot() });
    const { SummaryMap: summary } = await again.iam.send(new GetAccountSummaryCommand({}));
    expect(summary?.InstanceProfiles).toBe(1);
    expect(await listed(again)).toMatchObject([{ InstanceProfileName: 'web' }]);
  });
});
