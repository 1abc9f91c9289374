import type { Severity } from '../kernel/severity.ts';
import { severities } from '../findings/finding.ts';
import type { AccountId, ProviderArn, RoleArn } from '../kernel/ids.ts';
import type { LintCode } from './lint-catalogue.ts';
import { lintCatalogue } from './lint-catalogue.ts';

/** One case, on one role or one provider; on neither when it is about the account. */
export interface LintResult {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly account: AccountId;
  readonly roleArn?: RoleArn;
  readonly providerArn?: ProviderArn;
  /** Place in the trust, from 0; left out when it is not about one statement. */
  readonly statement?: number;
  /** A sentence about this very case. */
  readonly message: string;
  readonly fix: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** How a case compares with its kind. */
export type LintGrade = 'worse' | 'usual' | 'milder';

interface Case extends Pick<LintResult, 'account' | 'roleArn' | 'providerArn' | 'statement'> {
  /** Ends the message. */
  readonly detail: string;
  /** What `worse`, or `milder`, of the rule speaks of is so here. */
  readonly grade?: LintGrade;
  readonly evidence: Readonly<Record<string, unknown>>;
}

export function lintResult(
  code: LintCode,
  { detail, grade = 'usual', evidence, ...place }: Case,
): LintResult {
  const { severity, title, fix, ...other } = lintCatalogue[code];
  const graded = grade === 'usual' ? undefined : other[grade];
  return {
    code,
    severity: graded?.severity ?? severity,
    ...place,
    message: `${title}: ${detail}`,
    fix,
    evidence,
  };
}

/** Whether the severity is that bad, or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** Worst first, then by place and code, so that the order of input does not show. */
export function sortResults(results: readonly LintResult[]): readonly LintResult[] {
  const key = ({ severity, account, roleArn, providerArn, statement, code, message }: LintResult) =>
    [
      severities.indexOf(severity),
      account,
      roleArn ?? providerArn ?? '',
      statement ?? '',
      code,
      message,
    ].join(' ');
  return results
    .map((result) => [key(result), result] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, result]) => result);
}
