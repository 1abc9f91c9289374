import type { LoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createAuditLogReader } from '../../../shared/adapters/azure-devops/audit-log.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
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

const page = (entries: readonly unknown[], more: object = {}) => ({
  decoratedAuditLogEntries: entries,
  continuationToken: null,
  hasMore: false,
  ...more,
});

const window = { from: Date.parse('2026-11-22T08:00:00Z'), to: Date.parse('2026-11-22T10:00:00Z') };

function read(url = server.url) {
  const getCredential = () => Promise.resolve({ type: 'pat', token: 'planted' } as const);
  return createAuditLogReader({ clock: createVirtualClock(), getCredential }).read(
    { ...contoso, url },
    window,
  );
}

it('gives ids in lower case, the time to the millisecond, and who it was', async () => {
  const ids = {
    actorUserId: 'd0d0d0d0-1111-4222-8333-444444444444',
    actorCUID: '00000000-0000-0000-0000-000000000000',
  };
  pages = [page([{ ...deletion, ...ids }])];
  expect(await read()).toEqual(
    complete({
      unreadable: 0,
      entries: [
        {
          id: id(1),
          actionId: 'Library.ServiceConnectionDeleted',
          at: Date.parse('2026-11-22T09:00:00.123Z'),
          projectId: PROJECT,
          connectionId: CONNECTION.toLowerCase(),
          actor: 'eve@contoso.example',
          actorIds: ['eve@contoso.example', 'd0d0d0d0-1111-4222-8333-444444444444'],
        },
      ],
    }),
  );
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    startTime: '2026-11-22T08:00:00.000Z',
    endTime: '2026-11-22T10:00:00.000Z',
    'api-version': '7.1-preview.1',
  });
});

const DOCUMENTED_ID =
  '2518390023345470002;00000264-0000-8888-8000-000000000000;f09c2a34-39d1-4c1a-93ed-24e2f40de0e3';

it.each<readonly [string, object, object]>([
  ['a documented id', { id: DOCUMENTED_ID }, { id: DOCUMENTED_ID }],
  ['any text for its id', { id: 'one' }, { id: 'one' }],
  [
    'a time without a zone',
    { timestamp: '2026-11-22T09:00:00.1234567' },
    { at: Date.parse('2026-11-22T09:00:00.123Z') },
  ],
  ['no scope', { scopeId: undefined }, {}],
  ['a scope that is null', { scopeId: null, scopeType: null }, {}],
  ['an empty scope', { scopeId: '' }, {}],
  ['the empty GUID for its scope', { scopeId: '00000000-0000-0000-0000-000000000000' }, {}],
  ['its organization in upper case', { scopeId: contoso.id.toUpperCase() }, {}],
  ['a project for its scope', { scopeType: 'project', scopeId: PROJECT }, {}],
  ['a number for its project', { projectId: 7 }, {}],
  ['no data', { data: undefined }, {}],
  ['a text for its data', { data: 'ConnectionId' }, {}],
  ['nobody who did it', { actorUPN: null, actorDisplayName: null }, { actor: '' }],
])('reads an entry with %s', async (_what, change, expected) => {
  pages = [page([{ ...deletion, ...change }])];
  expect(await read()).toMatchObject({
    value: { entries: [{ actionId: deletion.actionId, ...expected }], unreadable: 0 },
  });
});

it.each<readonly [string, unknown, number]>([
  ['is about something else', { ...deletion, actionId: 'Library.ServiceConnectionExecuted', id: null }, 0],
  ['is of another organization', { ...deletion, scopeId: id(9) }, 1],
  ['has no time', { ...deletion, timestamp: 'soon' }, 1],
  ['has the time that stands for none', { ...deletion, timestamp: '0001-01-01T00:00:00' }, 1],
  ['has no id', { ...deletion, id: undefined }, 1],
  ['has a number for its id', { ...deletion, id: 7 }, 1],
  ['has an id without an end', { ...deletion, id: '7'.repeat(257) }, 1],
  ['says what was done in no known way', { ...deletion, actionId: { name: deletion.actionId } }, 1],
  ['is none', 'deletion', 1],
  ['is null', null, 1],
])(
  'passes over an entry that %s, and counts it unless it is of no interest',
  async (_what, entry, unreadable) => {
    pages = [page([entry, { ...deletion, id: id(2) }])];
    expect(await read()).toMatchObject({ value: { entries: [{ id: id(2) }], unreadable } });
  },
);

it("reads a page as Microsoft's sample has it", async () => {
  pages = [{ value: page([deletion]) }];
  expect(getEntries(await read())).toHaveLength(1);
});

it.each<readonly [string, object]>([
  ['no GUID', { ConnectionId: `${CONNECTION} or so` }],
  ['no text', { ConnectionId: 7 }],
  ['nothing', {}],
])('takes %s for the id of no connection', async (_what, data) => {
  pages = [page([{ ...deletion, projectId: '00000000-0000-0000-0000-000000000000', data }])];
  const [entry] = getEntries(await read());
  expect(entry).not.toHaveProperty('connectionId');
  expect(entry).not.toHaveProperty('projectId');
});

it('follows the pages to their end', async () => {
  pages = [
    page([deletion], { hasMore: true, continuationToken: 'next' }),
    page([{ ...deletion, id: id(2) }]),
  ];
  expect(getEntries(await read())).toHaveLength(2);
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

function getEntries(reading: Awaited<ReturnType<typeof read>>) {
  if (reading.state === 'complete') return reading.value.entries;
  throw new Error(reading.message);
}
