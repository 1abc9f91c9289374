import { splitArn } from '../../../shared/domain/kernel/arn.ts';
import { buildChangePattern, listIssuers } from '../../../shared/domain/configuration/change-pattern.ts';
import { listAccountPatterns } from '../../../shared/domain/configuration/account-list.ts';
import { NO_BOUNDARY } from '../../../shared/domain/configuration/configuration.ts';
import type { LoadedConfiguration } from '../../../shared/config/configuration-text.ts';
import { buildPolicy } from '../policy-statement.ts';
import { countCharacters, cutPortions, quotas } from '../quotas.ts';
import { collapsePatterns, dropCovered, isCovered } from './role-patterns.ts';
import { listChunkDeletions, listChunkWrites, type GrantedScope, type RoleKind } from './spoke-grants.ts';
import type { Service } from '../service/service.ts';
import { spokeRoleNames } from '../spoke-roles.ts';
import type { SpokeDefaults } from './template-stack.ts';

/** Nothing is called so: an empty list is no policy. */
const NONE = 'azfed-none';

/**
 * What the grants allow, for all accounts at once: `account` is an id, or `*` where the account is not known. `mostPolicies`:
 * managed policies of a role.
 */
export function grantedScope(
  configuration: LoadedConfiguration,
  partition: string,
  account: string,
  mostPolicies: number = quotas.managedPolicies,
): GrantedScope {
  const arn = `arn:${partition}:iam::${account}`;
  const lists = listPolicies(configuration, partition, arn);
  const cut = (kind: RoleKind, patterns: readonly string[]) =>
    cutPortions(
      patterns.map((pattern) => `${arn}:role${literal(pattern)}`),
      measureRoom(kind, lists),
    ).map((roles) => ({ kind, roles }));
  const others = (['unbounded', 'trustOnly'] as const).map((kind) => listPatterns(configuration, kind));
  const [unbounded = [], trustOnly = []] = others;
  const further = [...cut('unbounded', dropCovered(unbounded)), ...cut('trustOnly', dropCovered(trustOnly))];
  const cutBounded = (patterns: readonly string[]) => {
    const [first = { roles: [`${arn}:role/${NONE}/*`] }] = cutFirst(arn, patterns);
    return { first, chunks: cut('bounded', patterns.slice(first.roles.length)) };
  };
  const { patterns, widened } = collapsePatterns(
    listPatterns(configuration, 'bounded'),
    (ancestor) => others.flat().some((role) => isCovered(role, ancestor)),
    (list) => cutBounded(list).chunks.length + further.length <= mostPolicies,
  );
  const { first, chunks } = cutBounded(patterns);
  return { ...lists, roles: first.roles, chunks: [...chunks, ...further], widened };
}

/** What the first inline policy takes in; the rest of it are rights that do not grow. */
function cutFirst(arn: string, patterns: readonly string[]) {
  return cutPortions(
    patterns.map((pattern) => `${arn}:role${literal(pattern)}`),
    FIRST_ROOM,
  ).map((roles) => ({ roles }));
}

const FIRST_ROOM = 1_000;

type PolicyLists = Pick<GrantedScope, 'providers' | 'boundaries' | 'managedPolicies' | 'unboundedPolicies'>;

function listPolicies(
  { organizations, grants }: LoadedConfiguration,
  partition: string,
  arn: string,
): PolicyLists {
  const { account } = splitArn(arn);
  const inPlace = (pattern: string) =>
    pattern.replace('{partition}', partition).replace('{account}', account);
  const listManaged = (isBounded: boolean) =>
    grants.flatMap((grant) =>
      (classifyGrant(grant) === 'bounded') === isBounded ? grant.managedPolicies.map(inPlace) : [],
    );
  return {
    providers: listIssuers({ organizations }).map((issuer) => `${arn}:oidc-provider/${issuer}`),
    boundaries: listDistinctValues(
      grants.flatMap(({ boundary }) => (boundary === NO_BOUNDARY ? [] : inPlace(boundary))),
      `${arn}:policy/${NONE}`,
    ),
    managedPolicies: listDistinctValues(listManaged(true), `${arn}:policy/${NONE}`),
    unboundedPolicies: [...new Set(listManaged(false))],
  };
}

