import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import type { WriteStep } from '../../../shared/domain/iam/iam-operation.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import {
  executeSteps,
  creation,
  MINUTE,
  openLocalWorld,
  policies,
  roleArn,
  readRolesByPath,
} from '../../contract/accounts-world.ts';

const bare = { managedPolicies: false, inlinePolicies: [] };

/** What each role of ours in the account may do, and no more. */
const rights = {
  'azfed-read': ['iam:Get*', 'iam:List*'],
  'azfed-write': [
    'iam:Get*',
    'iam:List*',
    'iam:CreateRole',
    'iam:TagRole',
    'iam:UntagRole',
    'iam:AttachRolePolicy',
  ],
  'azfed-retire': ['iam:Get*', 'iam:List*', 'iam:DetachRolePolicy', 'iam:DeleteRole'],
} as const;

describe('an account with a role of ours for each duty', () => {
  let world: LocalWorld;
  let account: Account;
  let role: RoleArn;
  let other: RoleArn;

  beforeAll(async () => {
    world = await openLocalWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    account = await withRoles();
    role = roleArn(account, '/azure-devops/aws-prod');
    other = roleArn(account, '/azure-devops/other');
    await executeSteps(
      { ...world, account },
      creation(account, role),
      creation(account, other),
      attach(role),
    );
  });

  const attach = (to: RoleArn): WriteStep => ({
    action: 'attachManagedPolicy',
    role: to,
    policy: policies.first,
  });
  const detach = (): WriteStep => ({ action: 'detachManagedPolicy', role, policy: policies.first });
  const deletion = (of = role): WriteStep => ({ action: 'deleteRole', role: of });
  const untag = (): WriteStep => ({ action: 'untagRole', role: other, keys: ['team'] });

  async function withRoles(): Promise<Account> {
    const made = world.newAccount();
    const iam = world.openIam(made);
    const { Role: spoke } = await iam.getRole({ RoleName: 'azfed-spoke' });
    for (const [RoleName, actions] of Object.entries(rights)) {
      const trust = decodeURIComponent(spoke?.AssumeRolePolicyDocument ?? '');
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
      const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await iam.putRolePolicy({ RoleName, PolicyName: 'rights', PolicyDocument });
    }
    return {
      ...made,
      assumeRole: roleArn(made, '/azfed-write'),
      readRole: roleArn(made, '/azfed-read'),
      retireRole: roleArn(made, '/azfed-retire'),
    };
  }

  const open = (...steps: readonly WriteStep[]) =>
    world.accounts.open(account, steps, world.clock.now() + 10 * MINUTE);
  const names = async () =>
    (await readRolesByPath({ ...world, account }, '/azure-devops/')).inScope.map(({ name }) => name).sort();

  /** Who has done what in IAM since then. */
  function listOperations(calls: number): readonly string[] {
    const done = world.aws.calls
      .slice(calls)
      .filter(({ operation }) => operation !== 'AssumeRole')
      .map(({ operation, principalArn = '' }) => `${principalArn.split('/')[1] ?? ''} ${operation}`);
    return [...new Set(done)];
  }

  it('is looked at with the one that can only read', async () => {
    const before = world.aws.calls.length;
    expect(await names()).toEqual(['aws-prod', 'other']);
    expect(listOperations(before).filter((done) => !done.startsWith('azfed-read '))).toEqual([]);
    expect(listOperations(before).length).toBeGreaterThan(2);
  });

  it('has roles emptied and deleted by the one for that, in the same breath as others are written', async () => {
    const writer = await open(untag(), detach(), deletion());
    const before = world.aws.calls.length;
    await writer.write(untag());
    expect((await writer.readRole(role, bare))?.arn).toBe(role);
    await writer.write(detach());
    await writer.write(deletion());
    expect(await writer.readRole(role, bare)).toBeUndefined();
    expect(listOperations(before)).toEqual([
      'azfed-write UntagRole',
      'azfed-retire GetRole',
      'azfed-retire DetachRolePolicy',
      'azfed-retire DeleteRole',
    ]);
    expect(await names()).toEqual(['other']);
  });

  it('never lets the one that writes delete', async () => {
    const writing = { ...account, retireRole: roleArn(account, '/azfed-write') };
    const attempt = executeSteps({ ...world, account: writing }, detach(), deletion());
    await expect(attempt).rejects.toMatchObject({
      name: PermissionError.name,
      action: 'iam:DetachRolePolicy',
    });
    expect(await names()).toEqual(['aws-prod', 'other']);
  });

  it('is written in though the one that deletes is missing, which stops deletions alone', async () => {
    account = { ...account, retireRole: roleArn(account, '/never-made') };
    const writer = await open(untag(), detach(), deletion());
    await writer.write(untag());
    await expect(writer.write(detach())).rejects.toMatchObject({
      name: PermissionError.name,
      action: 'sts:AssumeRole',
      message: expect.stringMatching(
        / not authorized .*[^.]\. The role that deletes is for retirers: /,
      ) as string,
    });
    expect(await names()).toEqual(['aws-prod', 'other']);
    expect((await writer.readRole(other, bare))?.tags).not.toHaveProperty('team');
  });

  it('does not use the one that deletes where nothing is deleted', async () => {
    const before = world.aws.calls.length;
    await executeSteps({ ...world, account }, untag(), attach(other));
    expect(listOperations(before)).toEqual(['azfed-write UntagRole', 'azfed-write AttachRolePolicy']);
    expect(world.aws.calls.slice(before).filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(
      1,
    );
  });

  it('limits the session of a deletion to the one role', async () => {
    const writer = await open(untag(), detach(), deletion());
    await expect(writer.write(deletion(other))).rejects.toBeInstanceOf(PermissionError);
    await writer.write(detach());
    await writer.write(deletion());
    expect(await names()).toEqual(['other']);
  });
});
