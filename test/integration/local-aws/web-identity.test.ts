import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AssumeRoleWithWebIdentityRequest } from '@aws-sdk/client-sts';
import type { JWTPayload } from 'jose';
import {
  ACCOUNT,
  AUDIENCE,
  ISSUER,
  PROVIDER_ARN,
  toKeys,
  readRefusal,
  startCloud,
  stopClouds,
  makeTrust,
} from './cloud.ts';
import type { TestCloud } from './cloud.ts';
import { startIssuer } from './issuer-server.ts';
import type { TestIssuer } from './issuer-server.ts';

const SUBJECT = 'sc://contoso/Shop/aws-prod';
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());
afterEach(stopClouds);

async function federated(trust = makeTrust(SUBJECT), hasProvider = true): Promise<TestCloud> {
  const cloud = await startCloud({
    resolveIssuer: (url) => (url === `https://${ISSUER}` ? issuer.url : url),
  });
  if (hasProvider) {
    await cloud.iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: `https://${ISSUER}`,
        ClientIDList: [AUDIENCE, 'second'],
      }),
    );
  }
  await cloud.iam.send(new CreateRoleCommand({ RoleName: 'prod', AssumeRolePolicyDocument: trust }));
  return cloud;
}

type Claims = Readonly<Record<string, unknown>>;

const claims = ({ clock }: TestCloud, change: Claims = {}): JWTPayload => {
  const now = clock.now / 1000;
  return {
    iss: `https://${ISSUER}`,
    aud: AUDIENCE,
    sub: SUBJECT,
    iat: now,
    nbf: now,
    exp: now + 600,
    ...change,
  };
};

