import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, READ_ONLY, TRUST, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const RoleName = 'prod';
const ALLOW_S3 = identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const missing = `arn:aws:iam::${ACCOUNT}:policy/none`;

async function cloudWithRole(): Promise<TestCloud> {
  const cloud = await startCloud();
  await cloud.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
  return cloud;
}

const createPolicy = ({ iam }: TestCloud, PolicyName: string, PolicyDocument = ALLOW_S3) =>
  iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
const attach = ({ iam }: TestCloud, PolicyArn: string) =>
  iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
const put = ({ iam }: TestCloud, PolicyName: string, PolicyDocument = ALLOW_S3) =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));

describe('policies of a role', () => {
  it('attaches policies that exist, twice without harm, and detaches them once', async () => {
    const cloud = await cloudWithRole();
    await attach(cloud, READ_ONLY);
    await attach(cloud, READ_ONLY);
    expect(await readRefusal(attach(cloud, missing))).toMatchObject({ code: 'NoSuchEntity', status: 404 });
    expect((await readRefusal(attach(cloud, 'arn:aws:iam::aws:policy/NoSuchPolicy'))).code).toBe(
      'NoSuchEntity',
    );
    const listed = await cloud.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(listed.AttachedPolicies).toEqual([{ PolicyName: 'ReadOnlyAccess', PolicyArn: READ_ONLY }]);
    const detach = () => cloud.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }));
    await detach();
    expect((await readRefusal(detach())).code).toBe('NoSuchEntity');
  });

  it('attaches ten policies and no eleventh', async () => {
    const cloud = await cloudWithRole();
    const arns = await Promise.all(
      Array.from({ length: 11 }, async (_, n) => (await createPolicy(cloud, `p${n}`)).Policy?.Arn ?? ''),
    );
    for (const arn of arns.slice(0, 10)) await attach(cloud, arn);
    expect(await readRefusal(attach(cloud, arns[10] ?? ''))).toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for PoliciesPerRole: 10',
    });
  });

  it('counts all inline policies of a role together', async () => {
    const cloud = await cloudWithRole();
    const large = (size: number) =>
      identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'x'.repeat(size)}` });
    await put(cloud, 'one', large(6000));
    expect(await readRefusal(put(cloud, 'two', large(6000)))).toMatchObject({
      code: 'LimitExceeded',
      status: 409,
    });
    await put(cloud, 'one', large(9000));
    await put(cloud, 'two', large(500));
    const { PolicyNames } = await cloud.iam.send(new ListRolePoliciesCommand({ RoleName }));
    expect([...(PolicyNames ?? [])].sort()).toEqual(['one', 'two']);
    await cloud.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'one' }));
    const again = new DeleteRolePolicyCommand({ RoleName, PolicyName: 'one' });
    expect((await readRefusal(cloud.iam.send(again))).code).toBe('NoSuchEntity');
  });

  it('sets a boundary that exists, and removes it', async () => {
    const cloud = await cloudWithRole();
    const set = (PermissionsBoundary: string) =>
      cloud.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    expect((await readRefusal(set(missing))).code).toBe('NoSuchEntity');
    await set(READ_ONLY);
    const boundary = async () =>
      (await cloud.iam.send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary;
    expect((await boundary())?.PermissionsBoundaryArn).toBe(READ_ONLY);
    await cloud.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(await boundary()).toBeUndefined();
    const again = new DeleteRolePermissionsBoundaryCommand({ RoleName });
    expect((await readRefusal(cloud.iam.send(again))).code).toBe('NoSuchEntity');
  });
});

describe('managed policies', () => {
  it('keeps five versions and obeys the default one', async () => {
    const cloud = await cloudWithRole();
    const { Policy } = await createPolicy(cloud, 'deploy');
    const PolicyArn = Policy?.Arn ?? '';
    const version = (SetAsDefault: boolean) =>
      cloud.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ALLOW_S3, SetAsDefault }));
    for (const isDefault of [true, false, false, false]) await version(isDefault);
    expect((await readRefusal(version(false))).code).toBe('LimitExceeded');
    const current = async () =>
      (await cloud.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId;
    expect(await current()).toBe('v2');
    const remove = (VersionId: string) =>
      cloud.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    expect((await readRefusal(remove('v2'))).code).toBe('DeleteConflict');
    await cloud.iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
    await remove('v2');
    expect(await current()).toBe('v3');
    const created = await version(false);
    expect(created.PolicyVersion?.VersionId).toBe('v6');
  });

  it('does not delete a policy that is attached, is a boundary, or has versions', async () => {
    const cloud = await cloudWithRole();
    const PolicyArn = (await createPolicy(cloud, 'deploy')).Policy?.Arn ?? '';
    const remove = () => cloud.iam.send(new DeletePolicyCommand({ PolicyArn }));
    await attach(cloud, PolicyArn);
    expect((await readRefusal(remove())).code).toBe('DeleteConflict');
    await cloud.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await cloud.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: PolicyArn }));
    expect((await readRefusal(remove())).code).toBe('DeleteConflict');
    await cloud.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    await remove();
    expect((await readRefusal(remove())).code).toBe('NoSuchEntity');
  });

  it('refuses a document over 6,144 characters and a name that is taken in another case', async () => {
    const cloud = await cloudWithRole();
    const large = identityPolicy({
      Effect: 'Allow',
      Action: 's3:*',
      Resource: `arn:aws:s3:::${'x'.repeat(6144)}`,
    });
    expect((await readRefusal(createPolicy(cloud, 'large', large))).code).toBe('LimitExceeded');
    await createPolicy(cloud, 'Deploy');
    expect((await readRefusal(createPolicy(cloud, 'deploy'))).code).toBe('EntityAlreadyExists');
  });

  it("shows AWS's own policies beside the account's", async () => {
    const cloud = await cloudWithRole();
    await createPolicy(cloud, 'deploy');
    const names = async (Scope: 'AWS' | 'Local') =>
      (await cloud.iam.send(new ListPoliciesCommand({ Scope }))).Policies?.map(
        ({ PolicyName }) => PolicyName,
      );
    expect(await names('Local')).toEqual(['deploy']);
    expect(await names('AWS')).toEqual(
      expect.arrayContaining(['AdministratorAccess', 'AWSDenyAll', 'ViewOnlyAccess']),
    );
    const version = new GetPolicyVersionCommand({ PolicyArn: READ_ONLY, VersionId: 'v1' });
    const { PolicyVersion } = await cloud.iam.send(version);
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toContain('iam:Get*');
  });
});
