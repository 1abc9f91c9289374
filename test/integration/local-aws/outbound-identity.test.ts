import {
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
} from '@aws-sdk/client-iam';
import { GetWebIdentityTokenCommand } from '@aws-sdk/client-sts';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { ACCOUNT, identityPolicy, readRefusal, startCloud, stopClouds } from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const AUDIENCE = 'api://AzureADTokenExchange';
const enable = ({ iam }: TestCloud) => iam.send(new EnableOutboundWebIdentityFederationCommand({}));

async function requestToken(cloud: TestCloud, DurationSeconds?: number) {
  const sts = cloud.openSts(await cloud.spokeKeys());
  return sts.send(
    new GetWebIdentityTokenCommand({ Audience: [AUDIENCE], SigningAlgorithm: 'RS256', DurationSeconds }),
  );
}

const ALLOWED = { spoke: { managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] } };

describe('outbound web identities', () => {
  it('proves a role to whoever reads the keys of its account', async () => {
    const cloud = await startCloud({}, ALLOWED);
    const { IssuerIdentifier: issuer = '' } = await enable(cloud);
    const { WebIdentityToken: token = '', Expiration } = await requestToken(cloud);
    const base = cloud.aws.resolveOutboundIssuer(issuer) ?? '';
    const discovery = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    const keys = (await (await fetch(discovery['jwks_uri'] ?? '')).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer,
      audience: AUDIENCE,
      currentDate: new Date(cloud.clock.now),
    });
    expect(discovery['issuer']).toBe(issuer);
    expect(payload.sub).toBe(`arn:aws:iam::${ACCOUNT}:role/azfed-spoke`);
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({ aws_account: ACCOUNT });
    expect(Expiration).toEqual(new Date(cloud.clock.now + 300_000));
  });

  it('carries tags for those alone who may tag it', async () => {
    const cloud = await startCloud({}, ALLOWED);
    await enable(cloud);
    const request = new GetWebIdentityTokenCommand({
      Audience: [AUDIENCE],
      SigningAlgorithm: 'RS256',
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    const act = (...Action: readonly string[]) => identityPolicy({ Effect: 'Allow', Action, Resource: '*' });
    const ask = async (policy: string) => cloud.openSts(await cloud.spokeKeys(policy)).send(request);
    expect(await readRefusal(ask(act('sts:GetWebIdentityToken')))).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('sts:TagGetWebIdentityToken') as string,
    });
    const { WebIdentityToken: token = '' } = await ask(
      act('sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken'),
    );
    expect(decodeJwt(token)['https://sts.amazonaws.com/']).toMatchObject({ request_tags: { team: 'shop' } });
  });

  it('has to be enabled, and is enabled once', async () => {
    const cloud = await startCloud({}, ALLOWED);
    const info = () => cloud.iam.send(new GetOutboundWebIdentityFederationInfoCommand({}));
    const off = { code: 'OutboundWebIdentityFederationDisabledException', status: 403 };
    expect(await readRefusal(requestToken(cloud))).toMatchObject(off);
    expect(await readRefusal(info())).toMatchObject({ code: 'FeatureDisabled', status: 404 });
    const { IssuerIdentifier } = await enable(cloud);
    expect(await info()).toMatchObject({ IssuerIdentifier, JwtVendingEnabled: true });
    expect(await readRefusal(enable(cloud))).toMatchObject({ code: 'FeatureEnabled', status: 409 });
    await cloud.iam.send(new DisableOutboundWebIdentityFederationCommand({}));
    expect(await readRefusal(requestToken(cloud))).toMatchObject(off);
  });

  it('asks for the right, and gives no token that outlives the session', async () => {
    const cloud = await startCloud();
    await enable(cloud);
    expect((await readRefusal(requestToken(cloud))).code).toBe('AccessDenied');
    const other = await startCloud({}, ALLOWED);
    await enable(other);
    const sts = other.openSts(await other.spokeKeys());
    other.clock.now += 3_000_000;
    const long = new GetWebIdentityTokenCommand({
      Audience: [AUDIENCE],
      SigningAlgorithm: 'RS256',
      DurationSeconds: 3600,
    });
    expect(await readRefusal(sts.send(long))).toMatchObject({
      code: 'SessionDurationEscalationException',
      status: 403,
    });
  });
});