// Keys that nobody knows: the call is not signed by anybody who matters.
const assume = (
  { openSts }: TestCloud,
  WebIdentityToken: string,
  input: Partial<AssumeRoleWithWebIdentityRequest> = {},
) =>
  openSts({ accessKeyId: 'unused', secretAccessKey: 'unused' }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/prod`,
      RoleSessionName: 'pipeline',
      WebIdentityToken,
      ...input,
    }),
  );

describe('AssumeRoleWithWebIdentity', () => {
  it('opens a session for the subject that the trust names', async () => {
    const cloud = await federated();
    const answer = await assume(cloud, await issuer.sign(claims(cloud)));
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: SUBJECT,
      Audience: AUDIENCE,
      Provider: PROVIDER_ARN,
    });
    const identity = await cloud.openSts(toKeys(answer.Credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/prod/pipeline`);
    const { Role } = await cloud.iam.send(new GetRoleCommand({ RoleName: 'prod' }));
    expect(Role?.RoleLastUsed?.LastUsedDate).toEqual(new Date(cloud.clock.now));
  });

  it('leaves an entry on the trail for every attempt, without the token', async () => {
    const cloud = await federated();
    const token = await issuer.sign(claims(cloud));
    await assume(cloud, token);
    await readRefusal(assume(cloud, await issuer.sign(claims(cloud, { sub: 'sc://contoso/Shop/other' }))));
    const events = cloud.aws.events.filter(({ eventSource }) => eventSource === 'sts.amazonaws.com');
    expect(events).toMatchObject([
      {
        eventName: 'AssumeRoleWithWebIdentity',
        userIdentity: { type: 'WebIdentityUser', userName: SUBJECT, identityProvider: PROVIDER_ARN },
        requestParameters: { roleArn: `arn:aws:iam::${ACCOUNT}:role/prod`, roleSessionName: 'pipeline' },
        responseElements: {
          subjectFromWebIdentityToken: SUBJECT,
          audience: AUDIENCE,
          provider: PROVIDER_ARN,
        },
      },
      { eventName: 'AssumeRoleWithWebIdentity', errorCode: 'AccessDenied', responseElements: null },
    ]);
    expect(JSON.stringify(cloud.aws.events)).not.toContain(token.split('.')[2]);
  });

  it('gives the session of a web identity away in its later events', async () => {
    const cloud = await federated();
    const PolicyArn = 'arn:aws:iam::aws:policy/IAMFullAccess';
    await cloud.iam.send(new AttachRolePolicyCommand({ RoleName: 'prod', PolicyArn }));
    const { Credentials } = await assume(cloud, await issuer.sign(claims(cloud)));
    const iam = cloud.openIam(toKeys(Credentials));
    await iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'prod', PolicyDocument: makeTrust(SUBJECT) }),
    );
    expect(cloud.aws.events.at(-1)).toMatchObject({
      eventName: 'UpdateAssumeRolePolicy',
      responseElements: null,
      userIdentity: {
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/prod/pipeline`,
        sessionContext: {
          webIdFederationData: {
            federatedProvider: PROVIDER_ARN,
            attributes: { [`${ISSUER}:sub`]: SUBJECT },
          },
        },
      },
    });
  });

  const hour = 3600;
  it.each<[string, (now: number) => Claims, string, number, RegExp]>([
    [
      'another subject',
      () => ({ sub: 'sc://contoso/Shop/other' }),
      'AccessDenied',
      403,
      /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
    ],
    [
      'the subject in another case',
      () => ({ sub: SUBJECT.toUpperCase() }),
      'AccessDenied',
      403,
      /Not authorized/,
    ],
    [
      'an audience of the provider that the trust does not name',
      () => ({ aud: 'second' }),
      'AccessDenied',
      403,
      /Not authorized/,
    ],
    [
      'an audience that the provider does not know',
      () => ({ aud: 'third' }),
      'InvalidIdentityToken',
      400,
      /Incorrect token audience/,
    ],
    [
      'an authorized party that the provider does not know',
      () => ({ azp: 'third' }),
      'InvalidIdentityToken',
      400,
      /Incorrect token audience/,
    ],
    [
      'an issuer without provider',
      () => ({ iss: 'https://example.com' }),
      'InvalidIdentityToken',
      400,
      /No OpenIDConnect provider found/,
    ],
    [
      'a slash at the end of the issuer',
      () => ({ iss: `https://${ISSUER}/` }),
      'InvalidIdentityToken',
      400,
      /No OpenIDConnect provider found/,
    ],
    [
      'an end that is more than five minutes ago',
      (now) => ({ exp: now - 301 }),
      'ExpiredTokenException',
      400,
      /Token expired/,
    ],
    [
      'a beginning that is more than five minutes ahead',
      (now) => ({ nbf: now + 301 }),
      'InvalidIdentityToken',
      400,
      /not yet valid/,
    ],
    [
      'a time of issue that is an hour ahead',
      (now) => ({ iat: now + hour }),
      'InvalidIdentityToken',
      400,
      /not yet valid/,
    ],
    ['no subject', () => ({ sub: undefined }), 'InvalidIdentityToken', 400, /sub/],
    ['no end', () => ({ exp: undefined }), 'InvalidIdentityToken', 400, /exp/],
    ['a subject of 256 characters', () => ({ sub: 's'.repeat(256) }), 'IDPRejectedClaim', 403, /255/],
  ])('refuses a token with %s', async (_what, change, code, status, message) => {
    const cloud = await federated();
    const token = await issuer.sign(claims(cloud, change(cloud.clock.now / 1000)));
    const refusal = await readRefusal(assume(cloud, token));
    expect(refusal).toMatchObject({ code, status });
    expect(refusal.message).toMatch(message);
    await expect(assume(cloud, await issuer.sign(claims(cloud)))).resolves.toBeDefined();
  });

  it.each<[string, (now: number) => Claims]>([
    ['an end five minutes ago', (now) => ({ exp: now - 300 })],
    ['a beginning five minutes ahead', (now) => ({ nbf: now + 300 })],
    ['several audiences, one of them known', () => ({ aud: ['third', AUDIENCE] })],
  ])('takes a token with %s', async (_what, change) => {
    const cloud = await federated();
    await expect(
      assume(cloud, await issuer.sign(claims(cloud, change(cloud.clock.now / 1000)))),
    ).resolves.toBeDefined();
  });

  it('refuses what the issuer did not sign', async () => {
    const cloud = await federated();
    const good = await issuer.sign(claims(cloud));
    const [header = '', , signature = ''] = good.split('.');
    const forged = Buffer.from(
      JSON.stringify(claims(cloud, { exp: cloud.clock.now / 1000 + 9999 })),
    ).toString('base64url');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const tokens = [
      await issuer.sign(claims(cloud), 'impostor'),
      `${header}.${forged}.${signature}`,
      `${unsigned}.${good.split('.')[1] ?? ''}.`,
      'garbage',
    ];
    for (const token of tokens) {
      expect(await readRefusal(assume(cloud, token))).toMatchObject({
        code: 'InvalidIdentityToken',
        status: 400,
      });
    }
    await expect(assume(cloud, good)).resolves.toBeDefined();
  });

  it('tells a missing provider, a missing role and an unreachable issuer apart', async () => {
    const bare = await federated(makeTrust(SUBJECT), false);
    const token = await issuer.sign(claims(bare));
    expect(await readRefusal(assume(bare, token))).toMatchObject({
      code: 'InvalidIdentityToken',
      message: `No OpenIDConnect provider found in your account for https://${ISSUER}`,
    });
    const cloud = await federated();
    const none = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/none` };
    expect(await readRefusal(assume(cloud, token, none))).toMatchObject({
      code: 'AccessDenied',
      status: 403,
    });
    const away = await startCloud({ resolveIssuer: () => 'http://127.0.0.1:9' });
    const ThumbprintList = ['a'.repeat(40)];
    await away.iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: `https://${ISSUER}`,
        ClientIDList: [AUDIENCE],
        ThumbprintList,
      }),
    );
    expect(await readRefusal(assume(away, token))).toMatchObject({
      code: 'IDPCommunicationError',
      status: 400,
    });
  });

  it('follows the trust as it is changed', async () => {
    const cloud = await federated();
    const token = await issuer.sign(claims(cloud));
    const setTrust = (subject: string) =>
      cloud.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName: 'prod', PolicyDocument: makeTrust(subject) }),
      );
    await setTrust('closed');
    expect((await readRefusal(assume(cloud, token))).code).toBe('AccessDenied');
    await setTrust(SUBJECT);
    await expect(assume(cloud, token)).resolves.toBeDefined();
  });

  it('limits sessions by the role and by the request', async () => {
    const cloud = await federated();
    const token = await issuer.sign(claims(cloud));
    expect((await readRefusal(assume(cloud, token, { DurationSeconds: 7200 }))).code).toBe('ValidationError');
    expect(
      (
        await readRefusal(
          assume(cloud, token, { Policy: `{"Version":"2012-10-17","Statement":[${' '.repeat(2048)}]}` }),
        )
      ).code,
    ).toBe('ValidationError');
    const { Credentials } = await assume(cloud, token, { DurationSeconds: 900 });
    expect(Credentials?.Expiration).toEqual(new Date(cloud.clock.now + 900_000));
  });
});

