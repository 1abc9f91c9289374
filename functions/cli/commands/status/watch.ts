import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { interrupted } from '../../console/interrupted.ts';
import { errorText } from '../../output/error-text.ts';
import type { Terminal } from '../../console/terminal.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import type { View } from './frame.ts';
import { frame } from './frame.ts';
import type { Picture, Sighting } from './watch-snapshot.ts';
import { failedPicture, firstPicture, nextPicture } from './watch-snapshot.ts';
import type { ScreenStream } from '../../console/screen.ts';
import { openScreen } from '../../console/screen.ts';

/** What can be looked at again and again. */
export interface Watched {
  readonly look: () => Promise<Look>;
  readonly clock: Clock;
  /** Milliseconds from the end of a look to the beginning of the next: looks never overlap. */
  readonly everyMs: number;
}

/** A sighting, and the same as a document on one line. */
type Look = Sighting & { readonly line: string };
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
  const first = await watched.look();
  const waiting = new AbortController();
  const end = interrupted().then((): Ended => {
    waiting.abort();
    return 'ended';
  });
  const ending = { end, signal: waiting.signal };
  const code =
    options.json || !screen
      ? await tellLooks(watched, first, terminal, ending)
      : await drawLooks(watched, first, { screen, terminal }, ending);
  leaveLookBehind(code);
  return code;
}

const notAScreen = new ConfigError([
  {
    where: 'azfed status --watch',
    what: 'It redraws a screen, and here the output goes to a pipe or a file.',
    mend: 'Add --json for one document a line, leave --watch out for one look, or run it in a terminal.',
  },
]);

async function drawLooks(
  { clock, everyMs, look }: Watched,
  first: Look,
  { screen: stream, terminal: { style } }: { readonly screen: ScreenStream; readonly terminal: Terminal },
  { signal, end }: Ending,
): Promise<ExitCode> {
  let picture = firstPicture(first, clock.now());
  let next: View['next'] = 'looking';
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
      const looked = await Promise.race([attempt(look), end]);
      if (looked === 'ended') break;
      picture = pictureAfter(picture, looked, clock.now());
    }
  } finally {
    clearInterval(ticks);
    next = 'over';
    screen.close(lines());
  }
  return codeOf(picture);
}

function pictureAfter(before: Picture, looked: Attempt, now: number): Picture {
  return 'why' in looked ? failedPicture(before, looked.why, now) : nextPicture(before, looked, now);
}

/** A document a line; a look that fails has none, and is told of on stderr. Nobody who reads ends it too. */
async function tellLooks(
  { everyMs, look }: Watched,
  first: Look,
  terminal: Terminal,
  { signal, end }: Ending,
): Promise<ExitCode> {
  let looked: Attempt = first;
  for (;;) {
    if ('why' in looked) terminal.problem(looked.why);
    else terminal.result(looked.line);
    const code = 'why' in looked ? 1 : codeOf(looked);
    if ((await pause(everyMs, signal)) === 'ended' || !terminal.isRead()) return code;
    const following: Attempt | Ended = await Promise.race([attempt(look), end]);
    if (following === 'ended') return code;
    looked = following;
  }
}

type Attempt = Look | { readonly why: string };

const attempt = (look: Watched['look']): Promise<Attempt> =>
  look().catch((error: unknown) => ({ why: errorText(error) }));

const codeOf = ({ failure, unread }: Pick<Picture, 'failure' | 'unread'>): ExitCode =>
  failure ? 1 : unread.length > 0 ? 3 : 0;

async function pause(milliseconds: number, signal: AbortSignal): Promise<Ended | undefined> {
  return wait(milliseconds, undefined, { signal }).catch(() => 'ended');
}

/** A look that was under way only reads, and may wait for long on what does not answer: nobody waits for it. */
function leaveLookBehind(code: ExitCode): void {
  setTimeout(() => process.exit(code), 200).unref();
}
