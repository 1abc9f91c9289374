import { once } from 'node:events';
import { createServer } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ConfigError, InvariantError } from '../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import { TOKEN, observeConnection, openSession, makeOrganization, summarizeInventory } from './desk.ts';

const ID = '0aa00000-0000-4000-a000-000000000001';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

async function openOwnSession(projects?: readonly string[]) {
  const session = await openSession(projects);
  opened.push(session.azdo);
  return session;
}

/** A server that answers as the test says: what no well-meant server would. */
async function serve(respond: Respond): Promise<{ server: Server; url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    respond(response, request);
  });
  opened.push({
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { server, url: `http://127.0.0.1:${address.port}/contoso`, seen };
}

const json = { 'content-type': 'application/json; charset=utf-8' };
const sendJson =
  (value: unknown): Respond =>
  (response) =>
    response.writeHead(200, json).end(JSON.stringify(value));

const answers: readonly [what: string, code: string, requests: number, respond: Respond][] = [
  ['a GUID that is none', 'unexpected-shape', 1, sendJson({ instanceId: 'contoso' })],
  [
    'an error document with 200',
    'unexpected-shape',
    1,
    sendJson({ $id: '1', message: 'VS800075', typeKey: 'X' }),
  ],
  ...['aaaaaaaa-AAAA-aaaa-aaaa-aaaaaaaaaaaa', '00000000-0000-0000-0000-000000000000'].flatMap((id) =>
    ['authenticatedUser', 'authorizedUser'].map((user): (typeof answers)[number] => [
      `an answer to nobody (${user} ${id})`,
      'unauthorized',
      1,
      sendJson({ instanceId: ID, authenticatedUser: { id: ID }, [user]: { id } }),
    ]),
  ),
  ['status 407', 'proxy-sign-in', 1, (response) => response.writeHead(407).end()],
  ['status 418', 'unexpected-status', 1, (response) => response.writeHead(418).end()],
  ['status 400', 'unexpected-status', 1, (response) => response.writeHead(400, json).end('{}')],
  ['status 304 (and where the GUID is found)', 'redirected', 2, (response) => response.writeHead(304).end()],
  [
    'a version of the API that is gone',
    'unexpected-status',
    1,
    (response) =>
      response
        .writeHead(400, json)
        .end('{"$id":"1","message":"x","typeKey":"VssVersionOutOfRangeException"}'),
  ],
  [
    'bytes that are not what their encoding says',
    'cut-short',
    3,
    (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{}'),
  ],
  [
    'nothing, with an encoding',
    'server-error',
    3,
    (response) => response.writeHead(502, { 'content-encoding': 'gzip' }).end(),
  ],
  ['status 502', 'server-error', 3, (response) => response.writeHead(502).end()],
  ['status 504', 'server-error', 3, (response) => response.writeHead(504).end()],
  [
    'JSON without a content type',
    'not-json',
    1,
    (response) => response.writeHead(200).end(`{"instanceId":"${ID}"}`),
  ],
  [
    'a body that is closed before its end',
    'cut-short',
    3,
    (response) => {
      response.writeHead(200, { ...json, 'content-length': 500 });
      response.write('{"instanceId":', () => response.destroy());
    },
  ],
  [
    'a body that never ends',
    'timed-out',
    1,
    (response) => {
      response.writeHead(200, json);
      response.write('{"instanceId":');
    },
  ],
  [
    'a body that trickles',
    'timed-out',
    1,
    (response) => {
      response.writeHead(200, json);
      const trickle = setInterval(() => response.write(' '), 10);
      response.on('close', () => {
        clearInterval(trickle);
      });
    },
  ],
  [
    'a redirect to nowhere',
    'redirected',
    2,
    (response) => response.writeHead(302, { location: '/contoso/_apis/connectionData' }).end(),
  ],
];

describe('what a look makes of bytes that are no answer', () => {
  it.each(answers)('calls %s %s, after %i requests', async (_what, code, requests, respond) => {
    const { url } = await serve(respond);
    const budget = code === 'timed-out' ? { requestTimeoutMs: 300 } : {};
    const inventory = await observeConnection(makeOrganization(url, ID), budget);
    expect({ ...summarizeInventory(inventory), requests: inventory.requests }).toEqual({
      identity: code,
      projects: code,
      requests,
    });
  });

  it("shows the vendor's code of an error, and nothing else of its text", async () => {
    const { url } = await serve((response) =>
      response.writeHead(401, { 'x-tfs-serviceerror': `TF400813%3a+${TOKEN}` }).end(),
    );
    const { identity } = await observeConnection(makeOrganization(url, ID));
    expect(identity.state === 'unknown' && identity.message).toContain('(HTTP 401, TF400813)');
    expect(JSON.stringify(identity)).not.toContain(TOKEN);
  });

  it.each([
    ['7', 7000],
    ['1.5', 1500],
    ['Sun, 22 Nov 2026 09:00:09 GMT', 9000],
    ['Sun, 22 Nov 2026 08:00:00 GMT', 1000],
    ['soon', 1000],
  ])('waits after Retry-After: %s for %i ms', async (retryAfter, milliseconds) => {
    let first = true;
    const { url } = await serve((response) => {
      response.writeHead(first ? 429 : 401, first ? { 'retry-after': retryAfter } : {}).end();
      first = false;
    });
    const clock = createVirtualClock('2026-11-22T09:00:00Z');
    const begin = clock.now();
    const { requests } = await observeConnection(makeOrganization(url, ID), { clock });
    expect(requests).toBe(2);
    expect(clock.now() - begin).toBe(milliseconds);
  });
});

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
])('an answer that a proxy has compressed (%s) is read', async (encoding, compress) => {
  const { url } = await serve((response, { url: path = '' }) =>
    response
      .writeHead(200, { ...json, 'content-encoding': encoding })
      .end(
        compress(JSON.stringify(path.includes('projects') ? { count: 0, value: [] } : { instanceId: ID })),
      ),
  );
  expect(summarizeInventory(await observeConnection(makeOrganization(url, ID)))).toEqual({
    identity: 'known',
    projects: {},
  });
});

