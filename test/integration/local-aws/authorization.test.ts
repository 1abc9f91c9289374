import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { ACCOUNT, READ_ONLY, TRUST, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const SPOKE = `arn:aws:sts::${ACCOUNT}:assumed-role/azfed-spoke/azfed-pass`;
const MINE = `arn:aws:iam::${ACCOUNT}:role/apps/prod`;

async function cloudWithRole(policy: string): Promise<TestCloud> {
  const cloud = await startCloud({}, { spoke: { policies: { spoke: policy } } });
  for (const [RoleName, Path] of [
    ['prod', '/apps/'],
    ['foreign', '/'],
  ] as const) {
    await cloud.iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: TRUST }));
  }
  return cloud;
}

const allow = (Action: string | string[], Resource: string | string[] = '*', Condition: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
});
const update = (iam: IAMClient, RoleName: string) =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }));

describe('who may do what', () => {
  it('lets a session do what its role may, and names what is missing', async () => {
    const cloud = await cloudWithRole(identityPolicy(allow('iam:Update*', 'arn:aws:iam::*:role/apps/*')));
    const iam = cloud.openIam(await cloud.spokeKeys());
    await expect(update(iam, 'prod')).resolves.toBeDefined();
    expect(await readRefusal(update(iam, 'foreign'))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: ${SPOKE} is not authorized to perform: iam:UpdateAssumeRolePolicy on resource: arn:aws:iam::${ACCOUNT}:role/foreign because no identity-based policy allows the iam:UpdateAssumeRolePolicy action`,
    });
  });

  it('lets a session policy only narrow', async () => {
    const cloud = await cloudWithRole(identityPolicy(allow(['iam:UpdateAssumeRolePolicy', 'iam:GetRole'])));
    const iam = cloud.openIam(
      await cloud.spokeKeys(identityPolicy(allow(['iam:GetRole', 'iam:ListRoles'], '*'))),
    );
    await expect(iam.send(new GetRoleCommand({ RoleName: 'prod' }))).resolves.toBeDefined();
    expect((await readRefusal(update(iam, 'prod'))).message).toMatch(
      /because no session policy allows the iam:UpdateAssumeRolePolicy action$/,
    );
    expect((await readRefusal(iam.send(new ListRolesCommand({})))).message).toMatch(
      /because no identity-based policy/,
    );
  });

  it('refuses a session after the moment that its policy ends with', async () => {
    const cloud = await cloudWithRole(identityPolicy(allow('iam:*')));
    const until = allow('iam:UpdateAssumeRolePolicy', MINE, {
      DateLessThan: { 'aws:CurrentTime': '2026-11-22T10:05:00Z' },
    });
    const iam = cloud.openIam(await cloud.spokeKeys(identityPolicy(until)));
    await expect(update(iam, 'prod')).resolves.toBeDefined();
    cloud.clock.now += 5 * 60_000;
    expect(await readRefusal(update(iam, 'prod'))).toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('lets an explicit deny win', async () => {
    const deny = { Effect: 'Deny', Action: 'iam:UpdateAssumeRolePolicy', NotResource: MINE };
    const cloud = await cloudWithRole(identityPolicy(allow('iam:*'), deny));
    const iam = cloud.openIam(await cloud.spokeKeys());
    await expect(update(iam, 'prod')).resolves.toBeDefined();
    expect((await readRefusal(update(iam, 'foreign'))).message).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
  });

  it('limits a role by its boundary', async () => {
    const cloud = await cloudWithRole(identityPolicy(allow('iam:*')));
    const iam = cloud.openIam(await cloud.spokeKeys());
    await cloud.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: 'azfed-spoke', PermissionsBoundary: READ_ONLY }),
    );
    await expect(iam.send(new GetRoleCommand({ RoleName: 'prod' }))).resolves.toBeDefined();
    expect((await readRefusal(update(iam, 'prod'))).message).toMatch(
      /because no permissions boundary allows/,
    );
  });

  it('obeys managed policies, those of AWS and those of the account', async () => {
    const cloud = await startCloud(
      {},
      { spoke: { managedPolicies: ['arn:aws:iam::aws:policy/IAMReadOnlyAccess'] } },
    );
    const iam = cloud.openIam(await cloud.spokeKeys());
    const create = () => iam.send(new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: TRUST }));
    await expect(iam.send(new ListRolesCommand({}))).resolves.toBeDefined();
    expect((await readRefusal(create())).code).toBe('AccessDenied');
    const PolicyDocument = identityPolicy(allow('iam:CreateRole'));
    const { Policy } = await cloud.iam.send(
      new CreatePolicyCommand({ PolicyName: 'create', PolicyDocument }),
    );
    await cloud.iam.send(new AttachRolePolicyCommand({ RoleName: 'azfed-spoke', PolicyArn: Policy?.Arn }));
    await expect(create()).resolves.toBeDefined();
  });

  const boundaryIs = { StringEquals: { 'iam:PermissionsBoundary': READ_ONLY } };
  it.each<
    [string, string, object, (iam: IAMClient) => Promise<unknown>, (iam: IAMClient) => Promise<unknown>]
  >([
    [
      'iam:PermissionsBoundary of a new role',
      'iam:CreateRole',
      boundaryIs,
      (iam) =>
        iam.send(
          new CreateRoleCommand({
            RoleName: 'a',
            AssumeRolePolicyDocument: TRUST,
            PermissionsBoundary: READ_ONLY,
          }),
        ),
      (iam) => iam.send(new CreateRoleCommand({ RoleName: 'b', AssumeRolePolicyDocument: TRUST })),
    ],
    [
      'iam:PermissionsBoundary that is being set',
      'iam:PutRolePermissionsBoundary',
      boundaryIs,
      (iam) =>
        iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'prod', PermissionsBoundary: READ_ONLY })),
      (iam) =>
        iam.send(
          new PutRolePermissionsBoundaryCommand({
            RoleName: 'prod',
            PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
          }),
        ),
    ],
    [
      'iam:PermissionsBoundary on the role',
      'iam:UpdateAssumeRolePolicy',
      { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/PowerUserAccess' } },
      (iam) => update(iam, 'bounded'),
      (iam) => update(iam, 'prod'),
    ],
    [
      'iam:PolicyARN',
      'iam:AttachRolePolicy',
      { ArnEquals: { 'iam:PolicyARN': [READ_ONLY] } },
      (iam) => iam.send(new AttachRolePolicyCommand({ RoleName: 'prod', PolicyArn: READ_ONLY })),
      (iam) =>
        iam.send(
          new AttachRolePolicyCommand({
            RoleName: 'prod',
            PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
          }),
        ),
    ],
    [
      'aws:RequestTag',
      'iam:TagRole',
      {
        StringLike: { 'aws:RequestTag/team': 'sh*' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      },
      (iam) => iam.send(new TagRoleCommand({ RoleName: 'prod', Tags: [{ Key: 'team', Value: 'shop' }] })),
      (iam) => iam.send(new TagRoleCommand({ RoleName: 'prod', Tags: [{ Key: 'team', Value: 'x' }] })),
    ],
    [
      'aws:ResourceTag',
      'iam:UpdateAssumeRolePolicy',
      { StringEquals: { 'aws:ResourceTag/azfed': 'yes' } },
      (iam) => update(iam, 'bounded'),
      (iam) => update(iam, 'prod'),
    ],
    [
      'no iam:PermissionsBoundary for TagRole',
      'iam:TagRole',
      { Null: { 'iam:PermissionsBoundary': 'true' } },
      (iam) => iam.send(new TagRoleCommand({ RoleName: 'bounded', Tags: [{ Key: 'a', Value: '' }] })),
      (iam) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'bounded' })),
    ],
  ])('knows %s', async (_key, action, condition, allowed, denied) => {
    const cloud = await cloudWithRole(identityPolicy(allow(action, '*', condition)));
    await cloud.iam.send(
      new CreateRoleCommand({
        RoleName: 'bounded',
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
        Tags: [{ Key: 'azfed', Value: 'yes' }],
      }),
    );
    const iam = cloud.openIam(await cloud.spokeKeys());
    await expect(allowed(iam)).resolves.toBeDefined();
    expect((await readRefusal(denied(iam))).code).toBe('AccessDenied');
  });

  it('ends sessions that are older than a revocation', async () => {
    const cloud = await cloudWithRole(identityPolicy(allow('iam:*')));
    const old = cloud.openIam(await cloud.spokeKeys());
    cloud.clock.now += 1000;
    const revoke = {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-22T10:00:01Z' } },
    };
    await cloud.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'azfed-spoke',
        PolicyName: 'AWSRevokeOlderSessions',
        PolicyDocument: identityPolicy(revoke),
      }),
    );
    expect((await readRefusal(update(old, 'prod'))).code).toBe('AccessDenied');
    await expect(update(cloud.openIam(await cloud.spokeKeys()), 'prod')).resolves.toBeDefined();
  });
});
