import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { LocalAzureDevOpsState } from '../../../infra/local/azure-devops/state/state.ts';
import { ENDPOINTS, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

const control = (shop: Shop, method: string, path: string, body: unknown = {}): Promise<Response> =>
  fetch(`${shop.azdo.url}/_local/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('playing in the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.azdo.close());

  it('gives out the same GUIDs for the same seed, and others for another', async () => {
    const again = await openShop();
    const other = await openShop({ seed: 2 });
    await Promise.all([again.azdo.close(), other.azdo.close()]);
    expect(again.azdo.snapshot()).toEqual(shop.azdo.snapshot());
    expect(other.connection.id).not.toBe(shop.connection.id);
    expect(shop.connection.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('goes on from a snapshot, with ids that were never given out', async () => {
    const state = JSON.parse(JSON.stringify(shop.azdo.snapshot())) as LocalAzureDevOpsState;
    const next = await startLocalAzureDevOps({ state });
    const known = [shop.organization.id, shop.project.id, shop.connection.id];
    expect(next.snapshot()).toEqual(state);
    expect(known).not.toContain(next.projects.create('contoso', 'New').id);
    await next.close();
  });

  it('refuses to start on a port that is taken', async () => {
    const second = startLocalAzureDevOps({ port: Number(new URL(shop.azdo.url).port) });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('tells its listeners of every change until they have heard enough', () => {
    let heard = 0;
    const stop = shop.azdo.onChange(() => heard++);
    shop.azdo.connections.setRoleArn('contoso', shop.connection.id, 'arn:aws:iam::123456789012:role/other');
    shop.azdo.projects.rename('contoso', 'My Shop', 'Store');
    stop();
    shop.azdo.organizations.rename('contoso', 'fabrikam');
    expect(heard).toBe(2);
  });

  it('recreates under the same name with another id', () => {
    const { azdo, project, connection } = shop;
    const second = azdo.connections.recreate('contoso', connection.id);
    const other = azdo.projects.recreate('contoso', 'My Shop');
    expect(second.id).not.toBe(connection.id);
    expect(second.references).toEqual(connection.references);
    expect(other).toMatchObject({ name: 'My Shop', state: 'wellFormed' });
    expect(other.id).not.toBe(project.id);
  });

  it('renames in one project alone', async () => {
    const { azdo, connection, ask } = shop;
    azdo.projects.create('contoso', 'Other');
    azdo.connections.share('contoso', connection.id, 'Other');
    azdo.connections.rename('contoso', connection.id, 'mine', 'My Shop');
    const there = await ask('/Other/_apis/serviceendpoint/endpoints');
    expect(await (await ask(ENDPOINTS)).json()).toMatchObject({ value: [{ name: 'mine' }] });
    expect(await there.json()).toMatchObject({ value: [{ name: 'aws-prod' }] });
  });

  it('swaps the GUID behind a name', async () => {
    shop.azdo.organizations.swapId('contoso');
    const data = (await (await shop.ask('/_apis/connectionData')).json()) as { instanceId: string };
    expect(data.instanceId).not.toBe(shop.organization.id);
    expect(data.instanceId).toBe(shop.azdo.snapshot().organizations[0]?.id);
  });

  it.each([
    ['oidc', { useOIDC: 'false' }],
    ['role', { assumeRoleArn: 'arn:aws:iam::123456789012:role/x' }],
    ['keys', { username: 'AKIA', password: 'secret' }],
  ])('sets %s', (what, expected) => {
    const { azdo, connection } = shop;
    if (what === 'oidc') azdo.connections.setOidc('contoso', connection.id, false);
    if (what === 'role')
      azdo.connections.setRoleArn('contoso', connection.id, 'arn:aws:iam::123456789012:role/x');
    if (what === 'keys') azdo.connections.setKeys('contoso', connection.id, 'AKIA', 'secret');
    const [stored] = azdo.snapshot().organizations[0]?.connections ?? [];
    expect(stored?.parameters).toEqual({ ...connection.parameters, ...expected });
  });

  it('keeps names of connections of all types apart within a project', () => {
    const clash = { project: 'My Shop', name: 'AWS-prod', type: 'Generic' };
    expect(() => shop.azdo.connections.create('contoso', clash)).toThrow('already exists');
  });

  it('is played from another process as well', async () => {
    await control(shop, 'POST', 'organizations', { name: 'fabrikam', pats: [{ token: 'theirs' }] });
    await control(shop, 'PATCH', 'organizations/fabrikam', { name: 'northwind' });
    await control(shop, 'POST', 'organizations/northwind/swap-id');
    await control(shop, 'PUT', 'organizations/northwind/pats', { token: 'reader', access: 'read' });
    await control(shop, 'DELETE', 'organizations/northwind/pats', { token: 'theirs' });
    const seen = (await (await fetch(`${shop.azdo.url}/_local/state`)).json()) as LocalAzureDevOpsState;
    expect(seen).toEqual(shop.azdo.snapshot());
    expect(seen.organizations[1]).toMatchObject({
      name: 'northwind',
      pats: [{ token: 'reader', access: 'read' }],
    });
  });

  it('makes trouble and shows its log to another process', async () => {
    await control(shop, 'POST', 'faults', { match: { operation: 'endpoints' }, fault: '503' });
    const troubled = await shop.ask(ENDPOINTS);
    const log = await fetch(`${shop.azdo.url}/_local/calls`);
    expect(troubled.status).toBe(503);
    expect(await log.json()).toMatchObject([{ operation: 'endpoints', status: 503 }]);
    await control(shop, 'DELETE', 'calls');
    expect(shop.azdo.calls).toEqual([]);
  });

  it.each([
    ['an unknown fault', 'POST', 'faults', { fault: 'flood' }, 400],
    ['a taken name', 'POST', 'organizations', { name: 'Contoso' }, 409],
    ['an unknown command', 'POST', 'tea', {}, 404],
  ])('refuses %s over REST', async (_what, method, path, body, status) => {
    const response = await control(shop, method, path, body);
    expect(response.status).toBe(status);
  });

  it('refuses commands that a page of another origin could send unasked', async () => {
    const response = await fetch(`${shop.azdo.url}/_local/organizations/contoso/swap-id`, {
      method: 'POST',
      body: '{}',
    });
    expect(response.status).toBe(415);
    expect(shop.azdo.snapshot().organizations[0]?.id).toBe(shop.organization.id);
  });
});
