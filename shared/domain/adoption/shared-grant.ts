import { isAwsConnection } from '../azure-devops/service-connection.ts';
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
}

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