it.each<[string, number, { readonly tokens?: true; readonly skips?: true }, unknown, number]>([
  ['pages with tokens, the last one full', 200, { tokens: true }, 200, 2],
  ['pages without tokens, the last one full', 200, { skips: true }, 200, 3],
  ['one page, and more when it is full', 101, { skips: true }, 101, 2],
  ['the same full page again and again', 100, {}, 'repeated-continuation-token', 2],
])('reads a list of projects in %s', async (_what, total, { tokens, skips }, expected, requests) => {
  const all = Array.from({ length: total }, (_, n) => ({
    id: `0bb00000-0000-4000-a000-${String(n).padStart(12, '0')}`,
    name: `P${n}`,
  }));
  let pages = 0;
  const { url } = await serve((response, request) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    if (pathname.endsWith('/endpoints')) {
      sendJson({ count: 0, value: [] })(response, request);
      return;
    }
    if (!pathname.endsWith('/projects')) {
      sendJson({ instanceId: ID })(response, request);
      return;
    }
    pages += 1;
    const start = Number(query.get('continuationToken') ?? (skips ? query.get('$skip') : null) ?? 0);
    const value = all.slice(start, start + 100);
    const next = tokens && start + 100 < total ? { 'X-MS-ContinuationToken': String(start + 100) } : {};
    response.writeHead(200, { ...json, ...next }).end(JSON.stringify({ count: value.length, value }));
  });
  const { projects } = await observeConnection(makeOrganization(url, ID));
  expect(projects.state === 'unknown' ? projects.code : projects.value.length).toBe(expected);
  expect(pages).toBe(requests);
});

describe('what is left of the share of the identity', () => {
  const RESET = Date.parse('2026-11-22T09:01:00Z') / 1_000;

  it.each([
    [
      'is plenty',
      { 'x-ratelimit-remaining': '150', 'x-ratelimit-limit': '200', 'x-ratelimit-reset': String(RESET) },
      0,
    ],
    [
      'is scarce',
      { 'x-ratelimit-remaining': '20', 'x-ratelimit-limit': '200', 'x-ratelimit-reset': String(RESET) },
      3_000,
    ],
    [
      'is nearly gone',
      { 'x-ratelimit-remaining': '1', 'x-ratelimit-limit': '200', 'x-ratelimit-reset': String(RESET) },
      30_000,
    ],
    [
      'is gone, and requests are delayed',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-delay': '2.5' },
      2_500,
    ],
    [
      'is gone, and a wait is asked for',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-delay': '2', 'retry-after': '9' },
      9_000,
    ],
    [
      'is restored',
      { 'x-ratelimit-remaining': '2', 'x-ratelimit-limit': '200', 'x-ratelimit-reset': String(RESET - 60) },
      0,
    ],
    ['is no number', { 'x-ratelimit-remaining': 'few', 'x-ratelimit-delay': '9' }, 0],
  ])('%s: the next request waits so long', async (_what, headers, milliseconds) => {
    let first = true;
    const { url } = await serve((response) => {
      if (first)
        response
          .writeHead(200, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify({ instanceId: ID }));
      else response.writeHead(401).end();
      first = false;
    });
    const clock = createVirtualClock('2026-11-22T09:00:00Z');
    const begin = clock.now();
    await observeConnection(makeOrganization(url, ID), { clock });
    expect(clock.now() - begin).toBe(milliseconds);
  });
});

