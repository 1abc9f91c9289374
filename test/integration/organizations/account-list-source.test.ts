import { fc } from '../../builders/fast-check.ts';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { createAccountListSource } from '../../../shared/adapters/organizations/account-list-source.ts';
import type { AccountListing } from '../../../shared/domain/configuration/account-listing.ts';
import { WHOLE_ORGANIZATION } from '../../../shared/domain/configuration/account-listing.ts';
import { findAccountListGap, updateAccountList } from '../../../shared/domain/configuration/account-list.ts';
import { PermissionError } from '../../../shared/domain/kernel/errors.ts';
import { findAccounts, sweepAccountList } from '../../../shared/application/discovery/list-accounts.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
import type { AccountListSource } from '../../../shared/ports/account-lists.ts';
import { configuration } from '../../builders/configuration.ts';
import { createMemoryState } from '../../doubles/memory-state.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const listing = (...units: readonly string[]): AccountListing => ({
  entries: [{ units, except: [] }],
  partition: 'aws',
});
const ids = ['100000000001', '100000000002', '100000000003'];

describe('the accounts of AWS Organizations', () => {
  let aws: LocalAws;
  beforeEach(async () => {
    aws = await startLocalAws();
    for (const id of ids) aws.addAccount({ id });
    aws.addAccount({ id: '200000000001', partition: 'aws-cn' });
  });
  afterEach(() => aws.close());

  const list = (...units: readonly string[]) => {
    const client = new DynamoDBClient({ region: 'eu-central-1', credentials: aws.hubCredentials });
    const options = { client, clock: createVirtualClock(), endpoint: aws.url };
    return createAccountListSource(options).list(listing(...units));
  };
  const listIds = async (...units: readonly string[]) => {
    const { accounts } = await list(...units);
    return accounts.state === 'complete' ? accounts.value.map(({ id }) => id) : accounts.code;
  };

  it.each([
    ['State', false],
    ['Status', true],
  ] as const)('are read page by page, with their %s', async (stateIn, beginsEmpty) => {
    Object.assign(aws.organization.shape, { stateIn, beginsEmpty, pageSize: 2 });
    aws.organization.setState(ids[0] ?? '', 'SUSPENDED');
    const { accounts, requests } = await list(WHOLE_ORGANIZATION);
    expect(accounts).toMatchObject({ state: 'complete' });
    const found = accounts.state === 'complete' ? accounts.value : [];
    expect(found.map(({ id }) => id)).toEqual([HUB_ACCOUNT, ...ids]);
    expect(found.map(({ state }) => state)).toEqual(['ACTIVE', 'SUSPENDED', 'ACTIVE', 'ACTIVE']);
    expect(requests).toBe(beginsEmpty ? 3 : 2);
  });

  it('are those of a unit and of all units below it, and know in which they lie', async () => {
    const { organization } = aws;
    const outer = organization.addUnit('outer');
    const inner = organization.addUnit('inner', outer);
    organization.move(ids[0] ?? '', outer);
    organization.move(ids[1] ?? '', inner);
    expect(await listIds(outer)).toEqual([ids[0], ids[1]]);
    expect(await listIds(organization.rootId)).toEqual([HUB_ACCOUNT, ids[2], ids[0], ids[1]]);
    const { accounts } = await list(inner, outer);
    expect(accounts).toMatchObject({ value: [{ units: [inner, outer] }, { units: [outer] }] });
  });

  it('are unknown to an account that neither manages the organization nor is delegated to', async () => {
    aws.organization.govern({ management: ids[0] ?? '' });
    expect(await listIds(WHOLE_ORGANIZATION)).toBe('access-denied');
    aws.organization.govern({ delegated: [HUB_ACCOUNT] });
    expect(await listIds(WHOLE_ORGANIZATION)).toHaveLength(4);
  });

  it('are unknown where a unit is not there, or is empty', async () => {
    expect(await listIds('ou-azfd-99999999')).toBe('organizations.refused');
    expect(await listIds(aws.organization.addUnit('empty'))).toBe('organizations.empty-list');
  });

  it('are read now where the stored list cannot be read; where neither can, both reasons are given', async () => {
    const client = new DynamoDBClient({ region: 'eu-central-1', credentials: aws.hubCredentials });
    const source = createAccountListSource({ client, clock: createVirtualClock(), endpoint: aws.url });
    const store = { read: () => Promise.reject(new PermissionError('dynamodb:Query', 'The table says no.')) };
    const find = () =>
      findAccounts(
        { source, store },
        configuration({ accounts: [], listing: listing(WHOLE_ORGANIZATION) }),
        0,
      );
    const whole = await find();
    expect([whole.accounts.length, findAccountListGap(whole)]).toEqual([4, undefined]);
    aws.organization.govern({ management: ids[0] ?? '' });
    const gap = findAccountListGap(await find());
    expect(gap).toMatchObject({ isOpen: true, reason: 'access-denied' });
    expect(gap?.message).toContain('The stored list could not be read, either: The table says no.');
  });

  it('are asked for again when there were too many requests', async () => {
    aws.faults.next({ operation: 'ListAccounts' }, 'throttle', 3);
    expect(await listIds(WHOLE_ORGANIZATION)).toHaveLength(4);
    aws.faults.next({ operation: 'ListAccounts' }, 'throttle', Infinity);
    expect(await listIds(WHOLE_ORGANIZATION)).toBe('organizations.unavailable');
  });
});

