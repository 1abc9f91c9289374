import { ENDPOINTS, NOW, ROLE_ARN, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

const CORE_AREA = '79134C72-4A58-4B42-976C-04E7115F32BF';
const write = (method: string, body: unknown): { method: string; body: string } => ({
  method,
  body: JSON.stringify(body),
});

describe('the REST of the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop({ pageSize: 2 });
  });
  afterEach(() => shop.azdo.close());

  it('sends a connection in the documented shape, without its secrets', async () => {
    const { azdo, connection, project, ask } = shop;
    azdo.connections.setKeys('contoso', connection.id, 'AKIAEXAMPLE', 'very secret');
    const response = await ask(`${ENDPOINTS}?api-version=7.1`);
    const text = await response.text();
    expect(text).not.toContain('very secret');
    const at = new Date(NOW).toISOString();
    const someone = expect.objectContaining({ displayName: expect.any(String) as string }) as object;
    expect(JSON.parse(text)).toEqual({
      count: 1,
      value: [
        {
          id: connection.id,
          name: 'aws-prod',
          type: 'AWS',
          url: 'https://aws.amazon.com/',
          description: '',
          data: {},
          authorization: {
            scheme: 'UsernamePassword',
            parameters: {
              username: 'AKIAEXAMPLE',
              password: null,
              sessionToken: null,
              assumeRoleArn: ROLE_ARN,
              roleSessionName: '',
              externalId: '',
              useOIDC: 'true',
            },
          },
          isShared: false,
          isReady: true,
          isOutdated: false,
          isDisabled: false,
          owner: 'Library',
          createdBy: someone,
          creationDate: at,
          modifiedBy: someone,
          modificationDate: at,
          serviceEndpointProjectReferences: [
            { projectReference: { id: project.id, name: 'My Shop' }, name: 'aws-prod', description: '' },
          ],
        },
      ],
    });
  });

  it('gives the projects in pages, and the next token in a header alone', async () => {
    for (const name of ['B', 'C', 'D', 'E']) shop.azdo.projects.create('contoso', name);
    const names: string[] = [];
    const tokens: (string | null)[] = [];
    for (let token: string | null = ''; token !== null;) {
      const response = await shop.ask(`/_apis/projects?$top=100&continuationToken=${token}`);
      const page = (await response.json()) as { value: { name: string }[] };
      names.push(...page.value.map(({ name }) => name));
      token = response.headers.get('x-ms-continuationtoken');
      tokens.push(token);
    }
    expect(names.sort()).toEqual(['B', 'C', 'D', 'E', 'My Shop']);
    expect(tokens).toEqual(['2', '4', null]);
  });

  it('skips', async () => {
    for (const name of ['B', 'C']) shop.azdo.projects.create('contoso', name);
    const response = await shop.ask('/_apis/projects?%24top=2&%24skip=2');
    expect(await response.json()).toMatchObject({ count: 1 });
  });

  it.each([
    ['type=aws&includeFailed=true', ['aws-prod', 'failed']],
    ['type=AWS', ['aws-prod']],
    ['type=generic', ['plain']],
    ['owner=library&includeFailed=true', ['aws-prod', 'failed', 'plain']],
    ['owner=agentcloud', []],
    ['endpointNames=plain,nobody', ['plain']],
    ['authSchemes=Token', ['plain']],
  ])('filters connections by %s', async (query, expected) => {
    const at = { project: 'My Shop' };
    shop.azdo.connections.create('contoso', { ...at, name: 'plain', type: 'Generic', scheme: 'Token' });
    shop.azdo.connections.create('contoso', { ...at, name: 'failed', isReady: false });
    const response = await shop.ask(`${ENDPOINTS}?${query}`);
    const list = (await response.json()) as { value: { name: string }[] };
    expect(list.value.map(({ name }) => name).sort()).toEqual(expected);
  });

  it('finds connections by id', async () => {
    const response = await shop.ask(`${ENDPOINTS}?endpointIds=${shop.connection.id.toUpperCase()}`);
    expect(await response.json()).toMatchObject({ count: 1, value: [{ id: shop.connection.id }] });
  });

  it('says null, with 200, for a connection that is not there', async () => {
    const response = await shop.ask(`${ENDPOINTS}/${shop.project.id}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('null');
  });

  it('names a shared connection as each project names it, and lists it in both', async () => {
    const { azdo, connection, ask } = shop;
    azdo.projects.create('contoso', 'Other');
    azdo.connections.share('contoso', connection.id, 'Other', 'aws-prod-Other');
    const here = await ask(ENDPOINTS);
    const there = await ask('/Other/_apis/serviceendpoint/endpoints');
    expect(await here.json()).toMatchObject({ value: [{ name: 'aws-prod', isShared: true }] });
    const list = (await there.json()) as {
      value: { name: string; serviceEndpointProjectReferences: { name: string }[] }[];
    };
    expect(list.value[0]?.name).toBe('aws-prod-Other');
    expect(list.value[0]?.serviceEndpointProjectReferences.map(({ name }) => name).sort()).toEqual([
      'aws-prod',
      'aws-prod-Other',
    ]);
  });

  it.each(['hostId', 'accountName'])('tells the canonical address by %s without credentials', async (by) => {
    const value = by === 'hostId' ? shop.organization.id.toUpperCase() : 'CONTOSO';
    const response = await fetch(
      `${shop.azdo.url}/_apis/resourceAreas/${CORE_AREA}?${by}=${value}&api-version=5.0-preview.1`,
    );
    expect(await response.json()).toMatchObject({ name: 'Core', locationUrl: `${shop.azdo.url}/contoso` });
  });

  it('shows the inputs of the endpoint type, useOIDC among them', async () => {
    const response = await shop.ask('/_apis/serviceendpoint/types?type=AWS');
    expect(await response.text()).toContain('"useOIDC"');
  });

  it.each([
    [
      'a write without a version',
      '/_apis/projects',
      { ...write('POST', { name: 'X' }), headers: { accept: '*/*' } },
      400,
    ],
    ['a preview resource asked for as released', '/_apis/connectionData?api-version=7.1', {}, 400],
    ['a body that is no JSON', '/_apis/projects', { method: 'POST', body: '{' }, 400],
    [
      'a body of another type',
      '/_apis/projects',
      { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    ['a version that is out of range', '/_apis/projects?api-version=7.3', {}, 400],
    ['a version that is none', '/_apis/projects?api-version=latest', {}, 400],
    ['a version that is a preview, as if it were none', '/_apis/projects?api-version=7.2', {}, 400],
    ['a page that is no number', '/_apis/projects?continuationToken=x', {}, 400],
    [
      'a connection without a type',
      '/_apis/serviceendpoint/endpoints',
      write('POST', {
        name: 'new',
        serviceEndpointProjectReferences: [{ projectReference: { name: 'My Shop' }, name: 'new' }],
      }),
      400,
    ],
    [
      'a connection of no project',
      '/_apis/serviceendpoint/endpoints',
      write('POST', { name: 'new', type: 'AWS', serviceEndpointProjectReferences: [] }),
      400,
    ],
    ['a project name that is not allowed', '/_apis/projects', write('POST', { name: 'a/b' }), 400],
    ['a project name that is taken', '/_apis/projects', write('POST', { name: 'my shop' }), 409],
    ['a project that is not there', '/Nowhere/_apis/serviceendpoint/endpoints', {}, 404],
    ['a path that is not there', '/_apis/nothing', {}, 404],
    ['a page size that is no number', '/_apis/projects?$top=many', {}, 400],
  ])('refuses %s', async (_what, path, init, status) => {
    const response = await shop.ask(path, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      message: expect.any(String) as string,
      typeKey: expect.any(String) as string,
    });
  });

  it('restores a deleted project under its own id', async () => {
    shop.azdo.projects.remove('contoso', 'My Shop');
    expect((await shop.ask(ENDPOINTS)).status).toBe(404);
    await shop.ask(`/_apis/projects/${shop.project.id}`, write('PATCH', { state: 'wellFormed' }));
    expect(await (await shop.ask(ENDPOINTS)).json()).toMatchObject({
      count: 1,
      value: [{ id: shop.connection.id }],
    });
  });

  it('keeps a log of what was asked', async () => {
    await shop.ask(ENDPOINTS);
    await shop.ask('/Nowhere/_apis/serviceendpoint/endpoints');
    expect(shop.azdo.calls).toMatchObject([
      { organization: 'contoso', method: 'GET', path: `/contoso${ENDPOINTS}`, status: 200, at: NOW },
      { operation: 'endpoints', status: 404 },
    ]);
    shop.azdo.resetCounts();
    expect(shop.azdo.counts().endpoints).toBe(0);
  });
});
