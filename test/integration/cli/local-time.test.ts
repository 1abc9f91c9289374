import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveClock, readMovedMs, watchMovedMs } from '../../../infra/local/moved-clock.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const DAY_MS = 86_400_000;

describe('the clock of the embedded cloud', () => {
  it('goes on, is kept, and is right where nothing or nonsense stands in its file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'azfed-clock-'));
    expect(readMovedMs(folder)).toBe(0);
    expect(moveClock(folder, DAY_MS)).toBe(DAY_MS);
    expect(moveClock(folder, DAY_MS)).toBe(2 * DAY_MS);
    expect(watchMovedMs(folder)()).toBe(2 * DAY_MS);
    for (const text of ['{', '{"movedMs":-5}', '{"movedMs":"x"}']) {
      writeFileSync(join(folder, 'clock.json'), text);
      expect(readMovedMs(folder)).toBe(0);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('two people and a later day, with --local', () => {
  let place: Place;
  beforeAll(async () => {
    place = await enterPlace();
  });
  afterAll(() => place.leave());

  it('are told apart, and what has ended has ended', async () => {
    const end = ['--until', '2h', '--reason', 'release', '--local', '--yes'];
    const signedIn = await place.azfed(['local', 'as', 'bob']);
    expect([signedIn.code, signedIn.stdout]).toEqual([0, 'export AZFED_LOCAL_AS=bob\n']);
    const suspended = await place.azfed(['suspend', 'everything', ...end], { AZFED_LOCAL_AS: 'bob' });
    expect([suspended.code, suspended.stdout]).toEqual([
      0,
      expect.stringContaining('/people-bob/bob: release'),
    ]);
    const unknown = await place.azfed(['status', '--local'], { AZFED_LOCAL_AS: 'eve' });
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('azfed local as eve')]);

    const pauses = async () =>
      (JSON.parse((await place.azfed(['status', '--local', '--json'])).stdout) as Shown).controls.pauses;
    expect(await pauses()).toHaveLength(1);
    const moved = await place.azfed(['local', 'clock', '+3h']);
    expect([moved.code, moved.stdout]).toEqual([
      0,
      expect.stringMatching(/^It is \d{4}-.*Z in the embedded/),
    ]);
    expect(await pauses()).toEqual([]);
    const back = await place.azfed(['local', 'clock', 'yesterday']);
    expect([back.code, back.stderr]).toEqual([1, expect.stringContaining('it does not go back')]);
  });
});

interface Shown {
  readonly controls: { readonly pauses: readonly unknown[] };
}
