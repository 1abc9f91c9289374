import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { ReconcileDocument, parsePlan } from './documents.ts';

const [ACCOUNT, OTHER] = sample.accounts;

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
async function reconcile(...typed: readonly string[]) {
  const { code, stdout, stderr } = await azfed('reconcile', '--json', ...typed);
  return { code, stderr, document: ReconcileDocument.parse(JSON.parse(stdout)) };
}

it('only observes until somebody lets automatic runs write', async () => {
  const { code, stderr, document } = await reconcile();
  expect(code).toBe(2);
  expect(stderr).toContain('azfed bootstrap --local');
  expect(document).toMatchObject({ outcome: 'held', summary: { create: 0 }, results: [] });
  expect(new Set(document.changes.map(({ blockedBy }) => blockedBy))).toEqual(new Set(['not-bootstrapped']));
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});

describe('once it may write', () => {
  beforeEach(() => azfed('bootstrap', '--yes'));

  it('does what the service would do, and then nothing', async () => {
    const first = await reconcile();
    expect(first.document).toMatchObject({ outcome: 'changed', results: expect.any(Array) as unknown });
    expect(first.document.results.length).toBeGreaterThan(0);
    expect(new Set(first.document.results.map(({ result }) => result))).toEqual(new Set(['done']));
    expect(first.document.accounts.map(({ account }) => account).sort()).toEqual([...sample.accounts].sort());

    const written = listSpokeWrites(place.cloud).length;
    const again = await reconcile();
    expect(listSpokeWrites(place.cloud)).toHaveLength(written);
    expect(again.document.results).toEqual([]);
    expect((await azfed('reconcile')).stdout).toMatch(
      /^Run (?:converged: nothing to do|held: \d+ blocked)\./,
    );
  });

  it('works on one account alone', async () => {
    const { document } = await reconcile('--account', ACCOUNT);
    expect(document.accounts).toEqual([expect.objectContaining({ account: ACCOUNT })]);
    expect(new Set(document.changes.map(({ account }) => account))).toEqual(new Set([ACCOUNT]));
    const unknown = await azfed('reconcile', '--account', '999999999999');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain(`Choose one of: ${ACCOUNT}`);
  });

  it('says what waits with 2, and what was not read with 3', async () => {
    await reconcile();
    await azfed('suspend', 'everything', '--until', '4h', '--reason', 'audit', '--yes');
    await azfed('local', 'tamper', 'open-trust', 'network');
    const held = await reconcile();
    expect({ code: held.code, outcome: held.document.outcome }).toEqual({ code: 2, outcome: 'held' });
    place.cloud.azureDevOps.faults.next({ operation: 'endpoints' }, '403', Infinity);
    const partial = await reconcile();
    expect({ code: partial.code, outcome: partial.document.outcome }).toEqual({
      code: 3,
      outcome: 'partial',
    });
  });

  it('calls nothing converged while a connection is missing: held, with 2, and neither verify nor explain is sure', async () => {
    await azfed('apply', '--yes');
    const id = findConnectionId(place.cloud, 'Platform', 'aws-network');
    const azdo = place.cloud.azureDevOps;
    for (const { name, connections, pats } of azdo.snapshot().organizations) {
      const shown = connections.filter((one) => one.id !== id).map((one) => one.id);
      for (const pat of pats) azdo.organizations.setPat(name, { ...pat, connections: shown });
    }
    const missing = expect.objectContaining({ code: 'connection.missing', connectionId: id }) as unknown;
    for (const run of [await reconcile(), await reconcile()]) {
      expect({ code: run.code, outcome: run.document.outcome }).toEqual({ code: 2, outcome: 'held' });
      expect(run.document.findings).toContainEqual(missing);
      expect(run.document.coverage).toMatchObject({ missing: 1, unaccounted: 0 });
    }
    const plan = parsePlan((await azfed('plan', '--json')).stdout);
    expect(plan).toMatchObject({ outcome: 'held', changes: [], coverage: { missing: 1 } });
    expect((await azfed('status')).stdout).toMatch(
      /^Platform \/ aws-network +unknown +missing +\d+s +commerce +network/m,
    );
    const verified = JSON.parse((await azfed('verify', id, '--json')).stdout) as unknown;
    expect(verified).toMatchObject({ outcome: 'unread', static: { namesake: 'hidden' } });
    const explained = JSON.parse((await azfed('explain', id, '--json')).stdout) as unknown;
    expect(explained).toMatchObject({ status: 'off' });
  });

  it('repairs one account while the other one cannot be read', async () => {
    await reconcile();
    await azfed('local', 'tamper', 'open-trust', 'network');
    place.cloud.aws.faults.next(
      { operation: 'GetAccountAuthorizationDetails', account: OTHER },
      'accessDenied',
      Infinity,
    );
    const { code, document } = await reconcile();
    expect(code).toBe(3);
    expect(document.results).toEqual([expect.objectContaining({ result: 'done' })]);
  });
});

it('says which policy of a grant does not exist, begins nothing that needs it, and waits with 2', async () => {
  await azfed('bootstrap', '--yes');
  const file = '.azfed/federation.yaml';
  place.write(file, place.read(file).replaceAll(/policy\/[\w-]*boundary/g, 'policy/mistyped'));
  const { code, document } = await reconcile('--account', ACCOUNT);
  expect(code).toBe(2);
  const held = document.changes.filter(({ blockedBy }) => blockedBy === 'missing-policy');
  expect(held.length).toBeGreaterThan(0);
  expect(listSpokeWrites(place.cloud)).not.toContain('CreateRole');
  const plan = await azfed('plan');
  expect(plan.stdout).toContain('policy/mistyped');
  expect(plan.stdout).toContain('does not exist');
});
