import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createStyle, type Style } from '../output/style.ts';
import { clipText, USUAL_COLUMNS, wrapLines } from '../output/text.ts';
import { countColumns, type ScreenStream } from './screen.ts';

/** Where a command speaks: results on stdout, everything about how they came about on stderr. */
export interface Terminal {
  readonly style: Style;
  /** What a line of stdout has room for; `undefined` where nobody looks, or everything is wanted. */
  readonly columns: number | undefined;
  /** With `-o wide`: nothing is shortened. */
  readonly isWide: boolean;
  /** A person watches: progress may redraw itself. */
  readonly isInteractive: boolean;
  /** Where results go, if that can be drawn on: not on a terminal that moves no cursor, and not where nobody watches. */
  readonly screen: ScreenStream | undefined;
  /** False once whoever read the results has gone away. */
  isRead(): boolean;
  result(text: string): void;
  /** Left out with --quiet. */
  note(text: string): void;
  /** `about`: what is about the same is said once. */
  problem(text: string, about?: string): void;
  /** A line on stderr that the next one replaces, whatever is said; `undefined` takes it away. */
  progress(line: string | undefined): void;
  /** False where nobody can answer. */
  confirm(question: string): Promise<boolean>;
}

/** What a command reads and writes: those of the process, or others that stand for them. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: ScreenStream;
  readonly stderr: ScreenStream;
}

export interface TerminalOptions extends Streams {
  /** Without colours; they say nothing of drawing (no-color.org). */
  readonly isPlain: boolean;
  /** It moves no cursor. */
  readonly isDumb?: boolean;
  readonly isQuiet: boolean;
  /** Nobody is there to answer, whatever the streams look like. */
  readonly isUnattended?: boolean;
  /** Tables are not cut to the width of the screen. */
  readonly isWide?: boolean;
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdin, stdout, stderr, isPlain, isDumb, isQuiet, isUnattended, isWide = false } = options;
  const isInteractive = [stderr, stdin].every(({ isTTY }) => isTTY === true) && !isUnattended;
  const mayRedraw = !isDumb && !isUnattended;
  const progress = createProgressLine(stderr);
  const said = new Set<string>();
  // One text may go to either stream, and only one of them may be a screen: colours end where the screen ends.
  const write = (stream: ScreenStream, text: string) => {
    progress(undefined);
    stream.write(`${stream.isTTY === true ? text : stripVTControlCharacters(text)}\n`);
  };
  // Sentences of any length, from everywhere: they hang below their own indent.
  const findRoom = (stream: ScreenStream) => (isWide ? undefined : countColumns(stream));
  const writeWrapped = (text: string) => {
    write(stderr, wrapLines(text, findRoom(stderr)));
  };
  return {
    style: createStyle(!isPlain && [stdout, stderr].some(({ isTTY }) => isTTY === true)),
    columns: findRoom(stdout),
    isWide,
    isInteractive: isInteractive && !isQuiet && mayRedraw,
    screen: mayRedraw && stdout.isTTY === true ? stdout : undefined,
    isRead: trackReader(stdout),
    result: (text) => {
      write(stdout, text);
    },
    note: (text) => {
      if (!isQuiet) writeWrapped(text);
    },
    problem: (text, about = '') => {
      if (!said.has(about)) writeWrapped(text);
      if (about !== '') said.add(about);
    },
    progress,
    confirm: (question) =>
      isInteractive ? ask({ stdin, stderr }, `${question} Only "yes" is taken: `) : Promise.resolve(false),
  };
}

const CLEAR_LINE = '\r\u001b[2K';

function createProgressLine(stream: ScreenStream): Terminal['progress'] {
  let isDrawn = false;
  return (line) => {
    if (isDrawn || line !== undefined)
      // A line that is as long as the screen is wide would end on the next one.
      stream.write(`${CLEAR_LINE}${clipText(line ?? '', (countColumns(stream) ?? USUAL_COLUMNS) - 1)}`);
    isDrawn = line !== undefined;
  };
}

/** Asking the stream itself is too late: Node's stdout forgets that it has failed. */
function trackReader(stdout: ScreenStream): () => boolean {
  let isRead = true;
  stdout.once('error', () => {
    isRead = false;
  });
  return () => isRead;
}

/** Ctrl-C and Ctrl-D close the prompt: they are answers too. */
function ask({ stdin, stderr }: Pick<Streams, 'stdin' | 'stderr'>, question: string): Promise<boolean> {
  const prompt = createInterface({ input: stdin, output: stderr });
  return new Promise((resolve) => {
    prompt.once('close', () => {
      stderr.write('\n');
      resolve(false);
    });
    prompt.question(question, (answer) => {
      resolve(answer.trim() === 'yes');
      prompt.close();
    });
  });
}
