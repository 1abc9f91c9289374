import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { interrupted } from '../../console/interruption.ts';
import { errorText } from '../../output/error-text.ts';
import type { Terminal } from '../../console/terminal.ts';
import { wrapLines } from '../../output/text.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import { changeLines, frame, pictureLines, type FrameView } from './frame.ts';
import type { Picture, StatusReading } from './watch-snapshot.ts';
import { failedPicture, firstPicture, nextPicture } from './watch-snapshot.ts';
import { openScreen, type ScreenStream } from '../../console/screen.ts';

/** What can be looked at again and again. */
export interface Watched {
  readonly observe: () => Promise<Snapshot>;
  readonly clock: Clock;
  /** Milliseconds from the end of a look to the beginning of the next: looks never overlap. */
  readonly everyMs: number;
}

/** A reading, and the same as a document on one line. */
type Snapshot = StatusReading & { readonly line: string };
type Ended = 'ended';

/** The same in two forms: for what can be broken off, and for what can only be left. */
interface Ending {
  readonly signal: AbortSignal;
  readonly end: Promise<Ended>;
}

/**
 * Looks until somebody ends it; the exit code is that of the last look. Throws what the first look throws: most likely it was
 * typed wrong. Where nothing can be drawn on, lines are appended: all connections once, then what changes.
 */
export async function watch({ terminal, options }: Invocation, watched: Watched): Promise<ExitCode> {
  const { screen } = terminal;
  const first = await watched.observe();
  const waiting = new AbortController();
  const end = interrupted().then((): Ended => {
    waiting.abort();
    return 'ended';
  });
  const ending = { end, signal: waiting.signal };
  const show = options.json
    ? (snapshot: Snapshot) => {
        terminal.result(snapshot.line);
      }
    : appendChanges(terminal, watched.clock);
  const code =
    options.json || !screen
      ? await showRefreshes(watched, first, { terminal, show }, ending)
      : await drawLooks(watched, first, { screen, terminal }, ending);
  scheduleExit(code);
  return code;
}

/** Appends the whole picture once, then what differs from the look before. */
function appendChanges(terminal: Terminal, clock: Clock): (snapshot: Snapshot) => void {
  let picture: Picture | undefined;
  return (snapshot) => {
    const now = clock.now();
    const before = picture;
    picture = before ? nextPicture(before, snapshot, now) : firstPicture(snapshot, now);
    const { columns, style } = terminal;
    const view = { columns, style, now };
    const lines = before ? changeLines(before, picture, view) : pictureLines(picture, view);
    if (lines.length > 0) terminal.result(wrapLines(lines.join('\n'), columns));
  };
}

async function drawLooks(
  { clock, everyMs, observe }: Watched,
  first: Snapshot,
  { screen: stream, terminal: { style } }: { readonly screen: ScreenStream; readonly terminal: Terminal },
  { signal, end }: Ending,
): Promise<ExitCode> {
  let picture = firstPicture(first, clock.now());
  let next: FrameView['next'] = 'looking';
  const lines = () => frame(picture, { ...screen.size(), style, now: clock.now(), next });
  const show = () => {
    screen.draw(lines());
  };
  const screen = openScreen(stream, show);
  const ticks = setInterval(show, 1_000);
  try {
    for (;;) {
      next = clock.now() + everyMs;
      show();
      if ((await pause(everyMs, signal)) === 'ended') break;
      next = 'looking';
      show();
      const snapshot = await Promise.race([attempt(observe), end]);
      if (snapshot === 'ended') break;
      picture = advancePicture(picture, snapshot, clock.now());
    }
  } finally {
    clearInterval(ticks);
    next = 'over';
    screen.close(lines());
  }
  return toExitCode(picture);
}

function advancePicture(before: Picture, snapshot: Attempt, now: number): Picture {
  return 'why' in snapshot ? failedPicture(before, snapshot.why, now) : nextPicture(before, snapshot, now);
}

interface Refreshes {
  readonly terminal: Terminal;
  readonly show: (snapshot: Snapshot) => void;
}

/** Shows one look after the other; one that fails is reported on stderr. Ends where nobody reads any more, too. */
async function showRefreshes(
  { everyMs, observe }: Watched,
  first: Snapshot,
  { terminal, show }: Refreshes,
  { signal, end }: Ending,
): Promise<ExitCode> {
  let snapshot: Attempt = first;
  for (;;) {
    if ('why' in snapshot) terminal.problem(snapshot.why);
    else show(snapshot);
    const code = 'why' in snapshot ? 1 : toExitCode(snapshot);
    if ((await pause(everyMs, signal)) === 'ended' || !terminal.isRead()) return code;
    const following: Attempt | Ended = await Promise.race([attempt(observe), end]);
    if (following === 'ended') return code;
    snapshot = following;
  }
}

type Attempt = Snapshot | { readonly why: string };

const attempt = (observe: Watched['observe']): Promise<Attempt> =>
  observe().catch((error: unknown) => ({ why: errorText(error) }));

const toExitCode = ({ failure, unread }: Pick<Picture, 'failure' | 'unread'>): ExitCode =>
  failure ? 1 : unread.length > 0 ? 3 : 0;

async function pause(milliseconds: number, signal: AbortSignal): Promise<Ended | undefined> {
  return wait(milliseconds, undefined, { signal }).catch(() => 'ended');
}

/** A look that was under way only reads, and may wait for long on what does not answer: nobody waits for it. */
function scheduleExit(code: ExitCode): void {
  setTimeout(() => process.exit(code), 200).unref();
}
