import { faultNames } from '../../../infra/local/azure-devops/http/fault-answers.ts';
import type { Fault } from '../../../infra/local/azure-devops/http/fault-answers.ts';
import type { Operation } from '../../../infra/local/azure-devops/http/route.ts';
import { ENDPOINTS, openShop } from './shop.ts';
import type { Shop } from './shop.ts';

interface Expected {
  readonly operation?: Operation;
  readonly status: number;
  readonly type?: RegExp | null;
  readonly body?: RegExp;
  readonly headers?: Readonly<Record<string, string | null>>;
}

const json = /^application\/json/;
const html = /^text\/html/;

/** What arrives, byte by byte or by its telling part, for a list of one project or one connection. */
const onTheWire: Readonly<Record<Exclude<Fault, 'hang' | 'drop-connection'>, Expected>> = {
  'ok-empty-list': { status: 200, type: json, body: /^\{"count":0,"value":\[\]\}$/ },
  'ok-bare-array': { status: 200, type: json, body: /^\[\]$/ },
  'ok-null': { status: 200, type: json, body: /^null$/ },
  'ok-empty-body': { status: 200, type: json, body: /^$/ },
  'no-content-204': { status: 204, type: null, body: /^$/ },
  'count-mismatch': { status: 200, type: json, body: /^\{"count":2,"value":\[\{(?!.*\},\{"id").*\}\]\}$/ },
  'sign-in-page-203': { status: 203, type: html, body: /^<!DOCTYPE html>.*Sign In/s },
  'html-200': { status: 200, type: html, body: /^<!DOCTYPE html>/ },
  'redirect-302': { status: 302, type: null, body: /^$/ },
  '401': { status: 401, type: json, body: /TF400813/ },
  '403': { status: 403, type: json, body: /Access denied/ },
  '403-conditional-access': { status: 403, type: json, body: /VS403463/ },
  '404': { status: 404, type: json, body: /cannot be found/ },
  '429': { status: 429, type: json, body: /TF400733/, headers: { 'retry-after': null } },
  '429-retry-after': {
    status: 429,
    type: json,
    body: /TF400733/,
    headers: { 'retry-after': '1', 'x-ratelimit-delay': '0.5' },
  },
  'retry-after-on-200': { status: 200, type: json, body: /^\{"count":1,/, headers: { 'retry-after': '1' } },
  '500': { status: 500, type: json, body: /TF400898/ },
  '503': { status: 503, type: html, body: /Service Unavailable/ },
  'cut-json': { status: 200, type: json, body: /^\{"count":1,.*[^}]$/ },
  'duplicate-ids': { status: 200, type: json, body: /^\{"count":2,"value":\[\{"id":"([^"]+)".*\{"id":"\1"/ },
  'repeated-continuation-token': {
    operation: 'projects',
    status: 200,
    headers: { 'x-ms-continuationtoken': '0' },
  },
  'missing-project': { operation: 'projects', status: 200, body: /^\{"count":0,"value":\[\]\}$/ },
  'wrong-type': { status: 200, type: json, body: /"name":"aws-prod","type":"Generic"/ },
};

const paths: Partial<Record<Operation, string>> = {
  projects: '/_apis/projects',
  endpoints: ENDPOINTS,
  connectionData: '/_apis/connectionData?api-version=7.1-preview.1',
};

describe('trouble made in the embedded Azure DevOps', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.azdo.close());

  it.each(Object.entries(onTheWire) as [Fault, Expected][])(
    'shows %s on the wire',
    async (fault, expected) => {
      const operation = expected.operation ?? 'endpoints';
      shop.azdo.faults.next({ operation }, fault);
      const response = await shop.ask(paths[operation] ?? '');
      const text = await response.text();
      expect(response.status).toBe(expected.status);
      const type = response.headers.get('content-type');
      if (expected.type === null) expect(type).toBeNull();
      else expect(type).toMatch(expected.type ?? json);
      expect(text).toMatch(expected.body ?? /./);
      for (const [name, value] of Object.entries(expected.headers ?? {}))
        expect(response.headers.get(name)).toBe(value);
    },
  );

  it('has a sentence about every fault that can be asked for', () => {
    expect([...Object.keys(onTheWire), 'hang', 'drop-connection'].sort()).toEqual([...faultNames].sort());
  });

  it('sends bytes that are no JSON when it cuts them', async () => {
    shop.azdo.faults.next({}, 'cut-json');
    const response = await shop.ask(ENDPOINTS);
    await expect(response.json()).rejects.toMatchObject({ name: 'SyntaxError' });
  });

  it('redirects to another origin, which sees whether credentials came along', async () => {
    shop.azdo.faults.next({}, 'redirect-302');
    const response = await shop.ask(ENDPOINTS);
    const location = response.headers.get('location') ?? '';
    expect(location).toBe(`${shop.azdo.elsewhere.url}/contoso${ENDPOINTS}`);
    await fetch(location);
    await fetch(location, { headers: { authorization: 'Basic c2VjcmV0' } });
    expect(shop.azdo.elsewhere.received.map(({ hadCredentials }) => hadCredentials)).toEqual([false, true]);
    expect(JSON.stringify(shop.azdo.elsewhere.received)).not.toContain('c2VjcmV0');
  });

  it('hangs until the caller gives up', async () => {
    shop.azdo.faults.next({}, 'hang');
    await expect(shop.ask(ENDPOINTS, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    expect(shop.azdo.calls).toMatchObject([{ status: 0 }]);
  });

  it('drops the connection', async () => {
    shop.azdo.faults.next({}, 'drop-connection');
    await expect(shop.ask(ENDPOINTS)).rejects.toThrow('fetch failed');
  });

  it('leads a client that pages by token in a circle', async () => {
    shop.azdo.faults.next({ operation: 'projects' }, 'repeated-continuation-token', 2);
    const first = await shop.ask('/_apis/projects');
    const token = first.headers.get('x-ms-continuationtoken') ?? '';
    const second = await shop.ask(`/_apis/projects?continuationToken=${token}`);
    expect(second.headers.get('x-ms-continuationtoken')).toBe(token);
    expect(await second.text()).toBe(await first.text());
  });

  it('leaves one named project out of the list', async () => {
    shop.azdo.projects.create('contoso', 'Other');
    shop.azdo.faults.next({ operation: 'projects', project: 'My Shop' }, 'missing-project');
    expect(await (await shop.ask('/_apis/projects')).json()).toMatchObject({
      count: 1,
      value: [{ name: 'Other' }],
    });
  });

  it('gives the right id with another type by id as well', async () => {
    shop.azdo.faults.next({ operation: 'endpoint' }, 'wrong-type');
    const response = await shop.ask(`${ENDPOINTS}/${shop.connection.id}`);
    expect(await response.json()).toMatchObject({ id: shop.connection.id, type: 'Generic' });
  });

  it('ends after the ordered number of times', async () => {
    shop.azdo.faults.next({ operation: 'endpoints' }, '503', 2);
    const statuses = [];
    for (let request = 0; request < 3; request++) statuses.push((await shop.ask(ENDPOINTS)).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('ends at once when told so', async () => {
    shop.azdo.faults.next({}, '500', Infinity);
    expect((await shop.ask(ENDPOINTS)).status).toBe(500);
    shop.azdo.faults.clear();
    expect((await shop.ask(ENDPOINTS)).status).toBe(200);
  });

  it.each([[{ operation: 'projects' as const }], [{ project: 'Other' }], [{ organization: 'fabrikam' }]])(
    'spares what does not match %o',
    async (match) => {
      shop.azdo.projects.create('contoso', 'Other');
      shop.azdo.faults.next(match, '500');
      expect((await shop.ask(ENDPOINTS)).status).toBe(200);
    },
  );

  it('is aimed at a project by name and meets it asked by id', async () => {
    shop.azdo.faults.next({ project: 'my shop' }, '500');
    const response = await shop.ask(`/${shop.project.id}/_apis/serviceendpoint/endpoints`);
    expect(response.status).toBe(500);
  });

  it('meets connectionData and locations as well', async () => {
    shop.azdo.faults.next({ operation: 'connectionData' }, 'ok-null');
    shop.azdo.faults.next({ operation: 'location' }, 'ok-empty-list');
    const data = await shop.ask(paths.connectionData ?? '');
    const location = await shop.ask('/_apis/serviceendpoint', { method: 'OPTIONS' });
    expect([await data.text(), await location.text()]).toEqual(['null', '{"count":0,"value":[]}']);
  });

  it('lets a refused write have no effect', async () => {
    shop.azdo.faults.next({ operation: 'write' }, '500');
    await shop.ask('/_apis/projects/My%20Shop', { method: 'DELETE' });
    expect((await shop.ask(ENDPOINTS)).status).toBe(200);
  });
});
