import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a script of this folder in a process of its own: JSON goes in by its standard input and comes out by its output. */
export async function runChild(script: string, input: unknown): Promise<unknown> {
  const file = join(import.meta.dirname, script);
  const running = promisify(execFile)(process.execPath, [...process.execArgv, '--expose-gc', file]);
  running.child.stdin?.end(JSON.stringify(input));
  const { stdout } = await running;
  return JSON.parse(stdout);
}
