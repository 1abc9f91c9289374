import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Folder, Said, Variables } from './command-line.ts';
import { makeEnvironment } from './command-line.ts';

const command = resolve('functions/cli/azfed.mjs');

const running = new Set<ChildProcess>();

function start({ path }: Folder, typed: readonly string[], variables: Variables) {
  const child = spawn(process.execPath, [command, ...typed], {
    cwd: path,
    env: makeEnvironment(path, variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** What a test that failed has left running would keep the whole run from ending. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The command in a process of its own, as a shell starts it. */
export async function spawnAzfed(
  folder: Folder,
  typed: readonly string[],
  variables: Variables = {},
): Promise<Said> {
  const child = start(folder, typed, variables);
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** A command that runs until it is interrupted: says what it says first, and how it ends. */
export async function keepRunning(
  folder: Folder,
  typed: readonly string[],
  untilSaid: string,
): Promise<{ readonly said: string; interrupt(): Promise<number | null> }> {
  const child = start(folder, typed, {});
  const ended = new Promise<number | null>((end) => child.once('close', end));
  child.stderr.resume();
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes(untilSaid)) break;
  }
  child.stdout.resume();
  return {
    said,
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Its reader goes away before it says anything, that of stderr too if `both`; what it says of that, and how it ends. */
export async function spawnUnread(
  folder: Folder,
  typed: readonly string[],
  both = false,
): Promise<Omit<Said, 'stdout'>> {
  const child = start(folder, typed, {});
  child.stdout.destroy();
  if (both) child.stderr.destroy();
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  return { stderr: both ? '' : await text(child.stderr), code: await code };
}

/** A command that is interrupted, by Ctrl-C or another signal, as often and whenever somebody wants. */
export function startInterruptible(
  folder: Folder,
  typed: readonly string[],
  variables: Variables = {},
): {
  interrupt(signal?: NodeJS.Signals): void;
  awaitText(part: string): Promise<void>;
  readonly ended: Promise<Said>;
} {
  const child = start(folder, typed, variables);
  let stderr = '';
  const closed = new Promise<number | null>((end) => child.once('close', end));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const awaitText = (part: string) =>
    new Promise<void>((resolve) => {
      const observe = () => {
        if (stderr.includes(part)) resolve();
      };
      child.stderr.on('data', observe);
      observe();
    });
  return {
    interrupt: (signal = 'SIGINT') => void child.kill(signal),
    awaitText,
    ended: text(child.stdout).then(async (stdout) => ({ code: await closed, stdout, stderr })),
  };
}
