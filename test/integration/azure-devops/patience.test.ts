import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { TOKEN, openSession, summarizeInventory } from './desk.ts';
import type { Session } from './desk.ts';

const FOUR = ['Bank', 'Post', 'Shop', 'Zoo'];
const all = { identity: 'known', projects: { Bank: 1, Post: 1, Shop: 1, Zoo: 1 } };

describe('how patiently a look asks', () => {
  let session: Session;
  let begin: number;

  beforeEach(async () => {
    session = await openSession(FOUR);
    begin = session.clock.now();
  });
  afterEach(() => session.azdo.close());

  const waited = (): number => session.clock.now() - begin;

  it('costs one request for the identity, one for its spelling, one a page, one a project, and no time', async () => {
    const { requests } = await session.observe();
    expect(requests).toBe(1 + 1 + 2 + 4);
    // The spelling is asked of the host, and of no organization.
    expect(session.azdo.calls).toHaveLength(requests - 1);
    expect(session.azdo.calls.every(({ method }) => method === 'GET')).toBe(true);
    expect(waited()).toBe(0);
  });

  it.each([
    ['429-retry-after', 3, 1000 + 2000 + 4000],
    ['429', 2, 1000 + 2000],
    ['503', 2, 1000 + 2000],
    ['drop-connection', 2, 1000 + 2000],
  ] as const)('asks again after %s, %i times, %i ms later', async (fault, times, milliseconds) => {
    session.azdo.faults.next({ operation: 'projects' }, fault, times);
    const inventory = await session.observe();
    expect(summarizeInventory(inventory)).toEqual(all);
    expect(inventory.requests).toBe(8 + times);
    expect(waited()).toBe(milliseconds);
  });

  it.each(['401', '403', '404', '500', 'cut-json', 'ok-null', 'redirect-302', 'sign-in-page-203'] as const)(
    'does not ask again after %s',
    async (fault) => {
      session.azdo.faults.next({ operation: 'connectionData' }, fault);
      await session.observe();
      expect(session.azdo.counts().connectionData).toBe(1);
      expect(waited()).toBe(0);
    },
  );

  it('waits before it goes on when a good answer asks for it', async () => {
    session.azdo.faults.next({ operation: 'connectionData' }, 'retry-after-on-200');
    expect(summarizeInventory(await session.observe())).toEqual(all);
    expect(waited()).toBe(1000);
  });

  it('gives up when it has been held back for as long as it may, and says so of all that is left', async () => {
    session.azdo.faults.next({ operation: 'endpoints' }, '429', Infinity);
    const inventory = await session.observe({ maxWaitMs: 10_000, concurrency: 1 });
    const projects = Object.fromEntries(FOUR.map((name) => [name, 'throttled']));
    expect(summarizeInventory(inventory)).toEqual({ identity: 'known', projects });
    // 1 + 2 + 4 seconds; 8 more would be too many. The other projects are not asked for.
    expect(session.azdo.counts().endpoints).toBe(4);
    expect(waited()).toBe(7000);
  });

  it('asks nothing after the time that it is given, and says so of all that is left', async () => {
    session.azdo.faults.next({ operation: 'endpoints' }, '429-retry-after');
    const source = createAzureDevOpsSource({
      clock: session.clock,
      getCredential: () => Promise.resolve({ type: 'pat', token: TOKEN }),
      concurrency: 1,
    });
    const inventory = await source.readInventory(session.organization, undefined, begin + 500);
    const { identity, projects } = summarizeInventory(inventory);
    expect([identity, ...Object.values(projects).sort()]).toEqual([
      'known',
      ...Array.from({ length: 3 }, () => 'out-of-time'),
      'throttled',
    ]);
    expect(session.azdo.counts().endpoints).toBe(1);
    expect(waited()).toBe(0);
    const over = await source.readInventory(session.organization, undefined, begin - 1);
    expect(summarizeInventory(over)).toMatchObject({ identity: 'out-of-time', projects: 'out-of-time' });
    expect(over.requests).toBeLessThanOrEqual(1);
  });

  it('begins with the project that it is told, and says where it ended', async () => {
    const { projects } = await session.observe();
    const ids = projects.state === 'complete' ? projects.value.map(({ id }) => id).sort() : [];
    const source = createAzureDevOpsSource({
      clock: session.clock,
      getCredential: () => Promise.resolve({ type: 'pat', token: TOKEN }),
      concurrency: 1,
      maxWaitMs: 0,
    });
    const asked = session.azdo.calls.length;
    const rotated = await source.readInventory(session.organization, ids[2]);
    const paths = session.azdo.calls
      .slice(asked)
      .flatMap(({ path }) => /[0-9a-f-]{36}(?=.*endpoints)/.exec(path)?.[0] ?? []);
    expect(paths).toEqual([ids[2], ids[3], ids[0], ids[1]]);
    expect(rotated.projects.state === 'complete' && rotated.projects.value.map(({ id }) => id)).toEqual(
      paths,
    );
    session.azdo.faults.next({ operation: 'endpoints' }, '429', Infinity);
    const held = await source.readInventory(session.organization, ids[2]);
    const unasked =
      held.projects.state === 'complete' ? held.projects.value.map(({ isUnasked }) => isUnasked) : [];
    expect(unasked).toEqual([undefined, true, true, true]);
  });

  it('does not wait out one timeout after the other', async () => {
    session.azdo.faults.next({ operation: 'endpoints' }, 'hang', Infinity);
    const inventory = await session.observe({ requestTimeoutMs: 250, maxWaitMs: 400, concurrency: 1 });
    const projects = Object.fromEntries(FOUR.map((name) => [name, 'timed-out']));
    expect(summarizeInventory(inventory)).toEqual({ identity: 'known', projects });
    expect(session.azdo.counts().endpoints).toBe(2);
  });

  it('stops asking an address that nobody answers at', async () => {
    await session.azdo.close();
    const inventory = await session.observe();
    expect(summarizeInventory(inventory)).toEqual({ identity: 'unreachable', projects: 'unreachable' });
    expect(inventory.requests).toBe(3);
    session = await openSession();
  });

  it('asks once more after a full page, which need not be the last one', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `P${index}`);
    const big = await openSession(names, { pageSize: 100 });
    const { projects } = await big.observe();
    await big.azdo.close();
    expect(projects.state === 'complete' && projects.value.length).toBe(100);
    expect(big.azdo.counts()).toMatchObject({ projects: 2, endpoints: 100 });
  });
});