describe('where AWS Organizations answers oddly', () => {
  let text = '';
  const server = createServer((_request, response) => response.end(text));
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const account = { Id: '100000000001', State: 'ACTIVE' };
  it.each<[string, unknown, string]>([
    ['no JSON', '<html>', 'organizations.unreadable'],
    ['no list', {}, 'organizations.unreadable'],
    ['an account without an id', { Accounts: [{ State: 'ACTIVE' }] }, 'organizations.unreadable'],
    ['an account without a state', { Accounts: [{ Id: account.Id }] }, 'organizations.unreadable'],
    ['an id that is none', { Accounts: [{ ...account, Id: '1' }] }, 'organizations.unreadable'],
    ['pages without an end', { Accounts: [account], NextToken: 'a' }, 'organizations.endless-pages'],
    ['nothing', { Accounts: [] }, 'organizations.empty-list'],
  ])('with %s, nothing is known', async (_what, answer, code) => {
    text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const { port } = server.address() as AddressInfo;
    const client = new DynamoDBClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
    });
    const options = { client, clock: createVirtualClock(), endpoint: `http://127.0.0.1:${port}` };
    const { accounts } = await createAccountListSource(options).list(listing(WHOLE_ORGANIZATION));
    expect(accounts).toMatchObject({ state: 'unknown', code });
  });
});

/** What stands in the place of a page that the list is cut short at. */
const cuts: Readonly<Record<string, (response: ServerResponse, page: string) => unknown>> = {
  refused: (response) => response.writeHead(400).end('{"__type":"AccessDeniedException"}'),
  broken: (response) => response.writeHead(500).end(),
  half: (response, page) => response.end(page.slice(0, page.length / 2)),
  'without its list': (response) => response.end('{}'),
  'that names itself as the next one': (response, page) =>
    response.end(JSON.stringify({ ...(JSON.parse(page) as object), NextToken: 'again' })),
};

/** Pages of accounts, of which one is cut. */
interface CutList {
  readonly pages: readonly (readonly string[])[];
  readonly at: number;
  readonly cut: string;
}

describe('a list that is cut short', () => {
  let list: CutList = { pages: [], at: 0, cut: '' };
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      const { NextToken: token = '0' } = JSON.parse(body) as { readonly NextToken?: string };
      const at = token === 'again' ? list.at : Number(token);
      const Accounts = (list.pages[at] ?? []).map((Id) => ({ Id, Name: Id, State: 'ACTIVE' }));
      const next = at + 1 < list.pages.length ? { NextToken: String(at + 1) } : {};
      const page = JSON.stringify({ Accounts, ...next });
      const cut = at === list.at ? cuts[list.cut] : undefined;
      if (cut) cut(response, page);
      else response.end(page);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
  });
  const connectSource = (): AccountListSource => {
    const { port } = server.address() as AddressInfo;
    return createAccountListSource({
      client,
      clock: createVirtualClock(),
      endpoint: `http://127.0.0.1:${port}`,
    });
  };
  /** Takes the pages that were read for the whole list. */
  const connectMutant = (): AccountListSource => ({
    list: () => {
      const read = list.pages.slice(0, list.at).flat() as AccountId[];
      const accounts = read.map((id) => ({ id, name: id, state: 'ACTIVE', units: [WHOLE_ORGANIZATION] }));
      return Promise.resolve({ accounts: complete(accounts), requests: list.at });
    },
  });

  /** All accounts were in the list before. */
  async function sweep({ pages }: CutList, source: AccountListSource) {
    const before = pages.flat() as AccountId[];
    const seen = before.map((id) => ({ id, name: id, state: 'ACTIVE', units: [WHOLE_ORGANIZATION] }));
    const stored = { list: updateAccountList(undefined, [WHOLE_ORGANIZATION], seen, 0) };
    const store = { read: () => Promise.resolve(stored), write: () => Promise.resolve() };
    const ports = {
      state: createMemoryState(),
      clock: createVirtualClock(),
      accountLists: { source, store },
    };
    const own = configuration({ accounts: [], listing: listing(WHOLE_ORGANIZATION) });
    const swept = await sweepAccountList(ports, own);
    return { before, ...swept?.configuration };
  }

  const cutList = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain((sizes) =>
    fc.record({
      pages: fc.constant(
        sizes.map((size, page) => Array.from({ length: size }, (_, index) => `10000000${page}00${index}`)),
      ),
      at: fc.nat({ max: sizes.length - 1 }),
      cut: fc.constantFrom(...Object.keys(cuts)),
    }),
  );
  const makeLaw = (connect: () => AccountListSource) =>
    fc.asyncProperty(cutList, async (one) => {
      list = one;
      const { before, accounts = [], listed } = await sweep(one, connect());
      expect(listed?.left).toEqual([]);
      expect(accounts.map(({ id }) => id)).toEqual(before);
    });

  it('makes no account one that has left, wherever and however it is cut', async () => {
    await fc.assert(makeLaw(connectSource), { numRuns: 40 });
  });

  it('would, if what was read of it were taken for the whole', async () => {
    expect(await fc.check(makeLaw(connectMutant), { numRuns: 40 })).toMatchObject({ failed: true });
  });
});
