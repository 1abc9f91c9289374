import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createStyle } from './render/style.ts';
import type { Style } from './render/style.ts';

/** Where a command speaks: results on stdout, everything about how they came about on stderr. */
export interface Terminal {
  readonly style: Style;
  /** What a line of stdout has room for; `undefined` where nobody looks, or everything is wanted. */
  readonly columns: number | undefined;
  /** A person watches: progress may redraw itself. */
  readonly isInteractive: boolean;
  result(text: string): void;
  /** Left out with --quiet. */
  note(text: string): void;
  problem(text: string): void;
  /** False where nobody can answer. */
  confirm(question: string): Promise<boolean>;
}

interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command reads and writes: those of the process, or others that stand for them. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface TerminalOptions extends Streams {
  readonly isPlain: boolean;
  readonly isQuiet: boolean;
  /** Nobody is there to answer, whatever the streams look like. */
  readonly isUnattended?: boolean;
  /** Tables are not cut to the width of the screen. */
  readonly isWide?: boolean;
}

export function createTerminal({
  stdin,
  stdout,
  stderr,
  isPlain,
  isQuiet,
  isUnattended = false,
  isWide = false,
}: TerminalOptions): Terminal {
  const isInteractive = stderr.isTTY === true && stdin.isTTY === true && !isUnattended;
  // One text may go to either stream, and only one of them may be a screen: colours end where the screen ends.
  const write = (stream: Stream, text: string) =>
    void stream.write(`${stream.isTTY === true ? text : stripVTControlCharacters(text)}\n`);
  return {
    style: createStyle(!isPlain && (stdout.isTTY === true || stderr.isTTY === true)),
    columns: isWide || stdout.isTTY !== true ? undefined : stdout.columns,
    isInteractive: isInteractive && !isQuiet,
    result: (text) => {
      write(stdout, text);
    },
    note: (text) => {
      if (!isQuiet) write(stderr, text);
    },
    problem: (text) => {
      write(stderr, text);
    },
    confirm: (question) =>
      isInteractive ? ask({ stdin, stderr }, `${question} Only "yes" is taken: `) : Promise.resolve(false),
  };
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
