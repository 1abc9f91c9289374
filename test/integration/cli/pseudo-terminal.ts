import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Folder, Variables } from './command-line.ts';
import { makeEnvironment } from './command-line.ts';

/** A terminal with the command in it, and somebody before it. */
export interface PseudoTerminal {
  /** All that was written to it so far, without colours. */
  seen(): string;
  /** Waits until something that was not there at the last call of this is. */
  until(text: string | RegExp): Promise<void>;
  /** As a person types. */
  type(keys: string): void;
  /** From another terminal, as the window manager would: the kernel tells the command. */
  resize(columns: number, rows: number): Promise<void>;
  ended: Promise<number | null>;
}

/** So that a test which waits in vain shows what was said instead. */
const PATIENCE_MS = 300_000;

// oxlint-disable-next-line no-control-regex -- it is what colours are written with
const colour = /\u001b\[[\d;]*m/g;

const open = new Set<ChildProcess>();

/** What a test that failed has left running would keep the whole run from ending. */
export function closeTerminals(): void {
  for (const child of open) child.kill('SIGKILL');
}

/** By `script` of util-linux, which ends with the exit code of what it runs. */
export function openPseudoTerminal(
  folder: Folder,
  typed: readonly string[],
  size: { readonly columns: number; readonly rows: number },
  variables: Variables = {},
): PseudoTerminal {
  const azfed = [process.execPath, resolve('functions/cli/azfed.mjs'), ...typed].join(' ');
  const setUp = `tty; stty cols ${size.columns} rows ${size.rows}`;
  const child = spawn('script', ['-qefc', `${setUp}; exec ${azfed}`, '/dev/null'], {
    cwd: folder.path,
    env: makeEnvironment(folder.path, { TERM: 'xterm-256color', SHELL: '/bin/sh', ...variables }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let [written, from] = ['', 0];
  const readSeen = () => written.replaceAll(colour, '');
  child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const ended = new Promise<number | null>((end) => child.once('close', end));
  open.add(child);
  child.once('close', () => open.delete(child));
  return {
    seen: readSeen,
    async until(text) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const unseen = readSeen().slice(from);
        const at = unseen.search(text);
        if (at >= 0) {
          from += at + 1;
          return;
        }
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`It has not said ${String(text)}: ${unseen}`);
        await new Promise((later) => setTimeout(later, 50));
      }
    },
    type: (keys) => {
      child.stdin.write(keys);
    },
    async resize(columns, rows) {
      const device = /\/dev\/pts\/\d+/.exec(written)?.[0] ?? '';
      const stty = spawn('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
      await new Promise((done) => stty.once('close', done));
    },
    ended,
  };
}
