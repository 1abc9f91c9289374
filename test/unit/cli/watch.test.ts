import { PassThrough } from 'node:stream';
import type { ConnectionStatus } from '../../../shared/application/observe/connection-status.ts';
import { createStyle } from '../../../functions/cli/output/style.ts';
import type { FrameView } from '../../../functions/cli/commands/status/frame.ts';
import { changeLines, frame, pictureLines } from '../../../functions/cli/commands/status/frame.ts';
import { createTerminal } from '../../../functions/cli/console/terminal.ts';
import { readEnvironment } from '../../../shared/config/environment.ts';
import type { Picture, StatusReading } from '../../../functions/cli/commands/status/watch-snapshot.ts';
import {
  failedPicture,
  firstPicture,
  nextPicture,
} from '../../../functions/cli/commands/status/watch-snapshot.ts';

const AT = Date.parse('2026-11-23T11:00:00Z');
const ARN = 'arn:aws:iam::123456789012:role/azure-devops/shop/';

function row(name: string, fields: Partial<ConnectionStatus> = {}): ConnectionStatus {
  return {
    connectionId: `id-${name}`,
    connection: `Shop / ${name}`,
    roleArn: `${ARN}${name}`,
    state: 'converged',
    held: null,
    findings: [],
    retirement: null,
    ...fields,
  };
}

const reading = (rows: readonly ConnectionStatus[], unread: readonly string[] = []): StatusReading => ({
  rows,
  unread,
  accounts: [],
  controls: '',
  requests: { azureDevOps: 5, iam: 10 },
});

const seen = (...rows: readonly ConnectionStatus[]) => firstPicture(reading(rows), AT);
const listMarks = ({ rows }: Picture) => rows.map(({ connection, mark }) => `${connection} ${mark}`);
const notified = ({ happenings }: Picture) =>
  happenings.map(({ connection, what }) => `${connection}: ${what}`);

describe('what somebody who watches sees', () => {
  it('marks nothing at the first look, and nothing where nothing has changed', () => {
    const first = seen(row('a'), row('b', { state: 'repair' }));
    expect(listMarks(first)).toEqual(['Shop / a same', 'Shop / b same']);
    expect(nextPicture(first, reading([row('a'), row('b', { state: 'repair' })]), AT + 1).happenings).toEqual(
      [],
    );
  });

  it('marks what is new, changed or gone until the next look, and keeps saying what has changed', () => {
    const first = seen(row('a'), row('b'));
    const second = nextPicture(
      first,
      reading([row('a', { state: 'repair', held: 'paused', findings: ['trust.loose'] }), row('c')]),
      AT + 1,
    );
    expect(listMarks(second)).toEqual(['Shop / a changed', 'Shop / b gone', 'Shop / c new']);
    expect(notified(second)).toEqual([
      'Shop / a: ok -> blocked; held: paused; found trust.loose',
      `Shop / b: no longer listed: ${ARN}b`,
      `Shop / c: new, ok: ${ARN}c`,
    ]);
    const third = nextPicture(second, reading([row('a'), row('c')]), AT + 2);
    expect(listMarks(third)).toEqual(['Shop / a changed', 'Shop / c same']);
    expect(notified(third).slice(3)).toEqual([
      'Shop / a: blocked -> ok; no longer held; no longer trust.loose',
    ]);
  });

  it('never takes what was not read for gone or changed', () => {
    const first = seen(row('a'), row('b', { state: 'repair' }), row('c'));
    const partial = nextPicture(
      first,
      reading([row('b', { state: 'not read' }), row('c', { state: 'as recorded' })], ['Shop was not read.']),
      AT + 1,
    );
    expect(partial.rows).toEqual(first.rows.map((one) => ({ ...one, isRead: false })));
    expect(partial.happenings).toEqual([]);
    const whole = nextPicture(partial, reading([row('b'), row('c')]), AT + 2);
    expect(notified(whole)).toEqual([`Shop / a: no longer listed: ${ARN}a`, 'Shop / b: pending -> ok']);
  });

  it('takes nothing for changed that is read for the first time', () => {
    const unread = firstPicture(reading([row('a', { state: 'not read' })], ['Account 1']), AT);
    expect(unread.rows).toMatchObject([{ isRead: false }]);
    expect(notified(nextPicture(unread, reading([row('a')]), AT + 1))).toEqual([]);
  });

  it('says of a connection that is missing from a whole look that nothing is known of it', () => {
    const missing = nextPicture(seen(row('a')), reading([row('a', { state: 'as recorded' })]), AT + 1);
    expect(notified(missing)).toEqual(['Shop / a: ok -> unknown']);
  });
});

const plain = createStyle(false);
const view = (fields: Partial<FrameView> = {}): FrameView => ({
  columns: 100,
  rows: 24,
  style: plain,
  now: AT + 4_000,
  next: AT + 15_000,
  ...fields,
});

