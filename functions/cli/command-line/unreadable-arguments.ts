import type { Finding } from '../../../shared/domain/findings/finding.ts';
import { unreadIn } from '../../../shared/domain/findings/finding.ts';
import { inert } from '../output/sanitize.ts';
import type { ExitCode, Invocation } from './command.ts';

/**
 * Where nothing is said or done because not everything could be read: prints what that is, then `outcome`, and gives the
 * exit code for it.
 */
export function endUnread(
  { terminal }: Pick<Invocation, 'terminal'>,
  findings: readonly Finding[],
  outcome?: string,
): ExitCode {
  for (const message of unreadIn(findings)) terminal.problem(`Could not be read: ${inert(message)}`);
  if (outcome !== undefined) terminal.problem(outcome);
  return 3;
}
