import { listIssuers } from '../../../shared/config/outline.ts';
import { NO_BOUNDARY } from '../../../shared/domain/configuration/configuration.ts';
import type { Configuration } from '../configuration-text.ts';
import type { RoleKind, SpokeScope } from './spoke-grants.ts';
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
  const listRoles = (kind: RoleKind) => [
    ...new Set(
      grants
        .filter((grant) => classifyGrant(grant) === kind)
        .flatMap(listResources)
        .map((resource) => `${arn}:role${literal(resource)}`),
    ),
  ];
  const [first = [`${arn}:role/${NONE}/*`], ...further] = cutList(listRoles('bounded'), ROOM.bounded);
  const listPolicies = (isBounded: boolean) =>
    grants.flatMap((grant) =>
      (classifyGrant(grant) === 'bounded') === isBounded ? grant.managedPolicies.map(inPlace) : [],
    );
  return {
    roles: first,
    chunks: [
      ...further.map((roles) => ({ kind: 'bounded' as const, roles })),
      ...(['unbounded', 'trustOnly'] as const).flatMap((kind) =>
        cutList(listRoles(kind), ROOM[kind]).map((roles) => ({ kind, roles })),
      ),
    ],
    providers: listIssuers({ organizations }).map((issuer) => `${arn}:oidc-provider/${issuer}`),
    boundaries: listDistinctValues(
      grants.flatMap(({ boundary }) => (boundary === NO_BOUNDARY ? [] : inPlace(boundary))),
      `${arn}:policy/${NONE}`,
    ),
    managedPolicies: listDistinctValues(listPolicies(true), `${arn}:policy/${NONE}`),
    unboundedPolicies: [...new Set(listPolicies(false))],
  };
}

/**
 * Characters of ARNs in one chunk. A managed policy has 6,144 (IAM quotas), a parameter of CloudFormation 4,096 (CloudFormation
 * quotas), and a chunk stands in four, two and one statements.
 */
const ROOM = { bounded: 1_000, unbounded: 2_000, trustOnly: 4_000 } as const satisfies Record<
  RoleKind,
  number
>;

/** A role can have 10 managed policies (IAM quotas). */
const MOST_CHUNKS = 10;

function classifyGrant({ permissions, boundary }: Configuration['grants'][number]): RoleKind {
  if (permissions === 'unmanaged') return 'trustOnly';
  return boundary === NO_BOUNDARY ? 'unbounded' : 'bounded';
}

/** The list in portions of at most so many characters, commas among them. */
function cutList(values: readonly string[], room: number): readonly (readonly string[])[] {
  const portions: string[][] = [];
  let left = 0;
  for (const value of values) {
    const latest = portions.at(-1);
    left -= value.length + 1;
    if (latest && left >= 0) latest.push(value);
    else {
      portions.push([value]);
      left = room - value.length;
    }
  }
  return portions;
}

/** Why the roles of an account cannot have these rights; `undefined` when they can. */
export function findScopeProblem(configuration: Configuration, partition: string): string | undefined {
  const { chunks } = grantedScope(configuration, partition, '*');
  if (chunks.length <= MOST_CHUNKS) return undefined;
  const count = configuration.grants.reduce((sum, { roles = [] }) => sum + roles.length, 0);
  return `The grants name ${count} roles one by one: their ARNs need ${chunks.length} policies beside the first, and a role has ${MOST_CHUNKS} at most. Give roles a path of their own, use name patterns such as web-*, or deploy azfed twice.`;
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
  const { partition, rolePath, reconcileRoleName, region, name, organizationId, boundaryName } = settings;
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
    boundaryName,
  };
}
