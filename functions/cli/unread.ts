import type { Finding } from '../../shared/domain/finding.ts';
import { unreadIn } from '../../shared/domain/finding.ts';
import { inert } from './render/inert.ts';
import type { ExitCode, Invocation } from './verb.ts';

/** Where nothing is to be said or done since not everything was read: what that is, and the exit code for it. */
export function endUnread(
  { terminal }: Pick<Invocation, 'terminal'>,
  findings: readonly Finding[],
): ExitCode {
  for (const message of unreadIn(findings)) terminal.problem(`Could not be read: ${inert(message)}`);
  return 3;
}
