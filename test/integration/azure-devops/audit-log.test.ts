import type { LoopbackServer } from '../../../infra/local/loopback-server.ts';
import { startLoopbackServer } from '../../../infra/local/loopback-server.ts';
import { createAuditLogReader } from '../../../shared/adapters/azure-devops/audit-log.ts';
import { complete } from '../../../shared/domain/reading.ts';
import { contoso } from '../../builders/configuration.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const CONNECTION = '6AA35D3A-0000-4000-8000-00000000000A';
const PROJECT = 'c06b8f0c-0000-4000-8000-000000000001';
const id = (index: number) => `00000000-0000-4000-8000-00000000000${index}`;

const deletion = {
  id: id(1),
  actionId: 'Library.ServiceConnectionDeleted',
  timestamp: '2026-11-22T09:00:00.1234567Z',
  scopeId: contoso.id,
  projectId: PROJECT,
  actorUPN: 'eve@contoso.example',
  data: { ConnectionId: CONNECTION, ConnectionName: 'aws-prod' },
};

let server: LoopbackServer;
let pages: object[];
let asked: URLSearchParams[];

beforeEach(async () => {
  pages = [];
  asked = [];
  server = await startLoopbackServer(({ query }) => {
    asked.push(query);
    const text = JSON.stringify(pages.shift() ?? {});
    return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, text });
  });
});
afterEach(() => server.close());

const page = (entries: readonly object[], more: object = {}) => ({
  decoratedAuditLogEntries: entries,
  continuationToken: null,
  hasMore: false,
  ...more,
});

const window = { from: Date.parse('2026-11-22T08:00:00Z'), to: Date.parse('2026-11-22T10:00:00Z') };

function read(url = server.url) {
  const credentialOf = () => Promise.resolve({ type: 'pat', token: 'planted' } as const);
  return createAuditLogReader({ clock: createVirtualClock(), credentialOf }).read(
    { ...contoso, url },
    window,
  );
}

it('gives ids in lower case, the time to the millisecond, and who it was', async () => {
  pages = [page([deletion])];
  expect(await read()).toEqual(
    complete([
      {
        id: id(1),
        actionId: 'Library.ServiceConnectionDeleted',
        at: '2026-11-22T09:00:00.123Z',
        projectId: PROJECT,
        connectionId: CONNECTION.toLowerCase(),
        actor: 'eve@contoso.example',
      },
    ]),
  );
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    startTime: '2026-11-22T08:00:00.000Z',
    endTime: '2026-11-22T10:00:00.000Z',
    'api-version': '7.1-preview.1',
  });
});

it.each<readonly [string, object]>([
  ['is of another organization', { scopeId: id(9) }],
  ['is about something else', { actionId: 'Library.ServiceConnectionExecuted' }],
  ['has no time', { timestamp: 'soon' }],
  ['has no id', { id: 'one' }],
])('passes over an entry that %s', async (_what, change) => {
  pages = [
    page([
      { ...deletion, ...change },
      { ...deletion, id: id(2) },
    ]),
  ];
  expect(await read()).toMatchObject({ value: [{ id: id(2) }] });
});

it.each<readonly [string, object]>([
  ['no GUID', { ConnectionId: `${CONNECTION} or so` }],
  ['no text', { ConnectionId: 7 }],
  ['nothing', {}],
])('takes %s for the id of no connection', async (_what, data) => {
  pages = [page([{ ...deletion, projectId: '00000000-0000-0000-0000-000000000000', data }])];
  const [entry] = valueOf(await read());
  expect(entry).not.toHaveProperty('connectionId');
  expect(entry).not.toHaveProperty('projectId');
});

it('follows the pages to their end', async () => {
  pages = [
    page([deletion], { hasMore: true, continuationToken: 'next' }),
    page([{ ...deletion, id: id(2) }]),
  ];
  expect(valueOf(await read())).toHaveLength(2);
  expect(asked[1]?.get('continuationToken')).toBe('next');
});

it.each<readonly [string, readonly object[], string]>([
  ['says that more will come and not where', [page([], { hasMore: true })], 'repeated-continuation-token'],
  [
    'leads in a circle',
    [1, 2].map(() => page([], { hasMore: true, continuationToken: 'same' })),
    'repeated-continuation-token',
  ],
  ['does not say whether more will come', [{ decoratedAuditLogEntries: [deletion] }], 'unexpected-shape'],
  ['has no entries', [{ hasMore: false }], 'unexpected-shape'],
])('is unknown when the log %s', async (_what, answers, code) => {
  pages = [...answers];
  expect(await read()).toMatchObject({ state: 'unknown', code });
});

it('sends its token to no address that is not of Azure DevOps', async () => {
  expect(await read('https://dev.azure.com.example.net/contoso')).toMatchObject({
    state: 'unknown',
    code: 'refused-address',
  });
  expect(asked).toEqual([]);
});

function valueOf(reading: Awaited<ReturnType<typeof read>>) {
  if (reading.state === 'complete') return reading.value;
  throw new Error(reading.message);
}