describe('a Deny beside the trust', () => {
  const beside = (Condition: object): string => {
    const trust = JSON.parse(makeTrust(SUBJECT)) as { readonly Version: string; readonly Statement: unknown };
    const deny = { Effect: 'Deny', Principal: '*', Action: '*', Condition };
    return JSON.stringify({ ...trust, Statement: [[trust.Statement].flat(), deny].flat() });
  };
  it.each<readonly [string, object, boolean]>([
    [
      'from an address that the call does not come from',
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      true,
    ],
    ['from everywhere but a network', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, false],
    [
      'from everywhere but a network of version 6',
      { NotIpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      false,
    ],
    ['outside of a VPC, which nobody tells', { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, false],
    ['in a VPC, which nobody tells', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, false],
    ['after a time', { DateGreaterThan: { 'aws:CurrentTime': '2000-01-01T00:00:00Z' } }, false],
    ['before a time', { DateLessThan: { 'aws:CurrentTime': '2000-01-01T00:00:00Z' } }, true],
    ['from a network that is none', { IpAddress: { 'aws:SourceIp': '203.0.113.0/99' } }, false],
    ['without TLS, which STS does not take', { Bool: { 'aws:SecureTransport': 'false' } }, true],
    ['of another subject', { StringEquals: { [`${ISSUER}:sub`]: 'sc://contoso/Shop/other' } }, true],
  ])('lets the token in only where it surely does not apply: %s', async (_name, condition, isLetIn) => {
    const cloud = await federated(beside(condition));
    const answer = assume(cloud, await issuer.sign(claims(cloud)));
    if (isLetIn) expect((await answer).Audience).toBe(AUDIENCE);
    else expect((await readRefusal(answer)).code).toBe('AccessDenied');
  });
});
