import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { isAwsConnection } from '../azure-devops/service-connection.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { viewConnections } from '../azure-devops/inventory.ts';
import type { Configuration, Organization } from '../configuration/configuration.ts';
import { buildSubject } from '../issuers/issuer.ts';
import type { ConnectionId, ProjectId, RoleArn } from '../kernel/ids.ts';
import type { UserSummary } from '../verify/role-uses.ts';
import type { AdoptionCandidate } from './adoption-survey.ts';

/** A connection under one of its names. */
export interface NamedConnection {
  readonly id: ConnectionId;
  readonly organization: string;
  readonly project: string;
  readonly projectId: ProjectId;
  readonly name: string;
  /** As Azure DevOps spells it; `null`: it does not show it. */
  readonly type: string | null;
  /** It asks for this role itself, so that a grant needs no word about its type. */
  readonly requestedRoleArn: string | null;
}

/** Connections of any type, by the subject of their tokens. */
export type ConnectionsBySubject = ReadonlyMap<string, NamedConnection>;

export function indexSubjects(
  organizations: Configuration['organizations'],
  inventories: readonly OrganizationInventory[],
): ConnectionsBySubject {
  const entries = organizations.flatMap((organization) => {
    const inventory = inventories.find(({ organizationId }) => organizationId === organization.id);
    const connections = inventory ? [...viewConnections(inventory).connections.values()] : [];
    return connections.flatMap((connection) => nameConnection(organization, connection));
  });
  return new Map(entries);
}

function nameConnection(
  { name: organization }: Organization,
  { id, type, references, requestedRoleArn }: ServiceConnection,
): readonly (readonly [string, NamedConnection])[] {
  return references.map((reference) => [
    buildSubject(organization, reference),
    {
      id,
      organization,
      project: reference.projectName,
      projectId: reference.projectId,
      name: reference.name,
      type,
      requestedRoleArn,
    },
  ]);
}

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
