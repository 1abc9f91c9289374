import type { ParsedRoleArn } from '../kernel/arn.ts';
import type { Grant, Organization, RolePair } from './configuration.ts';
import { groupItems } from '../kernel/group-by.ts';
import { matchesPattern, patternsMeet } from '../kernel/glob.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';

type Named = Pick<Organization, 'name'>;
type Place = Pick<ParsedRoleArn, 'account' | 'path' | 'name'>;

export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text));
}

/** The grant is about the connection in at least one of its projects. */
export function coversConnection(
  grant: Grant,
  organization: Named,
  { references }: Pick<ServiceConnection, 'references'>,
): boolean {
  return references.some((reference) => coversReference(grant, organization, reference));
}

/** The grant is about the connection in this project; with a role: it may have that role there. */
export function coversReference(
  grant: Grant,
  organization: Named,
  reference: ConnectionReference,
  role?: Place,
): boolean {
  if (grant.roles)
    return findPairs(grant.roles, organization, reference).some(
      (pair) => role === undefined || matchesPairedRole(pair, role),
    );
  const { connections } = grant;
  return (
    matchesAny(connections.organization, organization.name) &&
    matchesAny(connections.project, reference.projectName) &&
    matchesAny(connections.name, reference.name) &&
    (role === undefined || coversRole(grant, role))
  );
}

/** The connection may have this very role: of pairs, its own one alone. */
export function coversRequest(
  grant: Grant,
  organization: Named,
  { references }: Pick<ServiceConnection, 'references'>,
  role: Place,
): boolean {
  return references.some((reference) => coversReference(grant, organization, reference, role));
}

/** Pairs that are about the connection, in whichever of its projects; in the order of the grant. */
export function listPairs(
  { roles }: Grant,
  organization: Named,
  { references }: Pick<ServiceConnection, 'references'>,
): readonly RolePair[] {
  if (!roles) return [];
  const pairs = [...new Set(references.flatMap((reference) => findPairs(roles, organization, reference)))];
  return pairs.length < 2 ? pairs : pairs.sort((a, b) => roles.indexOf(a) - roles.indexOf(b));
}

/** A configuration of many thousand pairs is looked through for each connection: by what a pair is looked for. */
interface PairIndex {
  readonly byNames: ReadonlyMap<string, readonly RolePair[]>;
  readonly byRole: ReadonlySet<string>;
}

/** Pairs never change, so that their index is a part of them. */
const indexes = new WeakMap<readonly RolePair[], PairIndex>();

function indexPairs(pairs: readonly RolePair[]): PairIndex {
  const known = indexes.get(pairs);
  if (known) return known;
  const index = {
    byNames: groupItems(pairs, ({ organization, project, connection }) =>
      nameKey(organization, project, connection),
    ),
    byRole: new Set(
      pairs.flatMap(({ accounts, path, name }) =>
        accounts.map((account) => roleKey({ account, path, name })),
      ),
    ),
  };
  indexes.set(pairs, index);
  return index;
}

const nameKey = (...names: readonly [organization: string, project: string, connection: string]): string =>
  JSON.stringify(names);

/** By what a role of a pair is found. */
export const roleKey = ({ account, path, name }: Place): string => `${account} ${path}${name}`;

const findPairs = (
  pairs: readonly RolePair[],
  organization: Named,
  { projectName, name }: ConnectionReference,
): readonly RolePair[] => indexPairs(pairs).byNames.get(nameKey(organization.name, projectName, name)) ?? [];

/** Some grant gives the connection a role by the configuration alone, whatever its type; with a role: this one. */
export function bindsAnyType(
  grants: readonly Grant[],
  organization: Named,
  connection: Pick<ServiceConnection, 'references'>,
  role?: Place,
): boolean {
  return grants.some((grant) =>
    listPairs(grant, organization, connection).some(
      (pair) => pair.type === 'any' && (role === undefined || matchesPairedRole(pair, role)),
    ),
  );
}

/** The pair is about the connection in this project. */
export const matchesPair = (pair: RolePair, { name }: Named, reference: ConnectionReference): boolean =>
  pair.organization === name && pair.project === reference.projectName && pair.connection === reference.name;

