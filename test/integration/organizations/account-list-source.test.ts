import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { createAccountListSource } from '../../../shared/adapters/organizations/account-list-source.ts';
import type { AccountListing } from '../../../shared/domain/configuration/account-listing.ts';
import { WHOLE_ORGANIZATION } from '../../../shared/domain/configuration/account-listing.ts';
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
