import type { ParsedRoleArn } from '../kernel/arn.ts';
import { providerArn, fillPlaceholders } from '../kernel/arn.ts';
import type { Binding } from './bindings.ts';
import { listBindingIssuers, listTokenSubjects } from './bindings.ts';
import type { Target } from './claims.ts';
import type { Grant } from '../configuration/configuration.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import type { IssuerName } from '../issuers/issuer.ts';
import { issuerNames } from '../issuers/issuer.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import { buildTrust } from '../policy/trust-document.ts';
import type { RoleState } from '../iam/role.ts';
import type { FormerNames } from '../policy/trust-narrowing.ts';

/** No role of ours is without a boundary. */
export type DesiredState = RoleState & { readonly boundary: string };

/** What a role is to be. */
export interface RoleDesign {
  readonly state: DesiredState;
  readonly trust: readonly TrustBinding[];
  readonly former: FormerNames;
}

/** One binding of the trust per issuer, with the subjects of everybody who is let in; closed when that is nobody. */
export function designTrust(role: ParsedRoleArn, bindings: readonly Binding[]): readonly TrustBinding[] {
  const visitors = bindings.flatMap((member) =>
    listBindingIssuers(member).map((profile) => ({ profile, member })),
  );
  const byIssuer = [...groupItems(visitors, ({ profile }) => profile.issuer).values()];
  const trust = byIssuer
    .flatMap((together) => {
      const [first] = together;
      if (!first) return [];
      const { issuer, audience, name } = first.profile;
      const subjects = together.flatMap(({ profile, member }) => listTokenSubjects(profile, member));
      const arn = providerArn(role.partition, role.account, issuer);
      return [
        { name, binding: { providerArn: arn, issuer, audience, subjects: [...new Set(subjects)].sort() } },
      ];
    })
    .sort((a, b) => inOrder(a.name, b.name) || (a.binding.issuer < b.binding.issuer ? -1 : 1))
    .map(({ binding }) => binding);
  const open = trust.filter(({ subjects }) => subjects.length > 0);
  return open.length > 0 ? open : trust.slice(0, 1);
}

/** The OIDC providers that the role needs for those who are let in; none when it is closed. */
export function neededProviders(role: ParsedRoleArn, bindings: readonly Binding[]): readonly ProviderArn[] {
  return designTrust(role, bindings).flatMap(({ providerArn: arn, subjects }) =>
    subjects.length > 0 ? [arn] : [],
  );
}

/** The issuer that a role began with stays the one that it is closed by. */
const inOrder = (a: IssuerName, b: IssuerName) => issuerNames.indexOf(a) - issuerNames.indexOf(b);

/** The whole role as its grant and its bindings say. */
export function designRole({ role, bindings }: Target, grant: Grant): RoleDesign {
  const trust = designTrust(role, bindings);
  const inPlace = (arn: string) => fillPlaceholders(arn, role.partition, role.account);
  return {
    trust,
    former: new Map(
      bindings.flatMap(({ subjects, formerSubjects }) =>
        subjects.map((bound) => [bound.subject, formerSubjects.map(({ subject }) => subject)] as const),
      ),
    ),
    state: {
      trust: buildTrust(trust),
      boundary: inPlace(grant.boundary),
      managedPolicies: [...new Set(grant.managedPolicies.map(inPlace))].sort(),
      inlinePolicies: grant.inlinePolicies,
      maxSessionDuration: grant.maxSessionDuration,
      ...ownership(bindings, grant),
    },
  };
}

/** Ids only: names change, and many do not fit the characters that tags may hold. */
function ownership(bindings: readonly Binding[], grant: Grant): Pick<RoleState, 'description' | 'tags'> {
  const [only, another] = bindings;
  const connection = only && !another ? only.connectionId : 'shared';
  const organizations = [...new Set(bindings.map(({ organization }) => organization.id))].sort();
  return {
    description: `Azure DevOps service connection ${connection}, kept by azfed`,
    tags: {
      ...grant.tags,
      'azfed:connection': connection,
      'azfed:grant': grant.name,
      'azfed:organization': organizations.length === 1 ? (organizations[0] ?? '') : 'several',
    },
  };
}
