import { ACCOUNT, startCloud, stopClouds, type TestCloud } from './cloud.ts';

/** Fields that the service models of IAM and STS refuse, as any client can send them. */
describe('what the service models refuse', () => {
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(stopClouds);

  const versions = { iam: '2010-05-08', sts: '2011-06-15' };
  const sign = (service: string) =>
    `AWS4-HMAC-SHA256 Credential=${cloud.account.credentials.accessKeyId}/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  async function send(fields: Readonly<Record<string, string>>, authorization: string) {
    const answer = await fetch(cloud.aws.url, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(fields),
    });
    const text = await answer.text();
    const [, code = ''] = /<Code>(\w+)</.exec(text) ?? [];
    const [, where = ''] = /at &apos;([\w.]+)&apos;/.exec(text) ?? [];
    return { status: answer.status, code, where };
  }
  const ask = (service: 'iam' | 'sts', Action: string, fields: Readonly<Record<string, string>>) =>
    send({ Action, Version: versions[service], ...fields }, sign(service));

  const listMembers = (field: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${field}.member.${n + 1}`, `k${n}`]));
  const role = `arn:aws:iam::${ACCOUNT}:role/azfed-spoke`;
  const policy = { PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/some` };
  const source = { PolicySourceArn: role };
  const session = { RoleArn: role, RoleSessionName: 'somebody' };
  const web = { ...session, WebIdentityToken: 'none' };
  const token = { SigningAlgorithm: 'RS256' };

  it.each<['iam' | 'sts', string, Readonly<Record<string, string>>, string]>([
    ['iam', 'ListPolicies', { Scope: 'Mine' }, 'scope'],
    ['iam', 'ListPolicies', { PathPrefix: '/without-a-slash-at-the-end' }, 'pathPrefix'],
    ['iam', 'ListPolicies', { PolicyUsageFilter: 'PermissionsBoundary' }, 'policyUsageFilter'],
    ['iam', 'ListAttachedRolePolicies', { RoleName: 'azfed-spoke', PathPrefix: '/a/' }, 'pathPrefix'],
    ['iam', 'ListRoles', { Marker: 'x'.repeat(321) }, 'marker'],
    ['iam', 'GetAccountAuthorizationDetails', { 'Filter.member.1': 'Roles' }, 'filter.1.member'],
    ['iam', 'UntagRole', { RoleName: 'azfed-spoke', ...listMembers('TagKeys', 51) }, 'tagKeys'],
    ['iam', 'UntagRole', { RoleName: 'azfed-spoke', 'TagKeys.member.1': '{}' }, 'tagKeys.1.member'],
    [
      'iam',
      'TagRole',
      { RoleName: 'azfed-spoke', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '{}' },
      'tags.1.member.value',
    ],
    ['iam', 'TagRole', { RoleName: 'azfed-spoke', 'Tags.member.1.Key': 'a' }, 'value'],
    ['iam', 'GetPolicyVersion', { ...policy, VersionId: 'latest' }, 'versionId'],
    ['iam', 'CreatePolicy', { PolicyName: 'some', PolicyDocument: '{}', Path: '/a!/' }, 'path'],
    ['iam', 'SimulatePrincipalPolicy', { ...source, 'ActionNames.member.1': 's3' }, 'actionNames.1.member'],
    [
      'iam',
      'SimulatePrincipalPolicy',
      { ...source, 'ActionNames.member.1': 's3:GetObject', 'PolicyInputList.member.1': '{}' },
      'policyInputList',
    ],
    ['iam', 'GenerateServiceLastAccessedDetails', { Arn: role, Granularity: 'DAILY' }, 'granularity'],
    [
      'iam',
      'CreateInstanceProfile',
      { InstanceProfileName: 'web', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' },
      'tags',
    ],
    ['sts', 'AssumeRole', { ...session, 'PolicyArns.member.1.arn': 'short' }, 'policyArns.1.member.arn'],
    ['sts', 'AssumeRole', { ...session, 'TransitiveTagKeys.member.1': 'a' }, 'transitiveTagKeys'],
    ['sts', 'AssumeRole', { ...session, SerialNumber: 'GAHT12345678', TokenCode: '123456' }, 'serialNumber'],
    ['sts', 'AssumeRoleWithWebIdentity', { ...web, Policy: ' '.repeat(2049) }, 'policy'],
    ['sts', 'AssumeRoleWithWebIdentity', { ...web, ProviderId: 'www.amazon.com' }, 'providerId'],
    ['sts', 'GetWebIdentityToken', { ...token, ...listMembers('Audience', 11) }, 'audience'],
    [
      'sts',
      'GetWebIdentityToken',
      { 'Audience.member.1': 'a', SigningAlgorithm: 'HS256' },
      'signingAlgorithm',
    ],
  ])('%s %s %o', async (service, action, fields, where) => {
    expect(await ask(service, action, fields)).toEqual({ status: 400, code: 'ValidationError', where });
  });

  it('takes the same operations without them', async () => {
    expect(await ask('iam', 'ListPolicies', { Scope: 'Local', PathPrefix: '/' })).toMatchObject({
      status: 200,
    });
  });

  it('takes a signature for its own service alone, and no request without a version', async () => {
    const fields = { Action: 'ListRoles', Version: versions.iam };
    expect(await send(fields, sign('s3'))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await send({ Action: 'ListRoles' }, sign('iam'))).toMatchObject({
      status: 400,
      code: 'InvalidAction',
    });
    expect(await send(fields, sign('iam'))).toMatchObject({ status: 200 });
  });
});
