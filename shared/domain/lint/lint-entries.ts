import type { AzureIssuer, IssuerClassifier } from '../issuers/azure-issuer.ts';
import type { ProviderArn, AccountId, RoleArn } from '../kernel/ids.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import type { Json, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, listOf } from '../policy/policy-document.ts';
import { hasVariable } from '../policy/policy-variable.ts';
import type { ConditionEntry } from '../policy/statement-condition.ts';
import { conditionEntries } from '../policy/statement-condition.ts';
import { issuerOf } from '../policy/trust-document.ts';
import type { WebIdentityRequest } from '../policy/trust-evaluator.ts';
import { evaluateTrust, expandsVariables } from '../policy/trust-evaluator.ts';
import type { Severity } from '../kernel/severity.ts';
import { severities } from '../findings/finding.ts';
import type { LintCode } from './lint-catalogue.ts';
import { lintCatalogue } from './lint-catalogue.ts';
import { TOKEN_EXCHANGE_AUDIENCE } from '../issuers/issuer.ts';

/** A provider of Azure DevOps or Entra, as a trust names it. */
export interface NamedProvider {
  readonly arn: ProviderArn;
  readonly issuer: AzureIssuer;
}

/** The providers of Azure DevOps and Entra that a statement lets in. */
export function azureProviders(
  { Principal: principal }: Statement,
  classify: IssuerClassifier,
): readonly NamedProvider[] {
  if (!isObject(principal)) return [];
  return listOf(principal['Federated']).flatMap((member) => {
    const issuer = typeof member === 'string' ? classify(issuerOf(member) ?? member) : undefined;
    return issuer ? [{ arn: member as ProviderArn, issuer }] : [];
  });
}

/**
 * Whether a statement is a door for tokens of Azure DevOps or Entra, be it a tight one:
 *
 * | its principals                          | it is one if, its conditions left aside, it lets such a token in, and   |
 * |-----------------------------------------|-------------------------------------------------------------------------|
 * | name a provider of Azure DevOps, Entra  | in any case                                                             |
 * | are everybody, or not understood        | a condition speaks of such an issuer, or none keeps an impostor's token out |
 */
export function isAzureEntry(
  { Version: version }: PolicyDocument,
  statement: Statement,
  classify: IssuerClassifier,
): boolean {
  if (statement.Effect === 'Deny') return false;
  const { Condition: _, ...unconditional } = statement;
  const lets = (one: Statement, token: WebIdentityRequest) =>
    evaluateTrust({ ...(version === undefined ? {} : { Version: version }), Statement: one }, token)
      .decision === 'allowed';
  const named = azureProviders(statement, classify);
  if (named.length > 0) return named.some(({ arn }) => lets(unconditional, tokenOf(arn)));
  const speaksOfAzure = conditionEntries(statement).some(({ key }) => claimOf(key, classify) !== undefined);
  return lets(speaksOfAzure ? unconditional : statement, tokenOf(SOME_PROVIDER));
}

/** A line of a Condition that asks for a claim of Azure DevOps or Entra. */
export interface ClaimLine extends ConditionEntry {
  readonly claim: 'sub' | 'aud';
  readonly issuer: AzureIssuer;
}

export function claimLines(statement: Statement, classify: IssuerClassifier): readonly ClaimLine[] {
  return conditionEntries(statement).flatMap((entry) => {
    const asked = claimOf(entry.key, classify);
    return asked ? [{ ...entry, ...asked }] : [];
  });
}

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
    const claim = claimOf(entry.key, classify)?.claim;
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

function claimOf(key: string, classify: IssuerClassifier): Pick<ClaimLine, 'claim' | 'issuer'> | undefined {
  const [, host = '', claim] = /^(.*):(sub|aud)$/.exec(key) ?? [];
  const issuer = classify(host);
  return issuer && (claim === 'sub' || claim === 'aud') ? { claim, issuer } : undefined;
}

const SOME_PROVIDER =
  'arn:aws:iam::000000000000:oidc-provider/vstoken.dev.azure.com/00000000-0000-0000-0000-000000000000' as ProviderArn;

/** Of a pipeline that nobody has named in a trust. */
function tokenOf(arn: ProviderArn): WebIdentityRequest {
  return {
    providerArn: arn,
    issuer: issuerOf(arn) ?? arn,
    audience: TOKEN_EXCHANGE_AUDIENCE,
    subject: 'p://nobody/nothing/none',
  };
}

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
