import type { AzureIssuer, IssuerClassifier } from '../issuers/azure-issuer.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import type { Json, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, listOf } from '../policy/policy-document.ts';
import { hasVariable } from '../policy/policy-variable.ts';
import type { ConditionEntry } from '../policy/statement-condition.ts';
import { conditionEntries } from '../policy/statement-condition.ts';
import { issuerOf } from '../policy/trust-document.ts';
import type { WebIdentityRequest } from '../policy/trust-evaluator.ts';
import { evaluateTrust, expandsVariables } from '../policy/trust-evaluator.ts';

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
    audience: 'api://AzureADTokenExchange',
    subject: 'p://nobody/nothing/none',
  };
}
