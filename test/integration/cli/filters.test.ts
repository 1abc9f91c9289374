import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { parsePlan } from './documents.ts';

let place: Place;
const enterOnce = () => {
  beforeAll(async () => {
    place = await enterPlace();
  });
  afterAll(() => place.leave());
};

interface Shown {
  readonly connections: readonly { readonly connection: string; readonly status: string }[];
  readonly controls: { readonly bootstrapped: unknown };
  readonly notShown?: number;
}

async function listStatus(...typed: readonly string[]): Promise<Shown> {
  const { stdout } = await place.azfed(['status', '--local', '--json', ...typed]);
  return JSON.parse(stdout) as Shown;
}

const names = ({ connections }: Shown) => connections.map(({ connection }) => connection).sort();

describe('a filter', () => {
  enterOnce();

  it.each([
    ['a project', ['--project', 'Payments'], /^Payments \//],
    [
      'projects by a pattern, and another one',
      ['--project', 'Pay*', '--project', 'Shop'],
      /^(?:Payments|Shop) \//,
    ],
    ['an account by its name', ['--account', 'fin*'], /^(?:Payments|Platform) \//],
    ['a grant and a state', ['--grant', 'shop', '--state', 'blocked'], /^Shop \/ aws-(?!legacy)/],
    ['an exact state', ['--state', 'no role'], /./],
    ['a severity of what was found', ['--severity', 'high', '--severity', 'critical'], /./],
  ])('shows %s', async (_what, typed, pattern) => {
    const [part, whole] = [await listStatus(...typed), await listStatus()];
    expect(names(part).length).toBeGreaterThan(0);
    for (const name of names(part)) expect(name).toMatch(pattern);
    expect(part.notShown).toBe(whole.connections.length - part.connections.length);
    expect(part.notShown).toBeGreaterThan(0);
    expect(whole).not.toHaveProperty('notShown');
  });

  it.each([
    [['--project', 'Shopp'], '--project Shopp', 'Did you mean Shop?'],
    [['--account', 'comerce'], '--account comerce', 'Did you mean commerce?'],
    [['--grant', 'nothing-like-it'], '--grant nothing-like-it', 'Choose one of'],
    [['--state', 'broken'], '--state', 'Choose one of: drifted'],
    [['--severity', 'urgent'], '--severity', 'Choose one of: critical'],
  ])('refuses %j, which nothing has', async (typed, where, fix) => {
    const { code, stderr, stdout } = await place.azfed(['plan', '--local', ...typed]);
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(where);
    expect(stderr).toContain(fix);
  });
});

describe('apply with a filter', () => {
  enterOnce();

  it('carries out a part that is made as a whole, and says what it leaves', async () => {
    const whole = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
    const typed = ['--local', '--json', '--project', 'Shop'];
    const planned = (await place.azfed(['plan', ...typed])).stdout;
    const part = parsePlan(planned);
    expect(part.planId).toBe(whole.planId);
    expect(part.changes).toEqual(whole.changes.filter(({ id }) => part.changes.some((one) => one.id === id)));
    const { notSelected } = JSON.parse(planned) as {
      readonly notSelected: Readonly<Record<string, unknown>>;
    };
    expect(notSelected).toMatchObject({
      filter: { projects: ['Shop'] },
      changes: whole.changes.length - part.changes.length,
      findings: whole.findings.length - part.findings.length,
      narrowing: [],
    });

    expect((await place.azfed(['apply', '--yes', ...typed])).code).toBe(0);
    const after = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
    const left = whole.changes.filter(({ id }) => part.changes.every((one) => one.id !== id));
    expect(after.changes.map(({ roleArn }) => roleArn).sort()).toEqual(
      left.map(({ roleArn }) => roleArn).sort(),
    );
    const received = place.cloud.receiver.received.map(({ type }) => type);
    expect(received).toContain('connection.federated.v1');
    // Who saw a part of the plan has decided nothing about the rest.
    expect(received).not.toContain('connection.held.v1');
    expect((await listStatus()).controls.bootstrapped).toBeNull();

    // A change that narrows access should not wait: it is named.
    await place.azfed(['local', 'tamper', 'open-trust', 'shop-prod']);
    const { stdout, stderr } = await place.azfed(['plan', '--local', '--project', 'Payments']);
    expect(stdout).not.toContain('shop-prod');
    expect(stderr).toMatch(/Not selected, although it narrows access: \S*shop-prod/);
    const report = JSON.parse(
      (await place.azfed(['report', '--local', '--json', '--state', 'drifted'])).stdout,
    ) as {
      readonly connections: readonly { readonly roleArn: string }[];
      readonly notices: readonly string[];
    };
    expect(report.connections.map(({ roleArn }) => roleArn)).toEqual([expect.stringMatching(/shop-prod$/)]);
    expect(report.notices[0]).toMatch(/^A filter limits this report to 1 of \d+ connections\.$/);
  });
});

describe('other verbs with a filter', () => {
  enterOnce();

  it.each([
    ['doors', ['doors', '--project', 'No*', '--project', 'Pay*'], 'doors'],
    ['lint', ['lint'], 'accounts'],
    ['reconcile', ['reconcile'], 'accounts'],
  ])('%s takes accounts by name and pattern', async (_verb, typed, list) => {
    await place.azfed(['apply', '--local', '--yes']);
    const { stdout } = await place.azfed([...typed, '--local', '--json', '--account', 'fin*']);
    const document = JSON.parse(stdout) as Readonly<Record<string, readonly { readonly account: string }[]>>;
    expect(new Set(document[list]?.map(({ account }) => account))).toEqual(new Set(['210987654321']));
    const wrong = await place.azfed([...typed, '--local', '--account', 'fin*', '--account', 'comerce']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Did you mean commerce?')]);
  });

  it('suspend, verify and show issuers of what is selected', async () => {
    await place.azfed(['apply', '--local', '--yes']);
    const typed = ['--local', '--json', '--grant', 'shop'];
    const table = (await place.azfed(['migrate', 'issuer', ...typed])).stdout;
    const { connections } = JSON.parse(table) as { readonly connections: readonly { connection: string }[] };
    expect(connections.map(({ connection }) => connection).sort()).toEqual([
      'Shop / aws-mixed',
      'Shop / aws-prod',
      'Shop / aws-staging',
    ]);

    const verified = await place.azfed(['verify', ...typed]);
    const documents = JSON.parse(verified.stdout) as {
      readonly connections: readonly { readonly connection: string; readonly outcome: string }[];
    };
    expect(documents.connections.map(({ connection }) => connection).sort()).toEqual(
      connections.map(({ connection }) => connection).sort(),
    );
    const neither = await place.azfed(['verify', '--local']);
    expect([neither.code, neither.stderr]).toEqual([1, expect.stringContaining('No connection was named')]);

    const listed = (await place.azfed(['history', ...typed])).stdout;
    const { events } = JSON.parse(listed) as { readonly events: readonly { readonly type: string }[] };
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill('connection.federated.v1'));
    const unclear = await place.azfed(['history', 'Shop/aws-prod', '--deployment', ...typed]);
    expect([unclear.code, unclear.stderr]).toEqual([1, expect.stringContaining('Of what?')]);

    const end = ['--until', '1h', '--reason', 'release', '--yes'];
    const suspended = await place.azfed(['suspend', 'connection', ...typed, ...end]);
    expect([suspended.code, suspended.stderr]).toEqual([0, '']);
    expect(JSON.parse(suspended.stdout)).toMatchObject({
      suspensions: [{ scope: { of: 'connection' } }, {}, {}],
      connections: [{}, {}, {}],
    });
    const held = async () =>
      parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout).changes.flatMap(
        ({ blockedBy }) => blockedBy ?? [],
      );
    await place.azfed(['local', 'tamper', 'attach-admin', 'shop-prod']);
    expect(await held()).toContain('paused');
    expect((await place.azfed(['resume', 'connection', '--local', '--project', 'Shop', '--yes'])).code).toBe(
      0,
    );
    expect(await held()).not.toContain('paused');

    const wrong = await place.azfed(['suspend', 'account', '123456789012', ...typed, ...end]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('A filter selects connections')]);
  });
});
