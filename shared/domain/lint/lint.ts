import { listSeenRoles, type AccountObservation } from '../iam/role.ts';
import { readIssuer } from '../kernel/arn.ts';
import { makeClassifier, type AzureIssuer, type IssuerClassifier } from '../issuers/azure-issuer.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { indexHolders, type HoldingConnection } from '../entries/holders.ts';
import { describeProviders } from '../entries/trust-entries.ts';
import { lintEntries } from './lint-subjects.ts';
import type { AccountId, OrganizationId, ProviderArn, RoleArn } from '../kernel/ids.ts';
import type { IssuerProfile } from '../issuers/issuer.ts';
import { lintResult, sortResults, type LintResult } from './lint-entries.ts';
import { lintTrust } from './lint-trust.ts';
import type { Reading } from '../kernel/result.ts';

/** What is rightly there. */
export interface KnownOrganizations {
  readonly organizations: readonly OrganizationId[];
  /** Whose tokens the configuration speaks of. */
  readonly issuers?: readonly IssuerProfile[];
  /** What was read of the organizations. Left out: nothing was, and nothing is said about who holds a subject. */
  readonly inventories?: readonly OrganizationInventory[];
  /** A grant binds the connection, of whatever type, to the role. */
  readonly bindsAnyType?: (roleArn: RoleArn, connection: HoldingConnection) => boolean;
}

/**
 * Everything that trusts Azure DevOps or Entra loosely in one account, whoever made it; worst first. The observation is
 * of all roles (`paths: ['/']`) and of the providers in `azureProviderArns`. What it lacks is told as `read.incomplete`.
 */
export function lintAccount(
  { account, roles, providers }: AccountObservation,
  { organizations, issuers = [], inventories, bindsAnyType }: KnownOrganizations,
): readonly LintResult[] {
  const facts = describeProviders({ providers }, issuers);
  const holders = inventories && indexHolders(inventories);
  const inScope = listSeenRoles({ roles });
  return sortResults([
    ...inScope.flatMap((role) => lintTrust(role, { ...facts, organizations })),
    ...(holders ? lintEntries(account, inScope, facts, holders, bindsAnyType) : []),
    ...(providers.state === 'complete'
      ? lintProviders(account, providers.value, organizations, facts.classify)
      : []),
    ...unread(account, 'roles', roles, ({ elsewhere }) => elsewhere.map(({ arn }) => arn)),
    ...unread(account, 'OIDC providers', providers, ({ arns: all, ours }) =>
      azureProviderArns(all, issuers).filter((arn) => !ours.some((provider) => provider.arn === arn)),
    ),
  ]);
}

/** The providers whose audiences matter here. */
export function azureProviderArns(
  arns: readonly ProviderArn[],
  issuers: readonly IssuerProfile[] = [],
): readonly ProviderArn[] {
  const classify = makeClassifier(issuers);
  return arns.filter((arn) => classify(readIssuer(arn)) !== undefined);
}

/** Whether something was not seen, so that what is not reported may be there all the same. */
export function isPartial(results: readonly LintResult[]): boolean {
  return results.some(({ code }) => code === 'read.incomplete');
}

type Providers = Extract<AccountObservation['providers'], { readonly state: 'complete' }>['value'];

function lintProviders(
  account: AccountId,
  { arns, ours }: Providers,
  organizations: readonly OrganizationId[],
  classify: IssuerClassifier,
): readonly LintResult[] {
  return arns.flatMap((arn) => {
    const issuer = classify(readIssuer(arn));
    if (!issuer) return [];
    const audiences = ours.find((provider) => provider.arn === arn)?.audiences ?? [];
    const about = { account, providerArn: arn };
    return [
      ...organizationResults(about, issuer, organizations),
      ...spellingResults(about, issuer, arns),
      ...audienceResults(about, issuer, audiences),
    ];
  });
}

interface About {
  readonly account: AccountId;
  readonly providerArn: ProviderArn;
}

function organizationResults(
  about: About,
  issuer: AzureIssuer,
  organizations: readonly OrganizationId[],
): readonly LintResult[] {
  const { kind, organization, isFormer } = issuer;
  if (kind === 'vstoken' && isFormer)
    return [lintResult('provider.issuer-former', { ...about, detail: about.providerArn, evidence: {} })];
  if (kind !== 'vstoken' || (organization !== undefined && organizations.includes(organization))) return [];
  const evidence = { organization: organization ?? null };
  return [lintResult('provider.organization-unknown', { ...about, detail: about.providerArn, evidence })];
}

function spellingResults(
  about: About,
  { canonical }: AzureIssuer,
  arns: readonly ProviderArn[],
): readonly LintResult[] {
  const issuer = readIssuer(about.providerArn);
  if (issuer === canonical) return [];
  const right = about.providerArn.slice(0, -issuer.length) + canonical;
  const twin = arns.find((arn) => arn === right) ?? null;
  const detail = `${about.providerArn} is not ${right}`;
  return [lintResult('provider.near-duplicate', { ...about, detail, evidence: { right, twin } })];
}

function audienceResults(
  about: About,
  { kind, audience }: AzureIssuer,
  audiences: readonly string[],
): readonly LintResult[] {
  // The issuer of a tenant signs for many applications, whose audiences are other people's business.
  const foreign = kind === 'vstoken' ? audiences.filter((other) => other !== audience) : [];
  if (foreign.length === 0) return [];
  const detail = `${about.providerArn} also accepts ${foreign.join(', ')}`;
  return [lintResult('provider.foreign-audience', { ...about, detail, evidence: { audiences: foreign } })];
}

/** `missed`: what a complete answer leaves out. */
function unread<T>(
  account: AccountId,
  what: string,
  reading: Reading<T>,
  missed: (value: T) => readonly string[],
): readonly LintResult[] {
  if (reading.state === 'unknown') {
    const detail = `the ${what} of ${account}: ${reading.message}`;
    return [lintResult('read.incomplete', { account, detail, evidence: { what, code: reading.code } })];
  }
  const left = missed(reading.value);
  if (left.length === 0) return [];
  const detail = `${left.length} ${what} of ${account}`;
  return [lintResult('read.incomplete', { account, detail, evidence: { what, left } })];
}
