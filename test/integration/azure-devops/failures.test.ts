import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import { faultNames } from '../../../infra/local/azure-devops/http/fault-answers.ts';
import type { Fault } from '../../../infra/local/azure-devops/http/fault-answers.ts';
import { TOKEN, openSession, summarizeInventory } from './desk.ts';
import type { Session } from './desk.ts';

/** Trouble that lasts, and what a look calls that which it meets. */
const codes: Partial<Record<Fault, string>> = {
  'ok-bare-array': 'unexpected-shape',
  'ok-null': 'null-answer',
  'ok-empty-body': 'empty-answer',
  'no-content-204': 'empty-answer',
  'sign-in-page-203': 'sign-in-page',
  'html-200': 'not-json',
  'redirect-302': 'redirected',
  '401': 'unauthorized',
  '403': 'forbidden',
  '403-conditional-access': 'conditional-access',
  '404': 'not-found',
  '429': 'throttled',
  '429-retry-after': 'throttled',
  '500': 'server-error',
  '503': 'server-error',
  hang: 'timed-out',
  'drop-connection': 'unreachable',
  'cut-json': 'cut-short',
};

/** What only a list can meet. */
const listCodes: Partial<Record<Fault, string>> = {
  'count-mismatch': 'count-mismatch',
};

/** An answer that is whole, whatever it leaves out: the domain asks for evidence before it believes in absence. */
const whole: readonly Fault[] = ['ok-empty-list', 'retry-after-on-200', 'missing-project', 'wrong-type'];

/** What came counts, and nothing of that list is called missing. */
const notToItsEnd: readonly Fault[] = ['duplicate-ids'];

const listRows = (table: Partial<Record<Fault, string>>) => Object.entries(table) as [Fault, string][];

