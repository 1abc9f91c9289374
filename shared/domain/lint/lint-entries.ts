import type { IssuerClassifier } from '../issuers/azure-issuer.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import { claimLines, parseClaimKey } from '../policy/azure-entries.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import { isObject, type Json, type PolicyDocument, type Statement } from '../policy/policy-document.ts';
import { hasVariable } from '../policy/policy-variable.ts';
import { conditionEntries, type ConditionEntry } from '../policy/statement-condition.ts';
import { expandsVariables } from '../policy/trust-evaluator.ts';
import { severityRank, type Severity } from '../kernel/severity.ts';
import { lintCatalogue, type LintCode } from './lint-catalogue.ts';

/**
 * The statement without the conditions that make no difference to how loose it is. All lines of a Condition must hold
 * (IAM User Guide, conditions with multiple keys), so that beside an exact value of a claim another line on the same
 * claim, and anywhere a line on something else, can only keep more tokens out.
 */
export function withoutIdleConditions(
  document: PolicyDocument,
  statement: Statement,
  classify: IssuerClassifier,
): Statement {
  const { Condition: condition, Effect: effect } = statement;
  if (!isObject(condition) || effect === 'Deny') return statement;
  const isExact = exactLine(expandsVariables(document));
  const exact = new Set(
    claimLines(statement, classify)
      .filter(isExact)
      .map(({ claim }) => claim),
  );
  const isIdle = (entry: ConditionEntry) => {
    if (entry.values === undefined) return false;
    const claim = parseClaimKey(entry.key, classify)?.claim;
    return claim === undefined || (exact.has(claim) && !isExact(entry));
  };
  const idle = new Set(
    conditionEntries(statement)
      .filter(isIdle)
      .map(({ operator, key }) => `${operator} ${key}`),
  );
  const rest = (operator: string, block: Json | undefined) =>
    isObject(block)
      ? Object.fromEntries(
          Object.entries(block).filter(([key]) => !idle.has(`${operator} ${key.toLowerCase()}`)),
        )
      : block;
  return {
    ...statement,
    Condition: Object.fromEntries(
      Object.entries(condition).map(([operator, block]) => [operator, rest(operator, block)]),
    ),
  };
}

const exactLine =
  (expands: boolean) =>
  ({ operator, values }: ConditionEntry): boolean => {
    const { set, base, isIfExists } = readOperatorName(operator);
    const isPlain = base === 'StringEquals' && !isIfExists && set === undefined;
    return isPlain && values !== undefined && !(expands && values.some(hasVariable));
  };

/** One case, on one role or one provider; on neither when it is about the account. */
export interface LintResult {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly account: AccountId;
  readonly roleArn?: RoleArn;
  readonly providerArn?: string;
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
  return severityRank(severity) <= severityRank(threshold);
}

/** Worst first, then by place and code, so that the order of input does not show. */
export function sortResults(results: readonly LintResult[]): readonly LintResult[] {
  const key = ({ severity, account, roleArn, providerArn, statement, code, message }: LintResult) =>
    [severityRank(severity), account, roleArn ?? providerArn ?? '', statement ?? '', code, message].join(' ');
  return results
    .map((result) => [key(result), result] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, result]) => result);
}
