import { CommanderError } from 'commander';
import { ConfigError, PermissionError } from '../../../shared/domain/errors.ts';
import type { Terminal } from '../terminal.ts';
import type { ExitCode } from '../verb.ts';
import { inert } from './inert.ts';

/** Says what is wrong, where, and what to do; returns the exit code. */
export function describeError(error: unknown, terminal: Terminal): ExitCode {
  // Commander has said it already; asking for help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  for (const paragraph of paragraphsOf(error)) {
    terminal.problem(paragraph.split('\n').map(inert).join('\n'));
  }
  return 1;
}

/** A bug of ours is the only thing that is shown with a stack. */
function paragraphsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [`Error: ${String(error)}`];
  if (error instanceof ConfigError) return problemsOf(error);
  if (error instanceof PermissionError) {
    return [
      `Refused: ${error.message}\n  Missing right: ${error.action}\n  Grant it to the credentials in use.`,
    ];
  }
  const isKnown = 'source' in error && error.source !== 'service';
  return [isKnown ? `Error: ${error.message}` : (error.stack ?? error.message)];
}

function problemsOf({ problems }: ConfigError): readonly string[] {
  const paragraphs = problems.map(({ where, what, mend }) => `${where}\n  ${what}\n  ${mend}`);
  return problems.length > 1
    ? [...paragraphs, `${problems.length} problems; nothing was written.`]
    : paragraphs;
}
