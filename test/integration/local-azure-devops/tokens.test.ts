import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';

import { NOW, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

const AUDIENCE = 'api://AzureADTokenExchange';
const tokenPath = (project: string, connectionId?: string): string =>
  `/${project}/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken?api-version=7.1-preview.1` +
  (connectionId === undefined ? '' : `&serviceConnectionId=${connectionId}`);

describe('the tokens of the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.azdo.close());

  async function mintOverRest(path: string): Promise<string> {
    const response = await shop.ask(path, { method: 'POST', body: '' });
    return ((await response.json()) as { oidcToken: string }).oidcToken;
  }

  /** As STS does it: discovery, keys, signature, issuer, audience, time. */
  async function verify(token: string): Promise<JWTPayload> {
    const issuer = decodeJwt(token).iss ?? '';
    const discovery = await fetch(`${shop.azdo.resolveIssuer(issuer)}/.well-known/openid-configuration`);
    const configuration = (await discovery.json()) as { issuer: string; jwks_uri: string };
    const keys = (await (await fetch(configuration.jwks_uri)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: configuration.issuer,
      audience: AUDIENCE,
      algorithms: ['RS256'],
      currentDate: new Date(NOW),
    });
    return payload;
  }

  it('are signed by the keys that the issuer serves, and hold seven claims', async () => {
    const payload = await verify(await mintOverRest(tokenPath('My%20Shop', shop.connection.id)));
    expect(payload).toEqual({
      jti: expect.any(String) as string,
      sub: 'sc://contoso/My Shop/aws-prod',
      aud: AUDIENCE,
      iss: `https://vstoken.dev.azure.com/${shop.organization.id}`,
      nbf: NOW / 1000 - 600,
      exp: NOW / 1000 + 600,
      iat: NOW / 1000,
    });
  });

  it('name the pipeline when no connection is named', async () => {
    const payload = await verify(await mintOverRest(tokenPath(shop.project.id)));
    expect(payload).toMatchObject({
      sub: 'p://contoso/My Shop/ci',
      org_id: shop.organization.id,
      prj_id: shop.project.id,
      rpo_ref: 'refs/heads/main',
    });
  });

  it('follow renames of the organization, the project and the connection, with the issuer unchanged', async () => {
    const { azdo, connection } = shop;
    const before = decodeJwt(
      await azdo.mintToken({ organization: 'contoso', project: 'My Shop', connectionId: connection.id }),
    );
    azdo.projects.rename('contoso', 'My Shop', 'Store');
    azdo.connections.rename('contoso', connection.id, 'aws-live');
    azdo.organizations.rename('contoso', 'fabrikam');
    const token = await azdo.mintToken({
      organization: 'fabrikam',
      project: 'Store',
      connectionId: connection.id,
    });
    const after = await verify(token);
    expect(after.sub).toBe('sc://fabrikam/Store/aws-live');
    expect(after.iss).toBe(before.iss);
  });

  it("carry the running project's name of a shared connection", async () => {
    shop.azdo.projects.create('contoso', 'Other');
    shop.azdo.connections.share('contoso', shop.connection.id, 'Other', 'borrowed');
    const token = await shop.azdo.mintToken({
      organization: 'contoso',
      project: 'Other',
      connectionId: shop.connection.id,
    });
    expect((await verify(token)).sub).toBe('sc://contoso/Other/borrowed');
  });

  it('can be had for any type of connection', async () => {
    const other = shop.azdo.connections.recreate('contoso', shop.connection.id, 'Generic');
    const token = await shop.azdo.mintToken({
      organization: 'contoso',
      project: 'My Shop',
      connectionId: other.id,
    });
    expect((await verify(token)).sub).toBe('sc://contoso/My Shop/aws-prod');
  });

  it.each(['disabled', 'not shared', 'missing'])('are refused for a connection that is %s', async (how) => {
    const { azdo, connection } = shop;
    azdo.projects.create('contoso', 'Other');
    if (how === 'disabled') azdo.connections.setDisabled('contoso', connection.id, true);
    if (how === 'missing') azdo.connections.remove('contoso', connection.id);
    const project = how === 'not shared' ? 'Other' : 'My%20Shop';
    const response = await shop.ask(tokenPath(project, connection.id), { method: 'POST' });
    expect(response.status).toBe(how === 'missing' ? 404 : 403);
    expect(await response.text()).not.toContain('oidcToken');
  });

  it('can be forged: by a strange key, by other claims, out of date', async () => {
    const input = { organization: 'contoso', project: 'My Shop', connectionId: shop.connection.id };
    const stranger = await shop.azdo.mintToken({ ...input, signedBy: 'stranger' });
    const other = await shop.azdo.mintToken({ ...input, overrides: { aud: 'other' } });
    const expired = await shop.azdo.mintToken({ ...input, expiresInSeconds: -1 });
    const bare = await shop.azdo.mintToken({ ...input, overrides: { sub: undefined } });
    await expect(verify(stranger)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
    await expect(verify(other)).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
    await expect(verify(expired)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    expect(await verify(bare)).not.toHaveProperty('sub');
  });

  it('have no issuer that is not an organization here', async () => {
    const url = shop.azdo.resolveIssuer(`https://vstoken.dev.azure.com/${shop.project.id}`);
    const response = await fetch(`${url}/.well-known/openid-configuration`);
    expect(response.status).toBe(404);
  });
});
