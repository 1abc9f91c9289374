import type { Severity } from '../kernel/severity.ts';

/** What stands in the catalogue under a code. */
export interface FindingKind {
  readonly severity: Severity;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
}
