import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { createStyle } from './render/style.ts';
import type { Style } from './render/style.ts';

/** Where a command speaks: results on stdout, everything about how they came about on stderr. */
export interface Terminal {
  readonly style: Style;
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
}

export interface TerminalOptions {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly isPlain: boolean;
  readonly isQuiet: boolean;
}

export function createTerminal({ stdin, stdout, stderr, isPlain, isQuiet }: TerminalOptions): Terminal {
  const isInteractive = stderr.isTTY === true && stdin.isTTY === true;
  const write = (stream: Stream, text: string) => void stream.write(`${text}\n`);
  return {
    style: createStyle(!isPlain && stdout.isTTY === true),
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
    confirm: async (question) => {
      if (!isInteractive) return false;
      const prompt = createInterface({ input: stdin, output: stderr });
      const answer = await prompt.question(`${question} Only "yes" is taken: `).finally(() => {
        prompt.close();
      });
      return answer.trim() === 'yes';
    },
  };
}
