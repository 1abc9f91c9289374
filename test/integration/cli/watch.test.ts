import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { keepRunning } from './process.ts';
import { closeTerminals, openPseudoTerminal } from './pseudo-terminal.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
});
afterEach(() => {
  closeTerminals();
  place.cloud.aws.faults.clear();
});
afterAll(() => place.leave());

const watching = ['status', '--local', '--watch', '--every', '5s'];
const [enters, leaves] = ['\u001b[?1049h', '\u001b[?1049l'];

/** The pictures, each as it was drawn. */
const pictures = (seen: string) => seen.split('\u001b[?2026h').slice(1);

describe('azfed status --watch', () => {
  it('redraws the screen, marks what has changed, follows its size, and leaves the last picture', async () => {
    // Colours say nothing of drawing (no-color.org).
    const size = { columns: 120, rows: 30 };
    const terminal = openPseudoTerminal(place, watching, size, { NO_COLOR: '1' });
    await terminal.until('13 connections: 6 unmanaged, 7 ok');
    await place.azfed(['local', 'tamper', 'open-trust', 'shop-prod']);
    await terminal.until(/~ +.*Shop \/ aws-prod +drifted +critical, trust/);
    await terminal.until('Shop / aws-prod: ok -> drifted; found trust.loose');
    await terminal.resize(60, 14);
    await terminal.until('more that do not fit');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(0);

    const [before = '', after = ''] = terminal.seen().split(leaves);
    expect(before.split(enters)).toHaveLength(2);
    const lines = (pictures(before).at(-1) ?? '').split('\r\n');
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(after).toMatch(/^Seen \d\d:\d\d:\d\d UTC, \d+ s ago; ended\r$/m);
    expect(after).toMatch(/Shop.*prod +drifted/);
    expect(before).toContain('\u001b[?25l');
    expect(before.slice(before.lastIndexOf('\u001b[?2026l'))).toContain('\u001b[?7h\u001b[?25h');
  });

  it('shows the former picture where a look fails, and ends with its code, without waiting for it', async () => {
    const terminal = openPseudoTerminal(place, watching, { columns: 100, rows: 30 });
    await terminal.until('Ctrl-C ends');
    const { aws } = place.cloud;
    aws.faults.next({ account: '123456789012' }, 'accessDenied', Infinity);
    await terminal.until(/\? +Shop \/ aws-staging +was ok/);
    await terminal.until('Could not be read: Account 123456789012');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(3);
  });

  it('appends lines to a pipe: everything once, then what changes', async () => {
    const running = await keepRunning(place, watching, 'Ctrl-C ends.\n');
    expect(await running.interrupt()).toBe(0);
    expect(running.said).toMatch(/^Seen \d\d:\d\d:\d\d UTC\n13 connections: /);
    expect(running.said).not.toContain('\u001b');
  });

  it('moves no cursor on a terminal that knows none', async () => {
    const size = { columns: 100, rows: 30 };
    const terminal = openPseudoTerminal(place, watching, size, { TERM: 'dumb' });
    await terminal.until('Ctrl-C ends.');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(0);
    expect(terminal.seen()).not.toContain('\u001b');
  });

  it('gives a document a line to other programs, until it is interrupted', async () => {
    const running = await keepRunning(place, [...watching, '--json'], '\n');
    expect(await running.interrupt()).toBe(0);
    const { said } = running;
    expect(JSON.parse(said)).toMatchObject({ schemaVersion: 1, isPartial: false });
    expect(said.trimEnd()).not.toContain('\n');
  });

  it.each([
    { typed: ['--every', '2s'], says: 'The shortest is 5s.' },
    { typed: ['--every', 'soon'], says: 'Give a time such as 15s, 5m or 1h.' },
    { typed: ['--credentials'], says: 'cannot be used with' },
  ])('refuses $typed', async ({ typed, says }) => {
    const { code, stderr } = await place.azfed(['status', '--local', '--watch', ...typed]);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });
});