describe('what a look sends', () => {
  it.each([
    ['pat', `Basic ${Buffer.from(`PAT:${TOKEN}`).toString('base64')}`],
    ['bearer', `Bearer ${TOKEN}`],
  ] as const)(
    'sends a %s as the service takes it, without a redirect to sign in',
    async (type, authorization) => {
      const { url, seen } = await serve((response) => response.writeHead(404).end());
      await observeConnection(makeOrganization(url, ID), {
        getCredential: () => Promise.resolve({ type, token: TOKEN }),
      });
      expect(seen[0]?.headers).toMatchObject({
        authorization,
        'user-agent': 'azfed',
        accept: 'application/json',
        'x-tfs-fedauthredirect': 'Suppress',
      });
    },
  );

  it('keeps its connections during the look, and none after it', async () => {
    const session = await openOwnSession(['Bank', 'Post', 'Shop']);
    const { server, url, seen } = await serve((response, { url: path = '' }) => {
      void fetch(`${session.azdo.url}${path}`, {
        headers: { authorization: `Basic ${btoa(`:${TOKEN}`)}` },
      }).then(async (answer) => {
        const headers = Object.fromEntries(
          [...answer.headers].filter(([name]) => name.startsWith('x-') || name === 'content-type'),
        );
        response.writeHead(answer.status, headers).end(await answer.text());
      });
    });
    server.keepAliveTimeout = 0;
    const inventory = await observeConnection({ ...session.organization, url }, { concurrency: 2 });
    const sockets = new Set(seen.map(({ socket }) => socket));
    for (const socket of sockets) if (!socket.destroyed) await once(socket, 'close');
    expect(summarizeInventory(inventory)).toMatchObject({ projects: { Bank: 1, Post: 1, Shop: 1 } });
    // Two, and one for the question that carries no credentials.
    expect(sockets.size).toBeLessThanOrEqual(3);
  });

  it("takes the organization's own spelling of its name from where the service has it", async () => {
    const session = await openOwnSession();
    session.azdo.organizations.rename('contoso', 'Contoso');
    const { organizationName, identity } = await session.observe();
    expect(organizationName).toBe('contoso');
    expect(identity).toMatchObject({ value: { name: 'Contoso' } });
  });
});

describe('a look that cannot begin', () => {
  it('sends the token to no address that is not of Azure DevOps', async () => {
    const asked: string[] = [];
    const getCredential = ({ url }: { url: string }) => {
      asked.push(url);
      return Promise.resolve({ type: 'pat', token: TOKEN } as const);
    };
    const inventory = await observeConnection(
      makeOrganization('https://dev.azure.com.evil.example/contoso', ID),
      {
        getCredential,
      },
    );
    expect(summarizeInventory(inventory)).toEqual({
      identity: 'refused-address',
      projects: 'refused-address',
    });
    expect(inventory.requests).toBe(0);
    expect(asked).toEqual([]);
  });

  const problem = { where: 'AZURE_DEVOPS_PAT', what: 'is not set.', fix: 'Set it.' };

  it.each([
    ['one of ours', new ConfigError([problem]), 'AZURE_DEVOPS_PAT: is not set. Set it.'],
    ['another', new RangeError(`bad secret ${TOKEN}`), 'RangeError'],
  ])('says why there is no token: %s', async (_whose, error, message) => {
    const inventory = await observeConnection(makeOrganization('https://dev.azure.com/contoso', ID), {
      getCredential: () => Promise.reject(error),
    });
    expect(summarizeInventory(inventory)).toEqual({ identity: 'no-credential', projects: 'no-credential' });
    expect(inventory.identity.state === 'unknown' && inventory.identity.message).toContain(message);
    expect(JSON.stringify(inventory)).not.toContain(TOKEN);
  });

  it('does not hide a bug of ours', async () => {
    const observe = observeConnection(makeOrganization('https://dev.azure.com/contoso', ID), {
      getCredential: () => Promise.reject(new InvariantError('x', 'A bug.')),
    });
    await expect(observe).rejects.toThrow('A bug.');
  });
});
