import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { interrupted } from '../../console/interruption.ts';
import { errorText } from '../../output/error-text.ts';
import type { Terminal } from '../../console/terminal.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import { frame, type FrameView } from './frame.ts';
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

/** Looks until somebody ends it; the exit code is that of the last look. Throws what the first look throws: most likely it was typed wrong. */
export async function watch({ terminal, options }: Invocation, watched: Watched): Promise<ExitCode> {
  const { screen } = terminal;
  if (!options.json && !screen) throw notAScreen;
  const first = await watched.observe();
  const waiting = new AbortController();
  const end = interrupted().then((): Ended => {
    waiting.abort();
    return 'ended';
  });
  const ending = { end, signal: waiting.signal };
  const code =
    options.json || !screen
      ? await showRefreshes(watched, first, terminal, ending)
      : await drawLooks(watched, first, { screen, terminal }, ending);
  scheduleExit(code);
  return code;
}

const notAScreen = new ConfigError({
  where: 'azfed status --watch',
  what: 'It redraws a screen, and here the output goes to a pipe or a file.',
  fix: 'Add --json for one document a line, leave --watch out for one look, or run it in a terminal.',
});

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

/** A document a line; a look that fails has none, and is told of on stderr. Nobody who reads ends it too. */
async function showRefreshes(
  { everyMs, observe }: Watched,
  first: Snapshot,
  terminal: Terminal,
  { signal, end }: Ending,
): Promise<ExitCode> {
  let snapshot: Attempt = first;
  for (;;) {
    if ('why' in snapshot) terminal.problem(snapshot.why);
    else terminal.result(snapshot.line);
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
