import type { ParsedRoleArn } from '../kernel/arn.ts';
import type { Grant, Organization } from './configuration.ts';
import { matchesPattern, patternsMeet } from '../kernel/glob.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';

/** The grant is about the connection in at least one of its projects. */
export function coversConnection(
  grant: Grant,
  organization: Organization,
  { references }: ServiceConnection,
): boolean {
  return (
    matchesPattern(grant.connections.organization, organization.name) &&
    references.some((reference) => coversReference(grant, reference))
  );
}

/** The grant is about the connection in this project. */
export function coversReference({ connections }: Grant, reference: ConnectionReference): boolean {
  return (
    matchesPattern(connections.project, reference.projectName) &&
    matchesPattern(connections.name, reference.name)
  );
}

/** The grant is about connections of this project, whatever they are called. */
export function coversProject({ connections }: Grant, organization: Organization, project: string): boolean {
  return (
    matchesPattern(connections.organization, organization.name) &&
    matchesPattern(connections.project, project)
  );
}

/** The role lies where the grant allows it to. */
export function coversRole(grant: Grant, role: ParsedRoleArn): boolean {
  return (
    grant.accounts.includes(role.account) &&
    role.path.startsWith(grant.role.path) &&
    matchesPattern(grant.role.name, role.name)
  );
}

/** Pairs of grants that may cover one connection and one role. Neither of two wins: such a connection gets nothing. */
export function overlappingGrants(
  grants: readonly Grant[],
  organizations: readonly Organization[],
): readonly (readonly [Grant, Grant])[] {
  const inBoth = (a: Grant, b: Grant) =>
    organizations.some(({ name }) =>
      [a, b].every(({ connections }) => matchesPattern(connections.organization, name)),
    );
  const isPathShared = (a: Grant, b: Grant) =>
    a.role.path.startsWith(b.role.path) || b.role.path.startsWith(a.role.path);
  return grants.flatMap((a, index) =>
    grants
      .slice(index + 1)
      .filter(
        (b) =>
          a.accounts.some((account) => b.accounts.includes(account)) &&
          isPathShared(a, b) &&
          inBoth(a, b) &&
          patternsMeet(a.role.name, b.role.name) &&
          patternsMeet(a.connections.project, b.connections.project) &&
          patternsMeet(a.connections.name, b.connections.name),
      )
      .map((b) => [a, b] as const),
  );
}
