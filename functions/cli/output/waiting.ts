import type { Finding } from '../../../shared/domain/findings/finding.ts';
import { coverageOf } from '../../../shared/domain/findings/finding.ts';

/** What keeps a run from being converged although it has nothing to do, in numbers. */
export function waitingParts(findings: readonly Finding[]): readonly string[] {
  const { missing, unaccounted, settling } = coverageOf(findings);
  const parts = [
    [missing, 'missing'],
    [unaccounted, 'unaccounted for'],
    [settling, 'settling'],
  ] as const;
  return parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
}
