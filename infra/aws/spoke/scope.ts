import { listIssuers } from '../../../shared/config/outline.ts';
import { NO_BOUNDARY } from '../../../shared/domain/configuration/configuration.ts';
import type { Configuration } from '../configuration-text.ts';
import type { SpokeScope } from './spoke-grants.ts';
import type { Service } from '../service/service.ts';
import { spokeRoleNames } from '../spoke-roles.ts';
import type { SpokeDefaults } from './template-stack.ts';

/** Nothing is called so: an empty list is no policy. */
const NONE = 'azfed-none';

/** What the grants allow, for all accounts at once: `account` is an id, or `*` where the account is not known. */
export function grantedScope(
  { organizations, grants }: Configuration,
  partition: string,
  account: string,
): Omit<SpokeScope, 'ownRoles'> {
  const arn = `arn:${partition}:iam::${account}`;
  const inPlace = (pattern: string) =>
    pattern.replace('{partition}', partition).replace('{account}', account);
  return {
    roles: listDistinctValues(
      grants.flatMap((grant) => listResources(grant).map((resource) => `${arn}:role${literal(resource)}`)),
      `${arn}:role/${NONE}/*`,
    ),
    providers: listIssuers({ organizations }).map((issuer) => `${arn}:oidc-provider/${issuer}`),
    boundaries: listDistinctValues(
      grants.flatMap(({ boundary }) => (boundary === NO_BOUNDARY ? [] : inPlace(boundary))),
      `${arn}:policy/${NONE}`,
    ),
    managedPolicies: listDistinctValues(
      grants.flatMap(({ managedPolicies }) => managedPolicies.map(inPlace)),
      `${arn}:policy/${NONE}`,
    ),
  };
}

/**
 * Paths and names of the roles that a grant is about, as patterns of IAM. Never all of the root path: what lies there is named
 * one by one, or by what its name begins with.
 */
function listResources({ role, roles = [] }: Configuration['grants'][number]): readonly string[] {
  if (!role) return roles.map(({ path, name }) => `${path}${name}`);
  return role.path === '/' ? role.name.map((name) => `/${name}`) : [`${role.path}*`];
}

/** `${` would begin a policy variable (IAM User Guide, policy variables). */
function literal(path: string): string {
  return path.split('$').join('${$}');
}

function listDistinctValues(values: readonly string[], none: string): readonly string[] {
  return values.length > 0 ? [...new Set(values)] : [none];
}

/** Parameters as context and configuration have them, for every account alike. */
export function spokeDefaults({ settings, source }: Service): SpokeDefaults {
  const { partition, rolePath, reconcileRoleName, region, name, organizationId } = settings;
  const { accounts } = source.configuration;
  const externalIds = new Set(accounts.map(({ externalId }) => externalId));
  const [externalId] = externalIds.size === 1 ? externalIds : [];
  return {
    names: spokeRoleNames(accounts[0] ?? {}),
    scope: grantedScope(source.configuration, partition, '*'),
    organizationId,
    externalId,
    hubRole: `${rolePath}${reconcileRoleName}`,
    hubReportRole: `${rolePath}${name}-report`,
    hubRegion: region,
    busName: name,
  };
}