function listPatterns({ grants }: LoadedConfiguration, kind: RoleKind): readonly string[] {
  return grants.filter((grant) => classifyGrant(grant) === kind).flatMap(listResources);
}

/**
 * Characters of ARNs in one chunk: what a managed policy has left beside its other text, divided by the statements in which
 * the ARNs stand; at most what fits into a parameter.
 */
function measureRoom(kind: RoleKind, lists: PolicyLists): number {
  const empty = { kind, roles: [] };
  const rooms = [listChunkWrites(empty, lists), listChunkDeletions(empty, lists)]
    .filter((rights) => rights.length > 0)
    .map((rights) => (quotas.managedPolicy - countCharacters(buildPolicy(rights))) / rights.length);
  return Math.floor(Math.min(...rooms, quotas.parameter));
}

function classifyGrant({ permissions, boundary }: LoadedConfiguration['grants'][number]): RoleKind {
  if (permissions === 'unmanaged') return 'trustOnly';
  return boundary === NO_BOUNDARY ? 'unbounded' : 'bounded';
}

/** Why the roles of an account cannot have these rights; `undefined` when they can. */
export function findScopeProblem(
  configuration: LoadedConfiguration,
  partition: string,
  mostPolicies: number = quotas.managedPolicies,
): string | undefined {
  const scope = grantedScope(configuration, partition, '*', mostPolicies);
  const { chunks } = scope;
  if (chunks.length <= mostPolicies) return undefined;
  const count = configuration.grants.reduce((sum, { roles = [] }) => sum + roles.length, 0);
  const paths = new Set(configuration.grants.flatMap(({ role }) => (role ? [role.path] : []))).size;
  const lists = [...scope.boundaries, ...scope.managedPolicies].join('","').length;
  return `The grants name ${count} roles one by one and ${paths} paths: their ARNs need ${chunks.length} policies beside the first, each of ${quotas.managedPolicy} characters at most, of which ${lists} are the boundaries and managed policies of the grants; a role has ${mostPolicies} policies at most. Give roles a path of their own, let paths have a common ancestor, use name patterns such as web-*, ask AWS for more managed policies per role and say -c managedPoliciesPerRole=20, or deploy azfed twice.`;
}

/** For whoever deploys: roles beside those of grants that azfed's roles in the accounts may work on. */
export function describeWidened({ widened }: GrantedScope): readonly string[] {
  return widened.map(
    ({ pattern, count }) =>
      `${count} paths of grants are too long for the policies of a role, so azfed's roles in the accounts may work on role${pattern}. azfed asks for the roles of grants alone; keep no other roles there, or say -c managedPoliciesPerRole=20 where AWS has raised the quota.`,
  );
}

/**
 * Paths and names of the roles that a grant is about, as patterns of IAM. Never all of the root path: what lies there is named
 * one by one, or by what its name begins with.
 */
function listResources({ role, roles = [] }: LoadedConfiguration['grants'][number]): readonly string[] {
  if (!role) return roles.map(({ path, name }) => `${path}${name}`);
  return role.path === '/' ? role.name.map((name) => `/${name}`) : [`${role.path}*`];
}

/** `${` would begin a policy variable (IAM User Guide, policy variables). */
const literal = (path: string): string => path.split('$').join('${$}');

function listDistinctValues(values: readonly string[], none: string): readonly string[] {
  return values.length > 0 ? [...new Set(values)] : [none];
}

/** Parameters as context and configuration have them, for every account alike. */
export function spokeDefaults({ settings, source }: Service): SpokeDefaults {
  const { partition, rolePath, reconcileRoleName, region, name, organizationId, boundaryName } = settings;
  const accounts = listAccountPatterns(source.configuration);
  const externalIds = new Set(accounts.map(({ externalId }) => externalId));
  const [externalId] = externalIds.size === 1 ? externalIds : [];
  return {
    names: spokeRoleNames(accounts[0] ?? {}),
    scope: grantedScope(source.configuration, partition, '*', settings.managedPoliciesPerRole),
    buildPattern: (ownRoles) => buildChangePattern(source.configuration, ownRoles),
    organizationId,
    externalId,
    hubRole: `${rolePath}${reconcileRoleName}`,
    hubReportRole: `${rolePath}${name}-report`,
    hubRegion: region,
    busName: name,
    boundaryName,
    people: source.configuration.people,
  };
}
