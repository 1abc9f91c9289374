import { providerArn, type ParsedRoleArn } from '../kernel/arn.ts';
import { because, type ProviderChange, type ProviderSync } from './change.ts';
import type { Mode, Organization } from '../configuration/configuration.ts';
import { canonicalJson, digest } from '../kernel/digest.ts';
import { finding, type Finding } from '../findings/finding.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import type { IssuerProfile } from '../issuers/issuer.ts';
import type { RecordedProvider } from '../records/connection-record.ts';
import type { ObservedProvider } from '../iam/role.ts';
import { listIf } from '../kernel/group-by.ts';

/** Everything that is known of the provider of one issuer in one account. */
export interface ProviderFacts {
  readonly profile: IssuerProfile;
  /** Whose connections need it: several, where a tenant's issuer serves them all. */
  readonly organizations: readonly [Organization, ...Organization[]];
  readonly account: Pick<ParsedRoleArn, 'account' | 'partition'>;
  /** The strongest mode of the grants of an organization that need it. */
  readonly selectMode: (organization: Organization) => Mode;
  readonly recorded: RecordedProvider | undefined;
  /** ARNs of all providers of the account. */
  readonly arns: readonly ProviderArn[];
  readonly observed: ObservedProvider | undefined;
}

/**
 * The provider is made when it is not there and gets our audience when it lacks it. It serves every role of the
 * account, so that impostors' audiences are told and left, and it is never deleted.
 */
export function planProvider(facts: ProviderFacts): {
  readonly change?: ProviderChange;
  readonly recordSync?: ProviderSync;
  readonly findings: readonly Finding[];
} {
  const { organizations, account, recorded, observed } = facts;
  const { issuer, audience } = facts.profile;
  const arn = providerArn(account.partition, account.account, issuer);
  const findings = providerFindings(facts, arn, audience);
  const what = `the OIDC provider of ${organizations.map(({ name }) => name).join(', ')} in ${account.account}`;
  if (!facts.arns.includes(arn)) {
    // A record without audiences is of a creation that never succeeded.
    const isGone = recorded !== undefined && recorded.audiences.length > 0;
    const change = providerChange(facts, arn, {
      kind: 'create',
      cause: isGone ? 'gone' : 'new',
      ...(isGone
        ? because(`Somebody deleted ${what}`, 'it is made again')
        : because(`Tokens need ${what}`, 'it is made')),
      differences: [{ path: 'provider', expected: { arn, audiences: [audience] } }],
      widening: [{ action: 'createProvider', provider: arn, audiences: [audience] }],
      audiences: [audience],
    });
    return { change, findings };
  }
  if (!observed) return { findings };
  if (observed.audiences.includes(audience)) {
    return recorded?.intent
      ? { recordSync: { target: 'provider', recorded, audiences: [audience] }, findings }
      : { findings };
  }
  // Audiences of others stay where they are.
  const kept = [...observed.audiences, audience];
  const change = providerChange(facts, arn, {
    kind: 'repair',
    cause: recorded ? 'drift' : 'new',
    ...because(`Our audience is missing on ${what}`, 'it is added'),
    differences: [{ path: 'provider.audiences', expected: kept, actual: observed.audiences }],
    widening: [{ action: 'addAudience', provider: arn, audience }],
    audiences: [audience],
  });
  return { change, findings };
}

type Decision = Pick<
  ProviderChange,
  'kind' | 'cause' | 'reason' | 'differences' | 'widening' | 'audiences' | 'occasion'
>;

function providerChange(
  { organizations, account, selectMode: modeOf, observed }: ProviderFacts,
  arn: ProviderArn,
  decision: Decision,
): ProviderChange {
  const neededBy = organizations.map((each) => ({ organizationId: each.id, mode: modeOf(each) }));
  const seen = observed && { audiences: [...observed.audiences].sort() };
  return {
    target: 'provider',
    id: `${decision.kind}-${digest(canonicalJson([arn, decision.audiences, seen ?? null])).slice(0, 10)}`,
    account: account.account,
    providerArn: arn,
    organizationId: organizations[0].id,
    neededBy,
    mode: selectStrongestMode(neededBy.map(({ mode }) => mode)),
    seen,
    severity: decision.cause === 'new' ? 'info' : 'medium',
    narrowing: [],
    ...decision,
  };
}

const modes: readonly Mode[] = ['observe', 'repair', 'enforce'];

export function selectStrongestMode(all: readonly Mode[]): Mode {
  return modes[Math.max(0, ...all.map((mode) => modes.indexOf(mode)))] ?? 'observe';
}

function providerFindings(
  { arns, observed, profile }: ProviderFacts,
  arn: ProviderArn,
  audience: string,
): readonly Finding[] {
  const plain = (text: string) => text.toLowerCase().replace(/\/+$/, '');
  const twins = arns.filter((other) => other !== arn && plain(other) === plain(arn));
  // A tenant's issuer signs for everything in the tenant: there other audiences are other people's business.
  const isOurs = profile.name === 'vstoken';
  const impostors = (observed?.audiences ?? []).filter((other) => isOurs && other !== audience);
  return [
    ...twins.map((twin) =>
      finding('provider.near-duplicate', `${twin} is nearly ${arn}.`, { evidence: { provider: twin } }),
    ),
    ...listIf(
      impostors.length > 0,
      finding('provider.foreign-audience', `${arn} also accepts ${impostors.join(', ')}.`, {
        evidence: { provider: arn, audiences: impostors },
      }),
    ),
  ];
}
