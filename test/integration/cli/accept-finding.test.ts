import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { parsePlan } from './documents.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
});
afterAll(() => place.leave());

const accept = (code: string, ...typed: readonly string[]) =>
  place.azfed(['accept-finding', code, '--local', '--yes', ...typed]);
const findings = async () =>
  parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout).findings.filter(
    ({ code }) => code === 'connection.static-keys',
  );

it('edits one place of the configuration, folds the finding everywhere and hides it nowhere', async () => {
  const { configuration } = JSON.parse(place.read('.azfed/local.json')) as { readonly configuration: string };
  const before = place.read(configuration);
  expect(await findings()).toEqual([expect.not.objectContaining({ accepted: expect.anything() as unknown })]);
  const typed = ['--connection', 'Shop/aws-legacy', '--reason', 'gone in March', '--until', '30d'];
  const accepted = await accept('connection.static-keys', ...typed);
  expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringMatching(/^Accepted until \d{4}-/)]);
  const after = place.read(configuration);
  expect(after.split('\n').filter((line) => !before.includes(line)).length).toBeLessThan(8);
  for (const line of before.split('\n')) expect(after).toContain(line);

  expect(await findings()).toEqual([
    expect.objectContaining({
      accepted: { reason: 'gone in March', until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown },
    }),
  ]);
  const [plan, status, report] = [
    await place.azfed(['plan', '--local']),
    await place.azfed(['status', '--local']),
    await place.azfed(['report', '--local', '--json']),
  ];
  expect(plan.stdout).toMatch(/connection\.static-keys +accepted: 1, the first until /);
  expect(plan.stdout).toMatch(/11 findings.*; 1 accepted\./s);
  expect(status.stdout).toMatch(/Shop \/ aws-legacy .*1 accepted/);
  expect(report.stdout).toContain('"reason": "gone in March"');
  expect((await place.azfed(['validate', '--local'])).code).toBe(0);
});

it('takes an account by its name, and an unknown one by its id', async () => {
  const before = place.read('.azfed/federation.yaml');
  const typed = ['--account', 'finance', '--reason', 'made by the platform team', '--until', '30d'];
  expect((await accept('role.not-owned', ...typed)).code).toBe(0);
  const { findings: found } = parsePlan((await place.azfed(['plan', '--local', '--json'])).stdout);
  expect(found.find(({ code }) => code === 'role.not-owned')).toHaveProperty('accepted');
  const unknown = ['--account', '999999999999', '--reason', 'of a partner', '--until', '30d'];
  expect((await accept('account.not-configured', ...unknown)).code).toBe(0);
  place.write('.azfed/federation.yaml', before);
});

it.each([
  ['connection.gone', ['--connection', '*', '--until', '30d'], 'no code of a finding'],
  ['read.incomplete', ['--account', '*', '--until', '30d'], 'could not be read'],
  ['role.not-owned', ['--account', 'financ', '--until', '30d'], 'Did you mean finance?'],
  ['connection.missing', ['--until', '30d'], 'Nothing says what the finding is about'],
  ['connection.missing', ['--connection', '*', '--until', 'soon'], 'Give a day such as'],
  ['connection.missing', ['--connection', '*', '--until', '2020-01-01'], 'That day is over'],
  ['trust.loose', ['--role', '*', '--until', '91d'], 'for 90 days at most'],
])('refuses %s with %j', async (code, typed, problem) => {
  const { code: exit, stdout, stderr } = await accept(code, '--reason', 'because', ...typed);
  expect([exit, stdout]).toEqual([1, '']);
  expect(stderr).toContain(problem);
});
