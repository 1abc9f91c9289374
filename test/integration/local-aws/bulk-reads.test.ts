import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  ListRolesCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { Role } from '@aws-sdk/client-iam';
import { READ_ONLY, TRUST, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

async function addRoles({ iam }: TestCloud, count: number, Path = '/apps/'): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, n) => `role-${String(n).padStart(2, '0')}`);
  for (const RoleName of names) {
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path,
        AssumeRolePolicyDocument: TRUST,
        Description: 'd',
        PermissionsBoundary: READ_ONLY,
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );
  }
  return names;
}

async function listedPages({ iam }: TestCloud, PathPrefix: string): Promise<readonly (readonly Role[])[]> {
  const pages: Role[][] = [];
  for await (const { Roles } of paginateListRoles({ client: iam }, { PathPrefix, MaxItems: 1000 }))
    pages.push(Roles ?? []);
  return pages;
}

describe('bulk reads', () => {
  it('gives small, uneven pages in an order of its own, and every role once', async () => {
    const cloud = await startCloud({ pageSize: 5 });
    const names = await addRoles(cloud, 33);
    const pages = await listedPages(cloud, '/apps/');
    const notified = pages.flat().map(({ RoleName }) => RoleName ?? '');
    expect([...notified].sort()).toEqual(names);
    expect(notified).not.toEqual(names);
    expect(new Set(pages.slice(0, -1).map(({ length }) => length))).toEqual(new Set([4, 5]));
    expect(await listedPages(cloud, '/other/')).toEqual([[]]);
  });

  it('gives 100 roles unless asked for more, and 1000 at most', async () => {
    const cloud = await startCloud();
    await addRoles(cloud, 101);
    const { Roles, IsTruncated } = await cloud.iam.send(new ListRolesCommand({}));
    expect([Roles?.length, IsTruncated]).toEqual([100, true]);
    const all = await cloud.iam.send(new ListRolesCommand({ MaxItems: 1000 }));
    expect([all.Roles?.length, all.IsTruncated, all.Marker]).toEqual([102, false, undefined]);
    expect((await readRefusal(cloud.iam.send(new ListRolesCommand({ MaxItems: 1001 })))).code).toBe(
      'ValidationError',
    );
    expect((await readRefusal(cloud.iam.send(new ListRolesCommand({ Marker: 'x' })))).code).toBe(
      'ValidationError',
    );
  });

  it('loses no role when another one goes between two pages', async () => {
    const cloud = await startCloud({ pageSize: 5 });
    await addRoles(cloud, 12);
    const first = await cloud.iam.send(new ListRolesCommand({ PathPrefix: '/apps/' }));
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: first.Roles?.[0]?.RoleName }));
    const notified = new Set(first.Roles?.map(({ RoleName }) => RoleName));
    for (let Marker = first.Marker; Marker !== undefined;) {
      const page = await cloud.iam.send(new ListRolesCommand({ PathPrefix: '/apps/', Marker }));
      for (const { RoleName } of page.Roles ?? []) notified.add(RoleName);
      Marker = page.Marker;
    }
    expect(notified.size).toBe(12);
  });

  it('tells in each list only what AWS tells there', async () => {
    const cloud = await startCloud();
    await addRoles(cloud, 1);
    await cloud.iam.send(new AttachRolePolicyCommand({ RoleName: 'role-00', PolicyArn: READ_ONLY }));
    const listed = (await listedPages(cloud, '/apps/')).flat()[0];
    expect(listed).toMatchObject({ Description: 'd', MaxSessionDuration: 3600, Path: '/apps/' });
    for (const member of ['Tags', 'PermissionsBoundary', 'RoleLastUsed'])
      expect(listed).not.toHaveProperty(member);

    const { RoleDetailList } = await cloud.iam.send(
      new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }),
    );
    const detail = RoleDetailList?.find(({ RoleName }) => RoleName === 'role-00');
    expect(detail).toMatchObject({
      Tags: [{ Key: 'a', Value: 'b' }],
      PermissionsBoundary: { PermissionsBoundaryArn: READ_ONLY },
      AttachedManagedPolicies: [{ PolicyArn: READ_ONLY }],
      RolePolicyList: [],
      InstanceProfileList: [],
    });
    for (const member of ['Description', 'MaxSessionDuration']) expect(detail).not.toHaveProperty(member);
  });

  it('pages through roles and policies together', async () => {
    const cloud = await startCloud({ pageSize: 3 });
    await addRoles(cloud, 7);
    const PolicyDocument = identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    await cloud.iam.send(new CreatePolicyCommand({ PolicyName: 'deploy', PolicyDocument }));
    const found: string[] = [];
    const pages = paginateGetAccountAuthorizationDetails(
      { client: cloud.iam },
      { Filter: ['Role', 'LocalManagedPolicy'] },
    );
    for await (const { RoleDetailList: roles = [], Policies: policies = [] } of pages) {
      expect(roles.length + policies.length).toBeLessThanOrEqual(3);
      found.push(
        ...roles.map(({ RoleName = '' }) => RoleName),
        ...policies.map(({ PolicyName = '' }) => PolicyName),
      );
    }
    expect(found.sort()).toEqual([
      'azfed-spoke',
      'deploy',
      ...Array.from({ length: 7 }, (_, n) => `role-0${n}`),
    ]);
  });
});
