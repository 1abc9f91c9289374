import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  ListInstanceProfilesForRoleCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import type { CreateRoleRequest, Role } from '@aws-sdk/client-iam';
import { READ_ONLY, TRUST, identityPolicy, readRefusal, startCloud, stopClouds, makeTrust } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const request = (input: Partial<CreateRoleRequest> = {}) =>
  new CreateRoleCommand({ RoleName: 'prod', AssumeRolePolicyDocument: TRUST, ...input });

const read = async ({ iam }: TestCloud, name = 'prod'): Promise<Role | undefined> =>
  (await iam.send(new GetRoleCommand({ RoleName: name }))).Role;

describe('roles of the embedded IAM', () => {
  it('keeps everything that a role was created with', async () => {
    const cloud = await startCloud();
    const created = await cloud.iam.send(
      request({
        Path: '/azure-devops/shop/',
        Description: 'Deploys <shop> & more',
        MaxSessionDuration: 7200,
        PermissionsBoundary: READ_ONLY,
        Tags: [{ Key: 'team', Value: 'shop' }],
      }),
    );
    expect(await read(cloud)).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:role/azure-devops/shop/prod',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
      Path: '/azure-devops/shop/',
      Description: 'Deploys <shop> & more',
      MaxSessionDuration: 7200,
      CreateDate: new Date('2026-11-22T10:00:00Z'),
      PermissionsBoundary: { PermissionsBoundaryArn: READ_ONLY },
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    expect(created.Role?.Description).toBeUndefined();
  });

  it.each<[string, Partial<CreateRoleRequest>, string, number]>([
    ['a name of 65 characters', { RoleName: 'x'.repeat(65) }, 'ValidationError', 400],
    ['a name with a slash', { RoleName: 'a/b' }, 'ValidationError', 400],
    ['a path without a slash at the end', { Path: '/a' }, 'ValidationError', 400],
    ['a description outside Latin-1', { Description: 'Zażółć' }, 'ValidationError', 400],
    [
      'a trust outside Latin-1',
      { AssumeRolePolicyDocument: makeTrust('sc://o/p/Zażółć') },
      'ValidationError',
      400,
    ],
    ['a session of half an hour', { MaxSessionDuration: 1800 }, 'ValidationError', 400],
    ['a session of a day', { MaxSessionDuration: 86_400 }, 'ValidationError', 400],
    [
      'a boundary that does not exist',
      { PermissionsBoundary: 'arn:aws:iam::123456789012:policy/none' },
      'NoSuchEntity',
      404,
    ],
    [
      'a trust that is too long',
      { AssumeRolePolicyDocument: makeTrust('x'.repeat(2048)) },
      'LimitExceeded',
      409,
    ],
    [
      'tags that differ in case alone',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidInput',
      400,
    ],
    ['a tag key of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInput', 400],
    [
      'a tag with a character that is not allowed',
      { Tags: [{ Key: 'a', Value: '{}' }] },
      'ValidationError',
      400,
    ],
    [
      '51 tags',
      { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' })) },
      'ValidationError',
      400,
    ],
    ['a path of AWS services', { Path: '/aws-service-role/x/' }, 'InvalidInput', 400],
    ['a path of Identity Center', { Path: '/aws-reserved/x/' }, 'InvalidInput', 400],
  ])('refuses %s', async (_what, input, code, status) => {
    const { iam } = await startCloud();
    expect(await readRefusal(iam.send(request(input)))).toMatchObject({ code, status });
    await expect(iam.send(request())).resolves.toBeDefined();
  });

  it('names the quota of the trust as AWS does, and counts no whitespace', async () => {
    const { iam } = await startCloud();
    const spaced = TRUST.replaceAll(',', `,${' '.repeat(1000)}`);
    const tooLong = await readRefusal(
      iam.send(request({ AssumeRolePolicyDocument: makeTrust('x'.repeat(2048)) })),
    );
    expect(tooLong.message).toBe('Cannot exceed quota for ACLSizePerRole: 2048');
    await expect(iam.send(request({ AssumeRolePolicyDocument: spaced }))).resolves.toBeDefined();
  });

  it('takes names for equal that differ in case alone', async () => {
    const cloud = await startCloud();
    await cloud.iam.send(request({ RoleName: 'Prod' }));
    expect(await readRefusal(cloud.iam.send(request({ RoleName: 'prod', Path: '/b/' })))).toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'Role with name prod already exists.',
    });
    expect((await read(cloud, 'Prod'))?.RoleName).toBe('Prod');
  });

  it('gives a role that is made again another id', async () => {
    const cloud = await startCloud();
    await cloud.iam.send(request());
    const first = await read(cloud);
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: 'prod' }));
    expect((await readRefusal(read(cloud))).code).toBe('NoSuchEntity');
    await cloud.iam.send(request());
    expect((await read(cloud))?.RoleId).not.toBe(first?.RoleId);
  });

  it('does not delete a role that has policies', async () => {
    const { iam } = await startCloud();
    await iam.send(request({ RoleName: 'attached' }));
    await iam.send(request({ RoleName: 'inline' }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'attached', PolicyArn: READ_ONLY }));
    const PolicyDocument = identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'inline', PolicyName: 'p', PolicyDocument }));
    for (const RoleName of ['attached', 'inline']) {
      expect(await readRefusal(iam.send(new DeleteRoleCommand({ RoleName })))).toMatchObject({
        code: 'DeleteConflict',
        status: 409,
      });
    }
  });

  it('sets the session to one hour when an update does not name it, and leaves the description', async () => {
    const cloud = await startCloud();
    await cloud.iam.send(request({ MaxSessionDuration: 7200, Description: 'old' }));
    await cloud.iam.send(new UpdateRoleCommand({ RoleName: 'prod' }));
    expect(await read(cloud)).toMatchObject({ MaxSessionDuration: 3600, Description: 'old' });
    await cloud.iam.send(
      new UpdateRoleCommand({ RoleName: 'prod', MaxSessionDuration: 43_200, Description: 'new' }),
    );
    expect(await read(cloud)).toMatchObject({ MaxSessionDuration: 43_200, Description: 'new' });
    await cloud.iam.send(new UpdateRoleDescriptionCommand({ RoleName: 'prod', Description: 'newer' }));
    expect(await read(cloud)).toMatchObject({ MaxSessionDuration: 43_200, Description: 'newer' });
  });

  it('takes 50 tags a role and none beside them', async () => {
    const { iam } = await startCloud();
    await iam.send(request({ Tags: Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' })) }));
    const more = new TagRoleCommand({ RoleName: 'prod', Tags: [{ Key: 'more', Value: '' }] });
    expect(await readRefusal(iam.send(more))).toMatchObject({ code: 'LimitExceeded', status: 409 });
  });

  it('replaces tags without regard to the case of their keys', async () => {
    const { iam } = await startCloud();
    await iam.send(
      request({
        Tags: [
          { Key: 'Team', Value: 'a' },
          { Key: 'keep', Value: 'k' },
        ],
      }),
    );
    await iam.send(
      new TagRoleCommand({
        RoleName: 'prod',
        Tags: [
          { Key: 'team', Value: 'b' },
          { Key: 'gone', Value: '' },
        ],
      }),
    );
    await iam.send(new UntagRoleCommand({ RoleName: 'prod', TagKeys: ['GONE'] }));
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'prod' }));
    expect(Tags).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'b' },
        { Key: 'keep', Value: 'k' },
      ]),
    );
    expect(Tags).toHaveLength(2);
  });

  it('leaves roles of AWS services alone', async () => {
    const { iam } = await startCloud({}, { serviceLinkedRoles: ['AWSServiceRoleForSupport'] });
    const RoleName = 'AWSServiceRoleForSupport';
    const refusals = await Promise.all([
      readRefusal(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }))),
      readRefusal(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }))),
      readRefusal(iam.send(new DeleteRoleCommand({ RoleName }))),
    ]);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ code: 'UnmodifiableEntity', status: 400 });
  });

  it('keeps to the number of roles of the account and tells it', async () => {
    const { iam } = await startCloud({}, { quotas: { roles: 2 } });
    await iam.send(request({ RoleName: 'one' }));
    expect(await readRefusal(iam.send(request({ RoleName: 'two' })))).toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for RolesPerAccount: 2',
    });
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    expect(SummaryMap).toMatchObject({
      Roles: 2,
      RolesQuota: 2,
      AssumeRolePolicySizeQuota: 2048,
      AttachedPoliciesPerRoleQuota: 10,
      Providers: 0,
    });
  });

  it.each(['GetRole', 'UpdateAssumeRolePolicy', 'DeleteRole', 'ListInstanceProfilesForRole'])(
    'says that there is no such role (%s)',
    async (operation) => {
      const { iam } = await startCloud();
      const RoleName = 'nobody';
      const sent = {
        GetRole: () => iam.send(new GetRoleCommand({ RoleName })),
        UpdateAssumeRolePolicy: () =>
          iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST })),
        DeleteRole: () => iam.send(new DeleteRoleCommand({ RoleName })),
        ListInstanceProfilesForRole: () => iam.send(new ListInstanceProfilesForRoleCommand({ RoleName })),
      }[operation];
      expect(await readRefusal(sent?.() ?? Promise.resolve())).toMatchObject({
        code: 'NoSuchEntity',
        status: 404,
        message: 'The role with name nobody cannot be found.',
      });
    },
  );
});
