import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../../../functions/cli/main.ts';
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

it('goes on when the disk of an output is full, and says so', async () => {
  const [stdin, stderr] = [new PassThrough().end(), new PassThrough()];
  const refusal = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const full = new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => {
      done(refusal);
    },
  });
  expect(await main(['node', 'azfed', 'schema'], '0.0.1', { stdin, stdout: full, stderr })).toBe(1);
  expect(await text(stderr.end())).toContain('stdout\n  It cannot be written: ENOSPC');
});

it('saves a plan beside a result that nobody reads', async () => {
  const { code } = await spawnUnread(place, ['plan', '--local', '--out', 'saved.json']);
  expect(code).toBe(0);
  expect(parsePlan(readFileSync(join(place.path, 'saved.json'), 'utf8')).changes).toHaveLength(9);
});

it('carries out everything, also when nobody reads the progress either', async () => {
  const other = await enterPlace();
  try {
    expect(await spawnUnread(other, ['apply', '--local', '--yes'], true)).toMatchObject({ code: 0 });
    const { stdout } = await other.azfed(['plan', '--local', '--json']);
    expect(parsePlan(stdout).changes).toEqual([]);
  } finally {
    await other.leave();
  }
});
