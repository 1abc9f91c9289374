import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { parsePlan } from './documents.ts';
import { spawnAzfed, spawnUnread } from './process.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  // The first of all runs makes the table.
  await place.azfed(['status', '--local']);
});
afterAll(() => place.leave());

it.each([
  { what: 'a result', typed: ['schema'], code: 0 },
  { what: 'a mistake', typed: ['pln'], code: 1 },
  { what: 'a plan', typed: ['plan', '--local', '--json', '--detailed-exitcode'], code: 2 },
])('says $what in a process of its own as it does here', async ({ typed, code }) => {
  const [here, there] = await Promise.all([place.azfed(typed), spawnAzfed(place, typed)]);
  expect(there).toStrictEqual(here);
  expect(there.code).toBe(code);
});

it('is the version that the package says, and colours nothing that is piped', async () => {
  const [version, plain] = await Promise.all([
    spawnAzfed(place, ['--version']),
    spawnAzfed(place, ['plan', '--local'], { NO_COLOR: '1', FORCE_COLOR: '3' }),
  ]);
  const { version: packaged } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(version).toStrictEqual({ code: 0, stdout: `${packaged}\n`, stderr: '' });
  expect(plain.stdout).toContain('Plan: 8 to create');
  expect(plain.stdout).not.toContain('\u001b');
});

it('ends in peace when nobody reads on', async () => {
  expect(await spawnUnread(place, ['schema'])).toStrictEqual({ code: 0, stderr: '' });
});

it('saves a plan beside a result that nobody reads', async () => {
  const { code } = await spawnUnread(place, ['plan', '--local', '--out', 'saved.json']);
  expect(code).toBe(0);
  expect(parsePlan(readFileSync(join(place.path, 'saved.json'), 'utf8')).changes).toHaveLength(9);
});
