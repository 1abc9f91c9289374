import { isAwsConnection } from '../azure-devops/service-connection.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { listPairs, matchesPairedRole } from '../configuration/grant-coverage.ts';
import { splitRoleArn } from '../kernel/arn.ts';
import type { RoleArn } from '../kernel/ids.ts';
import type { UserSummary } from '../verify/role-uses.ts';
import type { AdoptionCandidate } from './adoption-survey.ts';
import type { ConnectionsBySubject, NamedConnection } from './named-connections.ts';

/** A grant that lets in exactly the connections that used a role together, for a person to look at and to paste. */
export interface SharedGrant {
  readonly roleArn: RoleArn;
  /** The grant that covers the role now: its policies are to stay. */
  readonly grant: string;
  readonly connections: readonly NamedConnection[];
  /** They used the role, too, and have another one, or stand in another proposal: a connection has one role. */
  readonly leftOut?: readonly NamedConnection[];
}

/**
 * Proposals that a configuration can hold together. A connection that pairs give another role, or that asks for one, stays
 * with that one; one that stands in several proposals stays in that of the role which it asks for, else in the first. One that is left with a single
 * connection shares nothing, and is none.
 */
export function reconcileProposals(
  proposals: readonly SharedGrant[],
  { grants, organizations }: Pick<Configuration, 'grants' | 'organizations'>,
): ReadonlyMap<RoleArn, SharedGrant> {
  const sorted = [...proposals].sort((a, b) => (a.roleArn < b.roleArn ? -1 : 1));
  const chosen = new Map<string, RoleArn>();
  for (const { roleArn, connections } of sorted)
    for (const one of connections)
      if (!chosen.has(one.id) || one.requestedRoleArn === roleArn) chosen.set(one.id, roleArn);
  const hasOtherPair = (one: NamedConnection, roleArn: RoleArn) => {
    const organization = organizations.find(({ name }) => name === one.organization);
    const references = [{ projectId: one.projectId, projectName: one.project, name: one.name }];
    return (
      organization !== undefined &&
      grants
        .flatMap((grant) => listPairs(grant, organization, { references }))
        .some((pair) => !matchesPairedRole(pair, splitRoleArn(roleArn)))
    );
  };
  const decided = sorted.map((proposal): SharedGrant => {
    const { roleArn, connections } = proposal;
    const isFree = (one: NamedConnection) =>
      chosen.get(one.id) === roleArn && !hasOtherPair(one, roleArn) && !asksForAnother(one, roleArn);
    const leftOut = connections.filter((one) => !isFree(one));
    return leftOut.length === 0
      ? proposal
      : { ...proposal, connections: connections.filter(isFree), leftOut };
  });
  return new Map(
    decided
      .filter(({ connections }) => new Set(connections.map(({ id }) => id)).size > 1)
      .map((proposal) => [proposal.roleArn, proposal]),
  );
}

/** By a pair it would get this role in place of the one that it asks for. */
const asksForAnother = ({ type, requestedRoleArn }: NamedConnection, roleArn: RoleArn): boolean =>
  isAwsConnection({ type }) && (requestedRoleArn ?? '') !== '' && requestedRoleArn !== roleArn;

/**
 * Of a role that several connections used and that adoption would take from some of them. Who used it is bound to it; who
 * may use it and did not is left out. `undefined`: nobody else of Azure DevOps used it.
 */
export function proposeSharedGrant(
  { roleArn, grant, bindings }: AdoptionCandidate,
  users: readonly UserSummary[],
  connections: ConnectionsBySubject,
): SharedGrant | undefined {
  const own = bindings.flatMap(({ subjects }) => subjects.map(({ subject }) => subject));
  const used = users.flatMap(({ by }) => (by.kind === 'token' ? [by.subject] : []));
  const named = [...new Set([...own, ...used])].flatMap((subject) => connections.get(subject) ?? []);
  const distinct = [...new Map(named.map((one) => [`${one.id} ${one.project}`, one])).values()];
  const isNew = distinct.some(({ id }) => !bindings.some(({ connectionId }) => connectionId === id));
  return isNew ? { roleArn, grant, connections: distinct } : undefined;
}

/** Its tokens say nothing of its type: one that does not ask for the role itself is bound by the grant alone. */
export function needsAnyType({ type, requestedRoleArn }: NamedConnection, roleArn: RoleArn): boolean {
  return !isAwsConnection({ type }) || requestedRoleArn !== roleArn;
}
