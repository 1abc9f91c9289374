import { canonicalJson, digest } from '../kernel/digest.ts';
import type { Severity } from '../kernel/severity.ts';
import { lintCatalogue } from './lint-catalogue.ts';
import { isAtLeast, type LintResult } from './lint-entries.ts';
import { canonicalPolicy } from '../policy/canonical-policy.ts';
import { isObject, type Json } from '../policy/policy-document.ts';
import type { AcceptedFinding } from '../configuration/configuration.ts';
import { formatDate } from '../kernel/durations.ts';

/** A finding that was there before, as `azfed lint --json` wrote it. */
export interface BaselineFinding {
  readonly fingerprint: string;
  readonly severity: Severity;
}

export type ResultAcceptance =
  | { readonly by: 'configuration'; readonly reason: string; readonly until: string }
  | { readonly by: 'baseline' };

/** A result that may be accepted: it then counts for nothing. */
export interface JudgedResult extends LintResult {
  /** The same for the same finding on the same statement, wherever that stands in the trust. */
  readonly fingerprint: string;
  readonly accepted?: ResultAcceptance;
}

export interface JudgedResults {
  readonly results: readonly JudgedResult[];
  /** Acceptances that have ended although what they accept is still there. */
  readonly ended: readonly AcceptedFinding[];
  /** How many findings of the baseline are no more. */
  readonly gone: number;
}

/** What results are held against. */
export interface LintStandard {
  readonly accepted: readonly AcceptedFinding[];
  readonly baseline: readonly BaselineFinding[];
  readonly now: number;
}

/**
 * Marks what is accepted. A finding that has got worse is not, nor is a second one beside one that is in the baseline;
 * what could not be read never is.
 */
export function acceptResults(results: readonly LintResult[], standard: LintStandard): JudgedResults {
  const { accepted, baseline, now } = standard;
  const left = [...baseline];
  const ended = new Set<AcceptedFinding>();
  const judged = results.map((result): JudgedResult => {
    const fingerprint = makeFingerprint(result);
    if (result.code === 'read.incomplete') return { ...result, fingerprint };
    const known = left.findIndex((entry) => entry.fingerprint === fingerprint && isNoWorse(result, entry));
    if (known >= 0) left.splice(known, 1);
    const entries = accepted.filter((entry) => isMeant(result, entry));
    const running = entries.find((entry) => !hasEnded(entry, now));
    if (running) {
      const { reason, until } = running;
      return { ...result, fingerprint, accepted: { by: 'configuration', reason, until } };
    }
    for (const entry of entries) ended.add(entry);
    return known >= 0 ? { ...result, fingerprint, accepted: { by: 'baseline' } } : { ...result, fingerprint };
  });
  return { results: judged, ended: [...ended], gone: left.length };
}

const isNoWorse = (result: LintResult, { severity }: BaselineFinding): boolean =>
  isAtLeast(severity, result.severity);

function isMeant(result: LintResult, { code, arn, severity }: AcceptedFinding): boolean {
  const worst = severity ?? lintCatalogue[result.code].severity;
  return (
    result.code === code &&
    (result.roleArn ?? result.providerArn) === arn &&
    isAtLeast(worst, result.severity)
  );
}

function hasEnded({ until }: AcceptedFinding, now: number): boolean {
  return formatDate(now) > until;
}

/** The statement belongs to it: one that was rewritten since is to be looked at again. IAM's own respelling is not that. */
function makeFingerprint({ code, account, roleArn, providerArn, message, evidence }: LintResult): string {
  const statement = evidence['statement'] as Json | undefined;
  const text = isObject(statement) ? canonicalPolicy({ Statement: statement }).statements : [];
  return digest(canonicalJson([code, roleArn ?? providerArn ?? account, message, text]));
}
