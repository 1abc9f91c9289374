import { providerArn, fillPlaceholders, type ParsedRoleArn } from '../kernel/arn.ts';
import { listBindingIssuers, listTokenSubjects, type Binding } from './bindings.ts';
import type { Target } from './claims.ts';
import { NO_BOUNDARY, type Grant } from '../configuration/configuration.ts';
import { placeTrust } from '../configuration/trust-terms.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import { issuerNames, type IssuerName } from '../issuers/issuer.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import type { RoleState } from '../iam/role.ts';
import { renderTrust, type FormerNames, type TrustDesign } from '../policy/trust-narrowing.ts';

/** What a role is to be. */
export interface RoleDesign {
  readonly state: RoleState;
  readonly trust: TrustDesign;
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
export const neededProviders = (role: ParsedRoleArn, bindings: readonly Binding[]): readonly ProviderArn[] =>
  designTrust(role, bindings).flatMap(({ providerArn: arn, subjects }) => (subjects.length > 0 ? [arn] : []));

/** The issuer that a role began with stays the one that it is closed by. */
const inOrder = (a: IssuerName, b: IssuerName) => issuerNames.indexOf(a) - issuerNames.indexOf(b);

/** The trust with the further statements and the conditions of the grant. No grant, or one that was taken back, asks for none. */
export function designWholeTrust(
  role: ParsedRoleArn,
  bindings: readonly Binding[],
  grant: Pick<Grant, 'trust'> | undefined,
): TrustDesign {
  const own = designTrust(role, bindings);
  if (!grant || isPlain(grant.trust)) return { bindings: own, statements: [] };
  const { statements, conditions } = placeTrust(grant.trust, role.partition, role.account);
  const hasConditions = Object.keys(conditions).length > 0;
  return {
    bindings: hasConditions ? own.map((binding) => ({ ...binding, conditions })) : own,
    statements,
  };
}

const isPlain = ({ statements, conditions }: Grant['trust']): boolean =>
  statements.length === 0 && Object.keys(conditions).length === 0;

/** The whole role as its grant and its bindings say; with `permissions: unmanaged`, as far as azfed keeps it. */
export function designRole({ role, bindings }: Target, grant: Grant): RoleDesign {
  const trust = designWholeTrust(role, bindings, grant);
  return {
    trust,
    former: new Map(
      bindings.flatMap(({ subjects, formerSubjects }) =>
        subjects.map((bound) => [bound.subject, formerSubjects.map(({ subject }) => subject)] as const),
      ),
    ),
    state: { trust: renderTrust(trust), ...designPermissions(role, bindings, grant) },
  };
}

type Permitted = Omit<RoleState, 'trust'>;

/**
 * Stands for what azfed does not keep of a role whose permissions it does not manage: in the desired role and in the observed
 * one alike, so that the two never differ in it.
 */
export const NOT_KEPT: Omit<Permitted, 'tags'> = {
  boundary: undefined,
  managedPolicies: [],
  inlinePolicies: {},
  maxSessionDuration: 3_600,
  description: '',
};

/** All of the role but its trust. */
function designPermissions(role: ParsedRoleArn, bindings: readonly Binding[], grant: Grant): Permitted {
  if (grant.permissions === 'unmanaged') return { ...NOT_KEPT, tags: markRole(bindings, grant) };
  return {
    ...placePolicies(role, grant),
    inlinePolicies: grant.inlinePolicies,
    maxSessionDuration: grant.maxSessionDuration,
    description: `Azure DevOps service connection ${markedConnection(bindings)}, kept by azfed`,
    tags: { ...grant.tags, ...markRole(bindings, grant) },
  };
}

/** The boundary and the managed policies of the grant, as they are called in the account of the role. */
export function placePolicies(
  { partition, account }: Pick<ParsedRoleArn, 'partition' | 'account'>,
  { permissions, boundary, managedPolicies }: Grant,
): Pick<RoleState, 'boundary' | 'managedPolicies'> {
  if (permissions === 'unmanaged') return NOT_KEPT;
  const placed = managedPolicies.map((arn) => fillPlaceholders(arn, partition, account));
  return {
    boundary: boundary === NO_BOUNDARY ? undefined : fillPlaceholders(boundary, partition, account),
    managedPolicies: [...new Set(placed)].sort(),
  };
}

/** The tag that says which connection a role is of, and its field among those that are compared. */
export const CONNECTION_MARK = 'azfed:connection';
export const CONNECTION_MARK_PATH = `tags.${CONNECTION_MARK}`;
/** The grant by which azfed last wrote to the role. Nothing is decided by it: grants are renamed and split. */
export const GRANT_MARK = 'azfed:grant';

/** Ids only: names change, and many do not fit the characters that tags may hold. */
function markRole(bindings: readonly Binding[], grant: Pick<Grant, 'name'>): RoleState['tags'] {
  const organizations = [...new Set(bindings.map(({ organization }) => organization.id))].sort();
  return {
    [CONNECTION_MARK]: markedConnection(bindings),
    [GRANT_MARK]: grant.name,
    'azfed:organization': organizations.length === 1 ? (organizations[0] ?? '') : 'several',
  };
}

/** Whether the tag is one that azfed alone writes, in whatever case, which IAM ignores: grants cannot name it. */
export const isMark = (key: string): boolean => key.toLowerCase().startsWith('azfed:');

function markedConnection([only, another]: readonly Binding[]): string {
  return only && !another ? only.connectionId : 'shared';
}
