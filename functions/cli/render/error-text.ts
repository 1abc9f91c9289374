import { CommanderError } from 'commander';
import { ConfigError, PermissionError } from '../../../shared/domain/errors.ts';
import type { Terminal } from '../terminal.ts';
import type { ExitCode } from '../verb.ts';
import { inert } from './inert.ts';

/** Says what is wrong, where, and what to do; returns the exit code. A bug of ours is the only thing shown with a stack. */
export function describeError(error: unknown, terminal: Terminal): ExitCode {
  // Commander has said it already; asking for help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof ConfigError) {
    for (const { where, what, mend } of error.problems)
      terminal.problem(inertLines(`${where}\n  ${what}\n  ${mend}`));
    if (error.problems.length > 1)
      terminal.problem(`${error.problems.length} problems; nothing was written.`);
    return 1;
  }
  if (error instanceof PermissionError) {
    terminal.problem(
      inertLines(
        `Refused: ${error.message}\n  Missing right: ${error.action}\n  Grant it to the credentials in use.`,
      ),
    );
    return 1;
  }
  const isKnown = error instanceof Error && 'source' in error && error.source !== 'service';
  terminal.problem(
    inertLines(
      isKnown || !(error instanceof Error) ? `Error: ${messageOf(error)}` : (error.stack ?? error.message),
    ),
  );
  return 1;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const inertLines = (text: string) => text.split('\n').map(inert).join('\n');
