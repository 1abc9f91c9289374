import type { Severity } from '../kernel/severity.ts';

/** What stands in the catalogue under a code. */
export interface FindingKind {
  readonly severity: Severity;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
  /**
   * Why a run with such a finding is not converged, although it has nothing to do:
   *
   *     unknown   something was not seen: what is not found may be there all the same, and the run is partial
   *     waiting   a connection that has a role is missing, or IAM does not show yet what was written: everything was read
   */
  readonly leaves?: 'unknown' | 'waiting';
}
