import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { ENDPOINTS, asking, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

describe('permission in the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.azdo.close());

  it('takes a token as Basic with any user, and as Bearer', async () => {
    const url = `${shop.azdo.url}/contoso/_apis/projects`;
    const basic = await fetch(url, { headers: { authorization: `Basic ${btoa('any:local-pat')}` } });
    const bearer = await shop.ask('/_apis/projects');
    expect([basic.status, bearer.status]).toEqual([200, 200]);
  });

  it.each([
    ['GET', {}, 203, 'text/html; charset=utf-8'],
    ['POST', {}, 203, 'text/html; charset=utf-8'],
    ['PATCH', {}, 401, 'application/json; charset=utf-8; api-version=7.2'],
    ['GET', { 'x-tfs-fedauthredirect': 'Suppress' }, 401, 'application/json; charset=utf-8; api-version=7.2'],
  ])('answers %s %o of a revoked token with %i', async (method, headers, status, type) => {
    shop.azdo.organizations.revokePat('contoso', 'local-pat');
    const response = await shop.ask('/_apis/projects', { method, headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe(type);
  });

  it('knows whoever has no good token as anonymous where a project is public', async () => {
    const { azdo, connection, ask } = shop;
    const changed = await ask('/_apis/projects/My%20Shop', {
      method: 'PATCH',
      body: JSON.stringify({ visibility: 'public' }),
    });
    expect(changed.status).toBe(202);
    const bad = asking(azdo, 'revoked');
    expect(await (await bad('/_apis/connectionData')).json()).toMatchObject({
      authenticatedUser: { descriptor: 'System:PublicAccess;aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' },
    });
    expect(await (await bad(ENDPOINTS)).json()).toEqual({ count: 0, value: [] });
    expect((await bad('/_apis/projects')).status).toBe(203);
    expect((await bad(`${ENDPOINTS}/${connection.id}`, { method: 'DELETE' })).status).toBe(401);

    azdo.projects.setVisibility('contoso', 'My Shop', 'private');
    expect((await bad('/_apis/connectionData')).status).toBe(203);
  });

  it('shrinks lists without a word when a token may no longer read', async () => {
    const { azdo, connection } = shop;
    const open = azdo.projects.create('contoso', 'Open');
    azdo.organizations.setPat('contoso', { token: 'narrow', projects: [open.id], connections: [] });
    const ask = asking(azdo, 'narrow');
    expect(await (await ask('/_apis/projects')).json()).toMatchObject({
      count: 1,
      value: [{ name: 'Open' }],
    });
    expect((await ask(ENDPOINTS)).status).toBe(404);

    azdo.connections.share('contoso', connection.id, 'Open');
    const list = await ask('/Open/_apis/serviceendpoint/endpoints');
    expect(list.status).toBe(200);
    expect(await list.text()).toBe('{"count":0,"value":[]}');
    expect(await (await ask(`/Open/_apis/serviceendpoint/endpoints/${connection.id}`)).text()).toBe('null');
  });

  it('says of an unreadable project what it says of a missing one', async () => {
    shop.azdo.organizations.setPat('contoso', { token: 'narrow', projects: [] });
    const unreadable = await asking(shop.azdo, 'narrow')('/_apis/projects/My%20Shop');
    shop.azdo.projects.remove('contoso', 'My Shop');
    const missing = await shop.ask('/_apis/projects/My%20Shop');
    expect(await unreadable.text()).toBe(await missing.text());
  });

  it('lets a reading token change nothing', async () => {
    shop.azdo.organizations.setPat('contoso', { token: 'reader', access: 'read' });
    const before = shop.azdo.snapshot();
    const response = await asking(shop.azdo, 'reader')('/_apis/projects/My%20Shop', { method: 'DELETE' });
    expect(response.status).toBe(403);
    expect(shop.azdo.snapshot()).toEqual(before);
  });

  it("knows no other organization's tokens", async () => {
    shop.azdo.organizations.create({ name: 'fabrikam', pats: [{ token: 'theirs' }] });
    const response = await asking(shop.azdo, 'theirs')('/_apis/projects');
    expect(response.status).toBe(203);
  });

  it('does not answer a name that a browser was tricked into', async () => {
    const azdo = await startLocalAzureDevOps();
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${azdo.url}/_local/state`, { headers: { host: 'evil.example' } }, (response) => {
        resolve(response.resume().statusCode);
      })
        .on('error', reject)
        .end();
    });
    await azdo.close();
    expect(status).toBe(421);
  });
});
