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
  if (isWithoutCredentials(error)) {
    return [
      'AWS credentials\n  None are found.\n  Set AWS_PROFILE, or whatever else the AWS SDK takes them from.',
    ];
  }
  if (error instanceof PermissionError) {
    return [
      `Refused: ${error.message}\n  Missing right: ${error.action}\n  Grant it to the credentials in use.`,
    ];
  }
  if ('source' in error && error.source !== 'service') return [`Error: ${error.message}`];
  return [setUpText(error) ?? error.stack ?? error.message];
}

/** What the AWS SDK throws before there is an answer to speak of; it has no classes for it, only names and words. */
function setUpText(error: Error): string | undefined {
  if (error.message === 'Region is missing')
    return 'AWS region\n  It is not set.\n  Set AWS_REGION, or a region in the profile that AWS_PROFILE names.';
  if ('$metadata' in error || '$response' in error)
    return `AWS endpoint\n  What answers there does not answer as AWS does.\n  Look at AWS_ENDPOINT_URL and its kin, and at the proxy. ${error.message}`;
  return undefined;
}

const isWithoutCredentials = (error: Error) =>
  error.cause instanceof Error && error.cause.name === 'CredentialsProviderError';

function problemsOf({ problems }: ConfigError): readonly string[] {
  const paragraphs = problems.map(({ where, what, mend }) => `${where}\n  ${what}\n  ${mend}`);
  return problems.length > 1
    ? [...paragraphs, `${problems.length} problems; nothing was written.`]
    : paragraphs;
}
