import type { Finding } from '../../shared/domain/finding.ts';
import { leavesUnknown } from '../../shared/domain/finding.ts';
import { inert } from './render/inert.ts';
import type { ExitCode, Invocation } from './verb.ts';

/** What could not be read, in sentences. */
export function unreadIn(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ code }) => leavesUnknown.includes(code)).map(({ message }) => message);
}

/** Where nothing is to be said or done since not everything was read: what that is, and the exit code for it. */
export function endUnread(
  { terminal }: Pick<Invocation, 'terminal'>,
  findings: readonly Finding[],
): ExitCode {
  for (const message of unreadIn(findings)) terminal.problem(`Could not be read: ${inert(message)}`);
  return 3;
}
