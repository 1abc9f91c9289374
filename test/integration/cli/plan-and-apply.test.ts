import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';
import { parseApplication, parsePlan } from './documents.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const ESCAPE = '\u001b';

it('plans in text and as one strict document, with flags before and after the verb', async () => {
  const [words, after, before] = await Promise.all([
    place.azfed(['plan', '--local'], { NO_COLOR: '1' }),
    place.azfed(['plan', '--local', '--json', '--detailed-exitcode']),
    place.azfed(['--json', '--local', 'plan', '--quiet']),
  ]);
  expect([words.code, after.code, before.code]).toStrictEqual([0, 2, 0]);
  expect(words.stdout).toContain('+ Platform / aws-network  create, new');
  expect(words.stdout).toMatch(
    /\nPlan: 8 to create, 1 to repair; 12 findings: 5 high, 4 medium, 2 low, 1 info\.\n/,
  );
  expect(words.stdout).not.toContain(ESCAPE);

  const plan = parsePlan(after.stdout);
  expect(parsePlan(before.stdout).planId).toBe(plan.planId);
  expect(plan.outcome).toBe('changes');
  expect(plan.summary).toStrictEqual({ create: 8, repair: 1, adopt: 0, close: 0, delete: 0, held: 0 });
  expect(plan.findings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['role.not-owned', 'role.outside-grant', 'connection.static-keys']),
  );
  expect(Object.values(plan.reads).every((requests) => requests > 0)).toBe(true);
  expect([words.stderr, after.stderr, before.stderr]).toStrictEqual(['', '', '']);
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});

it('asks before it writes, and takes silence for a no', async () => {
  const [asked, inJson, unattended] = await Promise.all([
    place.azfed(['apply', '--local']),
    place.azfed(['apply', '--local', '--json', '--quiet']),
    place.azfed(['apply', '--local'], { CI: 'true' }),
  ]);
  for (const { code, stdout, stderr } of [asked, inJson, unattended]) {
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Plan: 8 to create, 1 to repair');
    expect(stderr).toMatch(/\nNothing was written\. Answer "yes" to go on, or use --yes[^\n]*\n$/);
  }
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);
});

it('carries out what was agreed to, once', async () => {
  const first = await place.azfed(['apply', '--local', '--yes', '--json']);
  const { results, outcome, changes } = parseApplication(first.stdout);
  expect({ code: first.code, outcome }).toStrictEqual({ code: 0, outcome: 'changed' });
  expect(results).toHaveLength(changes.length);
  expect(results.every(({ result }) => result === 'done')).toBe(true);
  expect(place.cloud.receiver.received.map(({ type, verified }) => ({ type, verified }))).toContainEqual({
    type: 'connection.federated.v1',
    verified: true,
  });

  const written = listSpokeWrites(place.cloud).length;
  const [again, inJson, plan] = await Promise.all([
    place.azfed(['apply', '--local', '--yes']),
    place.azfed(['--yes', '--json', 'apply', '--local']),
    place.azfed(['plan', '--local', '--detailed-exitcode']),
  ]);
  expect(again).toStrictEqual({ code: 0, stdout: 'Run converged: nothing to do.\n', stderr: '' });
  expect(parseApplication(inJson.stdout)).toMatchObject({ outcome: 'converged', changes: [], results: [] });
  expect(plan.code).toBe(0);
  expect(plan.stdout).toContain('Plan: nothing to do; 11 findings: ');
  const { azureDevOps } = place.cloud;
  azureDevOps.connections.remove('contoso', findConnectionId(place.cloud, 'Platform', 'aws-network'));
  const gone = await place.azfed(['apply', '--local', '--yes']);
  expect(gone).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run held: 1 missing\./) as string });
  expect(gone.stderr).toMatch(/connection\.missing[^\n]*\n +Platform \/ aws-network[\s\S]*-> .*azfed retire/);
  expect(listSpokeWrites(place.cloud)).toHaveLength(written);
});

