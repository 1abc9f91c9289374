import { readIssuer } from '../kernel/arn.ts';
import type { AzureIssuer, IssuerClassifier } from '../issuers/azure-issuer.ts';
import { TOKEN_EXCHANGE_AUDIENCE } from '../issuers/issuer.ts';
import { listFederated, type PolicyDocument, type Statement } from './policy-document.ts';
import { conditionEntries, type ConditionEntry } from './statement-condition.ts';
import { evaluateTrust, type WebIdentityRequest } from './trust-evaluator.ts';

/** A provider of Azure DevOps or Entra, as a trust names it. */
export interface NamedProvider {
  readonly arn: string;
  readonly issuer: AzureIssuer;
}

/** The providers of Azure DevOps and Entra that a statement lets in. */
export function azureProviders(
  { Principal: principal }: Statement,
  classify: IssuerClassifier,
): readonly NamedProvider[] {
  return listFederated(principal).flatMap((member) => {
    const issuer = classify(readIssuer(member));
    return issuer ? [{ arn: member, issuer }] : [];
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
  if (named.length > 0) return named.some(({ arn }) => lets(unconditional, buildToken(arn)));
  const speaksOfAzure = conditionEntries(statement).some(
    ({ key }) => parseClaimKey(key, classify) !== undefined,
  );
  return lets(speaksOfAzure ? unconditional : statement, buildToken(SOME_PROVIDER));
}

/** A line of a Condition that asks for a claim of Azure DevOps or Entra. */
export interface ClaimLine extends ConditionEntry {
  readonly claim: 'sub' | 'aud';
  readonly issuer: AzureIssuer;
}

export function claimLines(statement: Statement, classify: IssuerClassifier): readonly ClaimLine[] {
  return conditionEntries(statement).flatMap((entry) => {
    const asked = parseClaimKey(entry.key, classify);
    return asked ? [{ ...entry, ...asked }] : [];
  });
}

/** The claim of Azure DevOps or Entra that a condition key asks for. */
export function parseClaimKey(
  key: string,
  classify: IssuerClassifier,
): Pick<ClaimLine, 'claim' | 'issuer'> | undefined {
  const [, host = '', claim] = /^(.*):(sub|aud)$/.exec(key) ?? [];
  const issuer = classify(host);
  return issuer && (claim === 'sub' || claim === 'aud') ? { claim, issuer } : undefined;
}

const SOME_PROVIDER =
  'arn:aws:iam::000000000000:oidc-provider/vstoken.dev.azure.com/00000000-0000-0000-0000-000000000000';

/** Of a pipeline that nobody has named in a trust. */
const buildToken = (arn: string): WebIdentityRequest => ({
  providerArn: arn,
  issuer: readIssuer(arn),
  audience: TOKEN_EXCHANGE_AUDIENCE,
  subject: 'p://nobody/nothing/none',
});
