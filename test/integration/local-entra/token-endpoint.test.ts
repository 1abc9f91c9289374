import { SignJWT, UnsecuredJWT, createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { TokenInput } from '../../../infra/local/azure-devops/tokens/token.ts';
import type { LocalEntra } from '../../../infra/local/entra/local-entra.ts';
import { startLocalEntra } from '../../../infra/local/entra/local-entra.ts';
import type { ApplicationRecord } from '../../../infra/local/entra/state.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const AUDIENCE = 'api://AzureADTokenExchange';
const SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const SUBJECT = 'p://contoso/Shop/ci';

describe('the token endpoint of the embedded Entra', () => {
  let issuers: LocalAzureDevOps;
  let entra: LocalEntra;
  let application: ApplicationRecord;
  let issuer: string;

  /** Any issuer will do: the one of pipelines signs whatever it is told to. */
  beforeAll(async () => {
    issuers = await startLocalAzureDevOps({ now: () => NOW });
    const { id } = issuers.organizations.create({ name: 'contoso' });
    issuers.projects.create('contoso', 'Shop');
    issuer = `https://vstoken.dev.azure.com/${id}`;
    entra = await startLocalEntra({ now: () => NOW, resolveIssuer: (name) => issuers.resolveIssuer(name) });
    application = entra.register(entra.addTenant());
  });
  beforeEach(() => {
    entra.federate(application.clientId, [{ issuer, subject: SUBJECT, audience: AUDIENCE }]);
    entra.setEnabled(application.clientId, true);
  });
  afterAll(() => Promise.all([issuers.close(), entra.close()]));

  const assertion = (more: Partial<TokenInput> = {}) =>
    issuers.mintToken({ organization: 'contoso', project: 'Shop', ...more });

  async function ask(fields: Readonly<Record<string, string>>, tenantId = application.tenantId) {
    const response = await fetch(`${entra.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: application.clientId,
        scope: SCOPE,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        ...fields,
      }),
    });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  }
  const asking = async (more: Partial<TokenInput> = {}) => ask({ client_assertion: await assertion(more) });

  it('gives a token that its tenant has signed, for an hour less a second', async () => {
    const { status, body } = await asking();
    expect({ status, ...body }).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3599 });
    const base = entra.resolveIssuer(`https://sts.windows.net/${application.tenantId}/`) ?? '';
    const discovery = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as {
      jwks_uri: string;
    };
    const keys = (await (await fetch(discovery.jwks_uri)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(String(body['access_token']), createLocalJWKSet(keys), {
      currentDate: new Date(NOW),
    });
    expect(payload).toMatchObject({
      iss: `https://sts.windows.net/${application.tenantId}/`,
      aud: '499b84ac-1321-427f-aa17-267ca6975798',
      appid: application.clientId,
      oid: application.objectId,
      exp: NOW / 1000 + 3599,
    });
  });

  it('takes an assertion that is for others as well', async () => {
    expect(await asking({ overrides: { aud: ['somebody', AUDIENCE] } })).toMatchObject({ status: 200 });
  });

  const seconds = NOW / 1000;
  it.each<[string, Partial<TokenInput>, number]>([
    ['signed by somebody else', { signedBy: 'impostor' }, 700027],
    ['of another subject', { overrides: { sub: `${SUBJECT}2` } }, 700213],
    ['of a subject in another case', { overrides: { sub: SUBJECT.toUpperCase() } }, 700213],
    ['without a subject', { overrides: { sub: undefined } }, 700213],
    ['for another audience', { overrides: { aud: 'sts.amazonaws.com' } }, 700212],
    ['without an audience', { overrides: { aud: undefined } }, 700212],
    ['of another issuer', { overrides: { iss: 'https://vstoken.dev.azure.com/other' } }, 700211],
    ['that is over', { overrides: { exp: seconds - 301 } }, 700024],
    ['that has no end', { overrides: { exp: undefined } }, 700024],
    ['that has not begun', { overrides: { nbf: seconds + 301 } }, 700024],
  ])('refuses an assertion %s', async (_what, input, code) => {
    const { status, body } = await asking(input);
    expect({ status, ...body }).toMatchObject({
      status: 401,
      error: 'invalid_client',
      error_codes: [code],
      error_description: expect.stringMatching(
        new RegExp(`^AADSTS${code}: .* Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: `),
      ) as string,
    });
  });

  it('believes in RS256 alone', async () => {
    const claims = { iss: issuer, sub: SUBJECT, aud: AUDIENCE, iat: seconds, exp: seconds + 60 };
    const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32));
    for (const forged of [shared, new UnsecuredJWT(claims).encode()])
      expect((await ask({ client_assertion: forged })).body).toMatchObject({ error_codes: [5002738] });
  });

  it.each<[string, Readonly<Record<string, string>>, number, string, number]>([
    ['no assertion', { client_assertion: '' }, 401, 'invalid_client', 7000218],
    ['an assertion of another kind', { client_assertion_type: 'saml' }, 401, 'invalid_client', 7000218],
    ['what is no token', { client_assertion: 'x.y.z' }, 401, 'invalid_client', 50027],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['another resource', { scope: 'https://graph.microsoft.com/.default' }, 400, 'invalid_resource', 500011],
    ['a scope of a person', { scope: 'vso.project' }, 400, 'invalid_scope', 1002012],
    ['another application', { client_id: 'x' }, 400, 'unauthorized_client', 700016],
  ])('refuses %s', async (_what, fields, status, error, code) => {
    const refused = await ask({ client_assertion: await assertion(), ...fields });
    expect({ status: refused.status, ...refused.body }).toMatchObject({ status, error, error_codes: [code] });
  });

  it('knows its tenants, and which application is whose', async () => {
    const client_assertion = await assertion();
    const [nowhere, elsewhere] = ['0a000000-0000-4000-8000-000000000009', entra.addTenant()];
    expect((await ask({ client_assertion }, nowhere)).body).toMatchObject({ error_codes: [90002] });
    expect((await ask({ client_assertion }, elsewhere)).body).toMatchObject({ error_codes: [700016] });
    entra.setEnabled(application.clientId, false);
    expect((await ask({ client_assertion })).body).toMatchObject({ error_codes: [7000112] });
  });

  it('cannot believe an issuer whose keys it cannot read', async () => {
    const lost = 'https://vstoken.dev.azure.com/0a000000-0000-4000-8000-000000000009';
    entra.federate(application.clientId, [{ issuer: lost, subject: SUBJECT, audience: AUDIENCE }]);
    expect(await asking({ overrides: { iss: lost } })).toMatchObject({
      status: 400,
      body: { error_codes: [50166] },
    });
  });

  it('takes twenty federated credentials, and not one more', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_none, index) => ({ issuer, subject: `s${index}`, audience: AUDIENCE }));
    expect(() => {
      entra.federate(application.clientId, many(20));
    }).not.toThrow();
    expect(() => {
      entra.federate(application.clientId, many(21));
    }).toThrow('at most 20');
  });
});