it('carries out a saved plan, and refuses it when the world has moved', async () => {
  const saved = await place.azfed(['plan', '--local', '--out', 'saved.json']);
  expect(saved.stderr).toBe('Saved as saved.json. Carry it out with: azfed apply saved.json --local\n');
  expect(parsePlan(readFileSync(join(place.path, 'saved.json'), 'utf8')).changes).toHaveLength(9);
  const id = findConnectionId(place.cloud, 'Platform', 'aws-network');
  const { connections } = place.cloud.azureDevOps;
  connections.rename('contoso', id, 'aws-net');
  const stale = await place.azfed(['apply', 'saved.json', '--local', '--yes']);
  expect({ code: stale.code, stdout: stale.stdout }).toStrictEqual({ code: 1, stdout: '' });
  expect(stale.stderr).toContain('moved since this plan was made');
  expect(stale.stderr).toContain('azfed plan --out saved.json --local');
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);

  connections.rename('contoso', id, 'aws-network');
  const fresh = await place.azfed(['apply', 'saved.json', '--local']);
  expect(fresh.code).toBe(0);
  expect(fresh.stderr).toMatch(
    /^\d\d:\d\d:\d\d {2}done {5}create {2}Platform \/ aws-network \(commerce\/network\)$/m,
  );
  expect(fresh.stderr).toMatch(/^Next: `azfed verify \S+ --local` checks who gets in\.$/m);
  expect(fresh.stdout).toMatch(
    /^Run changed: 9 done\. \d+ events delivered\.\nDone: 1 OIDC provider created, .+, 7 roles created\.\n$/,
  );
});

it('works without --local, with nothing but what every AWS SDK reads', async () => {
  place.write('federation.yaml', readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8'));
  const variables = { ...place.variables, AZFED_TABLE: 'federation-records' };
  await place.azfed(['apply', '--local', '--yes'], { AZFED_TABLE: 'federation-records' });
  expect(await place.azfed(['local', 'tamper', 'raise-session', 'network'])).toMatchObject({ code: 0 });
  const applied = await place.azfed(['apply', '--yes', '--json'], variables);
  expect(applied.code).toBe(0);
  expect(parseApplication(applied.stdout)).toMatchObject({
    outcome: 'changed',
    summary: { create: 0, repair: 1 },
    changes: [{ cause: 'drift', differences: [{ path: 'maxSessionDuration' }] }],
    results: [{ result: 'done' }],
  });
  const [here, elsewhere] = await Promise.all([
    place.azfed(['plan', '--json'], variables),
    place.azfed(['plan', '--json'], { ...variables, AZFED_TABLE: 'another-table' }),
  ]);
  expect(parsePlan(here.stdout).outcome).toBe('converged');
  // Another table did not make these roles. Their marks say azfed: they may be taken back, never made again.
  expect(parsePlan(elsewhere.stdout).summary).toMatchObject({ create: 0, repair: 0, close: 0, delete: 0 });
});

it('carries out as many changes as --max says, and the next ones then', async () => {
  const some = await place.azfed(['apply', '--local', '--yes', '--json', '--max', '3']);
  const first = parseApplication(some.stdout);
  expect(first.results.filter(({ result }) => result === 'done')).toHaveLength(3);
  const held = first.changes.filter(({ decision }) => decision === 'held');
  expect(new Set(held.map(({ blockedBy }) => blockedBy))).toContain('limit-max');
  const rest = parseApplication((await place.azfed(['apply', '--local', '--yes', '--json'])).stdout);
  expect(rest.results.length).toBeGreaterThan(0);
  const wrong = await place.azfed(['apply', '--local', '--yes', '--max', 'many']);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
});

it('says what a reviewer of a changed configuration has to look at: validate and plan with --base', async () => {
  const file = '.azfed/federation.yaml';
  const text = place.read(file);
  place.write('base.yaml', text);
  const typed = ['--local', '--json', '--base', 'base.yaml'];
  const parseReview = (stdout: string) =>
    (JSON.parse(stdout) as { readonly review: readonly { readonly code: string; readonly where: string }[] })
      .review;
  expect(parseReview((await place.azfed(['validate', ...typed])).stdout)).toEqual([]);

  place.write(file, text.replace('project: Payments', 'project: "*"'));
  const validated = await place.azfed(['validate', ...typed, '--detailed-exitcode']);
  const review = parseReview(validated.stdout);
  expect(validated.code).toBe(2);
  expect(review.length).toBeGreaterThan(0);
  expect(review.map(({ where }) => where).join()).toContain('connections.project');
  expect(parseReview((await place.azfed(['plan', ...typed])).stdout)).toEqual(review);
});