describe('the screen', () => {
  it('says when it was seen, when it is seen next, how it stands and what a look takes', () => {
    expect(frame(seen(row('a'), row('b', { state: 'repair' })), view())).toEqual([
      'Seen 11:00:00 UTC, 4 s ago; next in 11 s; Ctrl-C ends',
      '2 connections: 1 pending, 1 ok  one look: 5 to Azure DevOps, 10 to IAM',
      '',
      '    CONNECTION   STATE     WHY      AGE   ACCOUNT        ROLE   FINDINGS',
      '    Shop / a     ok                       123456789012   a',
      '    Shop / b     pending   repair         123456789012   b',
    ]);
    expect(frame(seen(row('a')), view({ next: 'looking' }))[0]).toContain('looking');
    expect(frame(seen(), view())).toContainEqual(expect.stringContaining('There is no AWS connection'));
  });

  it('shows the former picture, and why, where a look has failed or was partial', () => {
    const failed = failedPicture(seen(row('a')), 'The table\n  cannot be reached\n  Look at it.', AT + 3_000);
    expect(frame(failed, view()).slice(4)).toEqual([
      '    Shop / a     ok                  123456789012   a',
      '',
      'The look at 11:00:03 UTC failed; this is what was seen before it:',
      'The table',
      '  cannot be reached',
      '  Look at it.',
    ]);
    const partial = nextPicture(seen(row('a')), reading([], ['Shop \u001b[31mwas not read.']), AT + 1);
    expect(frame(partial, view()).slice(1)).toEqual([
      '1 connection: 1 not read now  one look: 5 to Azure DevOps, 10 to IAM',
      '',
      '    CONNECTION   STATE    WHY   AGE   ACCOUNT        ROLE   FINDINGS',
      '?   Shop / a     was ok               123456789012   a',
      '',
      'Could not be read: Shop \\u{1b}[31mwas not read.',
    ]);
  });

  const crowd = Array.from({ length: 500 }, (_, at) => row(`c${String(at).padStart(3, '0')}`));
  const busy = nextPicture(
    seen(...crowd),
    reading(
      crowd.map((one, at) => (at === 321 ? { ...one, state: 'repair', findings: ['trust.loose'] } : one)),
      ['One account could not be read, for a reason that takes more than a line of a narrow screen to say.'],
    ),
    AT,
  );

  it.each([
    [60, 12],
    [80, 24],
    [120, 40],
    [200, 60],
    [20, 4],
  ])('has room on %i columns and %i rows, and shows first what may need somebody', (columns, rows) => {
    const lines = frame(busy, view({ columns, rows }));
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    if (rows > 4) expect(lines.join('\n')).toMatch(/^~ +.*321/m);
    if (rows > 4) expect(lines).toContainEqual(expect.stringMatching(/^and 4\d\d more that do not fit/));
  });

  it('leaves the last picture whole', () => {
    const last = frame(busy, view({ columns: 60, next: 'over' }));
    expect(last[0]).toContain('ended');
    expect(last.join('\n')).toContain('a narrow screen to say.');
  });
});

describe('where nothing can be drawn on', () => {
  const screen = () => Object.assign(new PassThrough(), { isTTY: true, columns: 0 });
  it.each([
    { set: {}, draws: true },
    // no-color.org: it is about colour alone.
    { set: { NO_COLOR: '1' }, draws: true },
    { set: { TERM: 'dumb' }, draws: false },
    { set: { CI: 'true' }, draws: false },
  ])('with $set: draws $draws', ({ set, draws }) => {
    const streams = { stdin: screen(), stdout: screen(), stderr: screen() };
    const terminal = createTerminal({ ...streams, ...readEnvironment(set), isQuiet: false });
    expect(terminal.screen !== undefined).toBe(draws);
    expect(terminal.isInteractive).toBe(draws);
    expect(terminal.columns).toBe(80);
  });

  const view = { columns: undefined, style: createStyle(false), now: AT };

  it('shows everything once, and then what has changed alone', () => {
    const first = seen(row('a'), row('b'));
    expect(pictureLines(first, view)).toEqual([
      'Seen 11:00:00 UTC',
      '2 connections: 2 ok  one look: 5 to Azure DevOps, 10 to IAM',
      '',
      expect.stringContaining('CONNECTION') as string,
      expect.stringContaining('Shop / a') as string,
      expect.stringContaining('Shop / b') as string,
      '',
      'What changes from now on is appended; Ctrl-C ends.',
    ]);
    const second = nextPicture(first, reading([row('a'), row('b', { state: 'repair' })]), AT + 1_000);
    expect(changeLines(first, second, view)).toEqual(['11:00:01 UTC  Shop / b: ok -> pending']);
    const third = nextPicture(second, reading([], ['account 1']), AT + 2_000);
    expect(changeLines(second, third, view)).toEqual(['11:00:02 UTC  Could not be read: account 1']);
    expect(changeLines(third, { ...third, seenAt: AT + 3_000 }, view)).toEqual([]);
    const fourth = nextPicture(third, reading([row('a'), row('b', { state: 'repair' })]), AT + 4_000);
    expect(changeLines(third, fourth, view)).toEqual(['11:00:04 UTC  Everything could be read again.']);
    expect(changeLines({ ...fourth, controls: 'Paused: everything' }, fourth, view)).toEqual([
      '11:00:04 UTC  Nothing is held back by people or breakers any more.',
    ]);
  });

  it('appends everything that one look has found, however much it is', () => {
    const names = Array.from({ length: 50 }, (_, at) => `name-${at}`);
    const first = seen(...names.map((name) => row(name)));
    const all = names.map((name) => row(name, { state: 'repair' }));
    const second = nextPicture(first, reading(all), AT + 1_000);
    expect(changeLines(first, second, view)).toHaveLength(50);
    expect(nextPicture(second, reading(all), AT + 2_000).happenings).toHaveLength(20);
  });
});