export const matchesPairedRole = (pair: RolePair, { account, path, name }: Place): boolean =>
  pair.accounts.includes(account) && pair.path === path && pair.name === name;

/** The grant is about connections of this organization. */
export function coversOrganization({ connections, roles = [] }: Grant, { name }: Named): boolean {
  return connections
    ? matchesAny(connections.organization, name)
    : roles.some(({ organization }) => organization === name);
}

/** The grant is about connections of this project, whatever they are called. */
export function coversProject(grant: Grant, organization: Named, project: string): boolean {
  if (grant.roles)
    return grant.roles.some((pair) => pair.organization === organization.name && pair.project === project);
  return coversOrganization(grant, organization) && matchesAny(grant.connections.project, project);
}

/** The role lies where the grant allows it to, whoever asks for it. */
export function coversRole(grant: Grant, role: Place): boolean {
  if (grant.roles) return indexPairs(grant.roles).byRole.has(roleKey(role));
  return (
    grant.accounts.includes(role.account) &&
    isOnPath(grant.role.path, role.path) &&
    matchesAny(grant.role.name, role.name)
  );
}

/** On the granted path or below it; the root path is itself alone. */
export function isOnPath(granted: string, path: string): boolean {
  return granted === '/' ? path === '/' : path.startsWith(granted);
}

/** Paths on which roles of the grant may lie. */
export function listRolePaths({ role, roles = [] }: Grant): readonly string[] {
  return role ? [role.path] : [...new Set(roles.map(({ path }) => path))];
}

/** A grant, or one pair of it, as patterns: what two grants may have in common is told by these. */
interface CoveredPatterns {
  readonly organizations: readonly string[];
  readonly projects: readonly string[];
  readonly connections: readonly string[];
  readonly accounts: readonly string[];
  readonly allAccounts?: boolean | undefined;
  readonly path: string;
  /** The path alone, and not what lies below it. */
  readonly isExact: boolean;
  readonly names: readonly string[];
}

const doPathsMeet = (a: CoveredPatterns, b: CoveredPatterns): boolean =>
  (!a.isExact && isOnPath(a.path, b.path)) || (!b.isExact && isOnPath(b.path, a.path)) || a.path === b.path;

function listCovered({
  connections,
  role,
  roles = [],
  accounts,
  allAccounts,
}: Grant): readonly CoveredPatterns[] {
  if (connections)
    return [
      {
        organizations: connections.organization,
        projects: connections.project,
        connections: connections.name,
        accounts,
        allAccounts,
        path: role.path,
        isExact: false,
        names: role.name,
      },
    ];
  return roles.map((pair) => ({
    organizations: [pair.organization],
    projects: [pair.project],
    connections: [pair.connection],
    accounts: pair.accounts,
    path: pair.path,
    isExact: true,
    names: [pair.name],
  }));
}

const doAnyMeet = (these: readonly string[], those: readonly string[]): boolean =>
  these.some((one) => those.some((other) => patternsMeet(one, other)));

/** Pairs of grants that may cover one connection and one role. Neither of two wins: such a connection gets nothing. */
export function overlappingGrants(
  grants: readonly Grant[],
  organizations: readonly Organization[],
): readonly (readonly [Grant, Grant])[] {
  const inBoth = (a: CoveredPatterns, b: CoveredPatterns) =>
    organizations.some(({ name }) => [a, b].every((covered) => matchesAny(covered.organizations, name)));
  const meet = (a: CoveredPatterns, b: CoveredPatterns) =>
    ([a, b].some(({ allAccounts }) => allAccounts) ||
      a.accounts.some((account) => b.accounts.includes(account))) &&
    doPathsMeet(a, b) &&
    doAnyMeet(a.names, b.names) &&
    doAnyMeet(a.projects, b.projects) &&
    doAnyMeet(a.connections, b.connections) &&
    inBoth(a, b);
  const covered = grants.map((grant) => ({ grant, patterns: listCovered(grant) }));
  return covered.flatMap((a, index) =>
    covered
      .slice(index + 1)
      .filter((b) => a.patterns.some((one) => b.patterns.some((other) => meet(one, other))))
      .map((b) => [a.grant, b.grant] as const),
  );
}