describe('what a look makes of the failures of Azure DevOps', () => {
  /** Real time passes only where nothing ever comes. */
  const makeBudget = (fault: Fault) => (fault === 'hang' ? { requestTimeoutMs: 250 } : {});
  let session: Session;

  beforeEach(async () => {
    session = await openSession(['Bank', 'Post', 'Shop']);
  });
  afterEach(() => session.azdo.close());

  /** Projects are listed by id, so with one request at a time this one is read when the others have been. */
  function lastProject(): { readonly id: string; readonly name: string } {
    const projects = session.azdo.snapshot().organizations[0]?.projects ?? [];
    const last = [...projects].sort((a, b) => a.id.localeCompare(b.id)).at(-1);
    if (!last) throw new Error('There are no projects.');
    return last;
  }

  it('has a row for every one of them', () => {
    const lists = [...Object.keys(listCodes), ...notToItsEnd, 'repeated-continuation-token'];
    const known = [...Object.keys(codes), ...lists, ...whole];
    expect(known.sort()).toEqual([...faultNames].sort());
  });

  it.each(listRows(codes))('knows nothing when %s stands for the identity: %s', async (fault, code) => {
    session.azdo.faults.next({ operation: 'connectionData' }, fault, Infinity);
    const inventory = await session.observe(makeBudget(fault));
    expect(summarizeInventory(inventory)).toEqual({ identity: code, projects: code });
    expect(session.azdo.counts()).toMatchObject({ projects: 0, endpoints: 0 });
  });

  it.each(listRows({ ...codes, ...listCodes }))(
    'knows no project when %s stands for the list of projects: %s',
    async (fault, code) => {
      session.azdo.faults.next({ operation: 'projects' }, fault, Infinity);
      expect(summarizeInventory(await session.observe(makeBudget(fault)))).toEqual({
        identity: 'known',
        projects: code,
      });
      expect(session.azdo.counts()).toMatchObject({ endpoints: 0 });
    },
  );

  it.each(listRows({ ...codes, ...listCodes }))(
    'knows no project when %s stands for the second page of projects: %s',
    async (fault, code) => {
      // Projects have no type: the first page stays as it is.
      session.azdo.faults.next({ operation: 'projects' }, 'wrong-type');
      session.azdo.faults.next({ operation: 'projects' }, fault, Infinity);
      expect(summarizeInventory(await session.observe(makeBudget(fault)))).toEqual({
        identity: 'known',
        projects: code,
      });
      expect(session.azdo.calls.find(({ operation }) => operation === 'projects')?.status).toBe(200);
    },
  );

  it.each(listRows({ ...codes, ...listCodes }))(
    'does not know one project, but the others, when %s stands for its list: %s',
    async (fault, code) => {
      const { id, name } = lastProject();
      session.azdo.faults.next({ operation: 'endpoints', project: id }, fault, Infinity);
      expect(summarizeInventory(await session.observe({ ...makeBudget(fault), concurrency: 1 }))).toEqual({
        identity: 'known',
        projects: { Bank: 1, Post: 1, Shop: 1, [name]: code },
      });
    },
  );

  it('knows no project when the pages of projects lead in a circle', async () => {
    session.azdo.faults.next({ operation: 'projects' }, 'repeated-continuation-token', Infinity);
    expect(summarizeInventory(await session.observe())).toMatchObject({
      projects: 'repeated-continuation-token',
    });
    expect(session.azdo.counts().projects).toBe(2);
  });

  it.each<[Fault, number]>([
    ['ok-empty-list', 0],
    ['retry-after-on-200', 1],
    ['wrong-type', 1],
  ])('takes a whole list for complete when it meets %s: %i connections', async (fault, connections) => {
    const { id, name } = lastProject();
    session.azdo.faults.next({ operation: 'endpoints', project: id }, fault);
    expect(summarizeInventory(await session.observe())).toMatchObject({
      projects: { Bank: 1, Post: 1, Shop: 1, [name]: connections },
    });
  });

  it('takes a whole list without one project for complete', async () => {
    session.azdo.faults.next({ operation: 'projects', project: 'Shop' }, 'missing-project', Infinity);
    expect(summarizeInventory(await session.observe())).toEqual({
      identity: 'known',
      projects: { Bank: 1, Post: 1 },
    });
  });

  it('says what came back and what to do, and never the token', async () => {
    for (const [fault] of listRows(codes)) {
      session.azdo.faults.clear();
      session.azdo.faults.next({ operation: 'connectionData' }, fault, Infinity);
      const { identity } = await session.observe(makeBudget(fault));
      const message = identity.state === 'unknown' ? identity.message : '';
      expect(message).toMatch(/^[A-Z].{30,}\.$/);
      expect(message).not.toContain(TOKEN);
    }
  });

  it('takes no token to where a redirect leads', async () => {
    for (const operation of ['connectionData', 'projects', 'endpoints'] as const) {
      session.azdo.faults.clear();
      session.azdo.faults.next({ operation }, 'redirect-302', Infinity);
      await session.observe();
    }
    expect(session.azdo.calls.filter(({ status }) => status === 302)).toHaveLength(5);
    expect(session.azdo.elsewhere.received).toEqual([]);
  });

  it.each(notToItsEnd)('counts what came, and calls nothing missing, when it meets %s', async (fault) => {
    for (const operation of ['projects', 'endpoints'] as const) {
      session.azdo.faults.clear();
      session.azdo.faults.next({ operation }, fault);
      const inventory = await session.observe({ concurrency: 1 });
      expect(summarizeInventory(inventory)).toMatchObject({ projects: { Bank: 1, Post: 1, Shop: 1 } });
      expect(viewConnections(inventory)).toMatchObject({ isComplete: false });
    }
  });

  it('knows the others beside a connection without a type', async () => {
    const [connection] = session.azdo.snapshot().organizations[0]?.connections ?? [];
    session.azdo.connections.update('contoso', connection?.id ?? '', { type: '' });
    const inventory = await session.observe();
    expect(summarizeInventory(inventory)).toMatchObject({ projects: { Bank: 1, Shop: 1 } });
    const [first] = [...viewConnections(inventory).connections.values()].filter(({ type }) => type === null);
    expect(first?.id).toBe(connection?.id);
  });
});
