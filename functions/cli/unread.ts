import type { Finding } from '../../shared/domain/finding.ts';
import { leavesUnknown } from '../../shared/domain/finding.ts';

/** What could not be read, in sentences. */
export function unreadIn(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ code }) => leavesUnknown.includes(code)).map(({ message }) => message);
}
