import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { viewConnections, type OrganizationInventory } from '../azure-devops/inventory.ts';
import type { Configuration, Organization } from '../configuration/configuration.ts';
import { buildSubject, entraSubject, selectProfiles } from '../issuers/issuer.ts';
import { providerArn, type Partition } from '../kernel/arn.ts';
import type { AccountId, ConnectionId, ProjectId } from '../kernel/ids.ts';
import { selectLostTokens, type KnownToken, type TrustChange } from './lost-access.ts';

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
  /** Of the tokens that have the subject: host and path. */
  readonly issuer: string;
  readonly audience: string;
}

/** Connections of any type, by the subject of their tokens. One has several: of each project, and of each issuer. */
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
  organization: Organization,
  { id, type, references, requestedRoleArn }: ServiceConnection,
): readonly (readonly [string, NamedConnection])[] {
  return references.flatMap((reference) =>
    selectProfiles(organization, 'both').map((profile) => {
      const subject =
        profile.name === 'entra'
          ? entraSubject(profile.prefix, organization.id, id)
          : buildSubject(organization.name, reference);
      const connection = {
        id,
        organization: organization.name,
        project: reference.projectName,
        projectId: reference.projectId,
        name: reference.name,
        type,
        requestedRoleArn,
        issuer: profile.issuer,
        audience: profile.audience,
      };
      return [subject, connection] as const;
    }),
  );
}

/** The tokens of the connections as the providers of an account take them. */
export const listTokens = (
  connections: ConnectionsBySubject,
  { partition, account }: { readonly partition: Partition; readonly account: AccountId },
): readonly KnownToken[] =>
  [...connections].map(([subject, { issuer, audience }]) => ({
    provider: providerArn(partition, account, issuer),
    audience,
    subject,
  }));

/** Those whose tokens the change revokes, each once. */
export function selectLostConnections(
  change: TrustChange,
  connections: ConnectionsBySubject,
  place: Parameters<typeof listTokens>[1],
): readonly NamedConnection[] {
  const lost = selectLostTokens(change, listTokens(connections, place));
  const named = lost.flatMap(({ subject }) => connections.get(subject) ?? []);
  return [...new Map(named.map((one) => [`${one.id} ${one.projectId}`, one])).values()];
}
