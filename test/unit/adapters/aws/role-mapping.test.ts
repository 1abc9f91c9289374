import type { Role } from '@aws-sdk/client-iam';
import { joinRole, mapRole, readDocument } from '../../../../shared/adapters/aws/role-mapping.ts';

const trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*"}]}';
const role: Role = {
  Arn: 'arn:aws:iam::123456789012:role/azure-devops/aws-prod',
  RoleName: 'aws-prod',
  Path: '/azure-devops/',
  RoleId: 'AROA1',
  CreateDate: new Date(1_000),
  AssumeRolePolicyDocument: encodeURIComponent(trust),
};
const noPolicies = { managed: [], inline: [] };

describe('a role as IAM tells it', () => {
  it('has the defaults of IAM where it says nothing', () => {
    expect(mapRole(role, noPolicies)).toEqual({
      arn: role.Arn,
      id: 'AROA1',
      account: '123456789012',
      path: '/azure-devops/',
      name: 'aws-prod',
      createdAt: 1_000,
      isFromTemplate: false,
      trust: JSON.parse(trust) as unknown,
      boundary: undefined,
      managedPolicies: [],
      inlinePolicies: {},
      maxSessionDuration: 3_600,
      description: '',
      tags: {},
    });
  });

  it('tells when it was last used', () => {
    const used = mapRole({ ...role, RoleLastUsed: { LastUsedDate: new Date(2_000) } }, noPolicies);
    expect(used.lastUsedAt).toBe(2_000);
    expect(mapRole({ ...role, RoleLastUsed: {} }, noPolicies).lastUsedAt).toBe(0);
    expect(mapRole(role, noPolicies)).not.toHaveProperty('lastUsedAt');
  });

  it.each([
    { SourceRoleTemplate: { TemplateArn: 'arn:aws:iam::aws:role-template/x', TemplateMinorVersion: 1 } },
    { Arn: 'arn:aws:iam::123456789012:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport' },
    {
      Arn: 'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
    },
  ])('is not to be managed when AWS made it: %j', (made) => {
    expect(mapRole({ ...role, ...made }, noPolicies).isFromTemplate).toBe(true);
  });

  it('takes from each bulk list what only that one has', () => {
    const joined = joinRole(
      { ...role, Description: 'listed', MaxSessionDuration: 7_200 },
      {
        AssumeRolePolicyDocument: encodeURIComponent(trust),
        Tags: [{ Key: '__proto__', Value: 'detail' }],
        PermissionsBoundary: { PermissionsBoundaryArn: 'boundary' },
        AttachedManagedPolicies: [{ PolicyArn: 'policy' }],
        RolePolicyList: [{ PolicyName: 'deploy', PolicyDocument: encodeURIComponent(trust) }],
      },
    );
    expect(joined).toMatchObject({
      description: 'listed',
      maxSessionDuration: 7_200,
      boundary: 'boundary',
      managedPolicies: ['policy'],
      inlinePolicies: { deploy: JSON.parse(trust) as unknown },
    });
    expect(Object.entries(joined.tags)).toEqual([['__proto__', 'detail']]);
  });

  it.each(['Arn', 'RoleId', 'CreateDate', 'AssumeRolePolicyDocument'] as const)(
    'is not one without %s',
    (member) => {
      expect(() => mapRole({ ...role, [member]: undefined }, noPolicies)).toThrow(
        expect.objectContaining({ code: 'unexpected-shape' }) as Error,
      );
    },
  );
});

describe('a document as IAM tells it', () => {
  it('is decoded and read', () => {
    const document = '{"Statement":[{"Condition":{"StringEquals":{"a:sub":"sc://o/100%+ü/c"}}}]}';
    expect(readDocument(encodeURIComponent(document))).toEqual(JSON.parse(document));
  });

  it.each([
    { sentence: 'not JSON', encoded: 'not%20JSON', text: 'not JSON' },
    { sentence: 'badly encoded', encoded: '%7B%E0%A4%A', text: '%7B%E0%A4%A' },
    {
      sentence: 'twice of one key',
      encoded: encodeURIComponent('{"Statement":[],"Statement":[]}'),
      text: '{"Statement":[],"Statement":[]}',
    },
  ])('is kept as it is when it is $sentence', ({ encoded, text }) => {
    expect(readDocument(encoded)).toEqual({ Unreadable: text });
  });
});
