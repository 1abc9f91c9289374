import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';

import type { JobAccess } from '../../../infra/local/azure-devops/pipelines/job-access.ts';
import { LOCAL_PAT } from '../../../infra/local/azure-devops/organizations/organizations.ts';
import { ENDPOINTS, NOW, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

const AUDIENCE = 'api://AzureADTokenExchange';
interface Asked {
  readonly project?: string;
  readonly hub?: string;
  readonly planId?: string;
  readonly jobId?: string;
  readonly connectionId?: string;
  readonly authorization?: string;
}

describe('the tokens of the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.azdo.close());

  const startJob = (connections: readonly string[] = [shop.connection.id]) =>
    shop.azdo.jobs.start('contoso', { project: 'My Shop', connections });

  /** As the toolkit asks: the path of the plan, no body to speak of, System.AccessToken as Bearer. */
  function request(job: JobAccess, asked: Asked = {}): Promise<Response> {
    const { project, hub, planId, jobId } = { project: job.projectId, ...job, ...asked };
    const { connectionId, authorization = `Bearer ${job.accessToken}` } = asked;
    const path = `/${project}/_apis/distributedtask/hubs/${hub}/plans/${planId}/jobs/${jobId}/oidctoken`;
    const query = connectionId === undefined ? '' : `?serviceConnectionId=${connectionId}`;
    return shop.ask(`${path}${query}`, { method: 'POST', body: '{}', headers: { authorization } });
  }

  async function mintOverRest(job: JobAccess, asked: Asked = {}): Promise<string> {
    return ((await (await request(job, asked)).json()) as { oidcToken: string }).oidcToken;
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
    const payload = await verify(await mintOverRest(startJob(), { connectionId: shop.connection.id }));
    expect(payload).toEqual({
      jti: expect.any(String) as string,
      sub: 'sc://contoso/My Shop/aws-prod',
      aud: AUDIENCE,
      iss: `https://vstoken.dev.azure.com/${shop.organization.id}`,
      nbf: NOW / 1000 - 600,
      exp: NOW / 1000 + 300,
      iat: NOW / 1000,
    });
  });

  it('name the pipeline when no connection is named', async () => {
    const payload = await verify(await mintOverRest(startJob()));
    expect(payload).toMatchObject({
      sub: expect.stringMatching(/^p:\/\/contoso\/My Shop\/job-[0-9a-f-]{36}\.yml$/) as string,
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
    const job =
      how === 'not shared'
        ? azdo.jobs.start('contoso', { project: 'Other', connections: [connection.id] })
        : startJob();
    if (how === 'disabled') azdo.connections.setDisabled('contoso', connection.id, true);
    if (how === 'missing') azdo.connections.remove('contoso', connection.id);
    const response = await request(job, { connectionId: connection.id });
    expect(response.status).toBe(how === 'missing' ? 404 : 403);
    expect(await response.text()).not.toContain('oidcToken');
  });

  const basic = (token: string) => `Basic ${btoa(`:${token}`)}`;
  it.each<readonly [string, number, (job: JobAccess) => Asked]>([
    ['a personal access token', 403, () => ({ authorization: basic(LOCAL_PAT) })],
    ['a personal access token that only reads', 403, () => ({ authorization: basic('reader') })],
    [
      'System.AccessToken as a personal access token',
      203,
      ({ accessToken }) => ({ authorization: basic(accessToken) }),
    ],
    ['no credential', 203, () => ({ authorization: '' })],
    [
      'a token that is made up',
      203,
      ({ planId }) => ({ authorization: `Bearer job.${planId}.${'x'.repeat(43)}` }),
    ],
    ['another plan', 404, () => ({ planId: '1' })],
    ['the plan of another job', 404, () => ({ planId: startJob().planId })],
    ['another job', 404, () => ({ jobId: '2' })],
    ['another hub', 404, () => ({ hub: 'release' })],
    ['another project', 404, () => ({ project: 'Other' })],
  ])('are not given to %s', async (_what, status, change) => {
    shop.azdo.organizations.setPat('contoso', { token: 'reader', access: 'read' });
    shop.azdo.projects.create('contoso', 'Other');
    const job = startJob();
    const response = await request(job, { connectionId: shop.connection.id, ...change(job) });
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('oidcToken');
    expect((await request(job, { connectionId: shop.connection.id })).status).toBe(200);
  });

  it('are given for the connections that the YAML of the job references, and for no other', async () => {
    const other = shop.azdo.connections.create('contoso', { project: 'My Shop', name: 'other' });
    const job = startJob();
    expect((await request(job, { connectionId: other.id })).status).toBe(403);
    expect((await request(startJob([other.id]), { connectionId: other.id })).status).toBe(200);
  });

  it('are given until the run has ended', async () => {
    const job = startJob([]);
    expect((await request(job)).status).toBe(200);
    const { runs = [] } = shop.azdo.snapshot().organizations[0]?.pipelines ?? {};
    const { pipelineId = 0, id = 0 } = runs.at(-1) ?? {};
    await shop.ask(`/My%20Shop/_apis/pipelines/${pipelineId}/runs/${id}`);
    expect((await request(job)).status).toBe(203);
    expect(() => shop.azdo.jobs.of('contoso', 'My Shop', id)).toThrow('not running');
  });

  it('are given to no job that waits for somebody to say that it may use a connection', () => {
    const { azdo, connection } = shop;
    const yaml = 'steps: [{ task: AWSCLI@1, inputs: { awsCredentials: aws-prod } }]';
    azdo.pipelines.commit('contoso', 'My Shop', '/a.yml', yaml);
    const { id } = azdo.pipelines.create('contoso', { project: 'My Shop', name: 'a', path: '/a.yml' });
    const run = azdo.pipelines.queue('contoso', {
      project: 'My Shop',
      pipeline: id,
      refName: 'main',
      parameters: {},
    });
    expect(() => azdo.jobs.of('contoso', 'My Shop', run.id)).toThrow('not running');
    azdo.pipelines.authorize('contoso', 'My Shop', id, connection.id, true);
    expect(azdo.jobs.of('contoso', 'My Shop', run.id)).toMatchObject({ planId: run.planId, hub: 'build' });
  });

  it('are asked for by a job that sees no list of connections', async () => {
    const headers = { authorization: `Bearer ${startJob().accessToken}` };
    expect(await (await shop.ask(ENDPOINTS, { headers })).json()).toMatchObject({ count: 0 });
    expect((await shop.ask('/_apis/distributedtask', { method: 'OPTIONS', headers })).status).toBe(200);
  });

  it('can be forged: by a strange key, by other claims, out of date', async () => {
    const input = { organization: 'contoso', project: 'My Shop', connectionId: shop.connection.id };
    const impostor = await shop.azdo.mintToken({ ...input, signedBy: 'impostor' });
    const other = await shop.azdo.mintToken({ ...input, overrides: { aud: 'other' } });
    const expired = await shop.azdo.mintToken({ ...input, expiresInSeconds: -1 });
    const bare = await shop.azdo.mintToken({ ...input, overrides: { sub: undefined } });
    await expect(verify(impostor)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
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
