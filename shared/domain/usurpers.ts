import type { Organization } from './configuration.ts';
import { displayName } from './desire.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { ConnectionId } from './ids.ts';
import type { ConnectionView } from './inventory.ts';
import { buildSubject } from './issuer.ts';
import type { RecordedConnection, RecordedRole } from './recorded.ts';

/** An organization that answered under its pinned GUID, with what it showed. */
export interface OrganizationView {
  readonly organization: Organization;
  readonly view: ConnectionView;
}

/** A connection that has, or had, a role. */
export type Claim = RecordedConnection & { readonly role: RecordedRole };

/** A connection has a claim on the role that it asks for, and on those that it asked for before. */
export function claimsOf(item: RecordedConnection): readonly Claim[] {
  return [...(item.role ? [item.role] : []), ...item.earlier].map((role) => ({ ...item, role }));
}

/** By subject: the connections of any type that hold it now. */
export type Holders = ReadonlyMap<string, ReadonlySet<ConnectionId>>;

/** Which connections of any type hold a subject now. */
export function holdersOf(organizations: readonly OrganizationView[]): Holders {
  const holders = new Map<string, Set<ConnectionId>>();
  for (const { organization, view } of organizations) {
    for (const connection of view.connections.values()) {
      for (const reference of connection.references) {
        const subject = buildSubject(organization.name, reference);
        holders.set(subject, (holders.get(subject) ?? new Set()).add(connection.id));
      }
    }
  }
  return holders;
}

/** Connections that hold a subject which a recorded connection, itself gone from view or closed for this, had. */
export function findUsurpers(
  organizations: readonly OrganizationView[],
  claims: readonly Claim[],
  holders: Holders,
): readonly { readonly claim: Claim; readonly usurper: ConnectionId }[] {
  const viewOf = new Map(organizations.map(({ organization, view }) => [organization.id, view]));
  return claims.flatMap((claim) => {
    const isThere = viewOf.get(claim.organizationId)?.connections.has(claim.connectionId) ?? false;
    const { subjects, formerSubjects, closed } = claim.role;
    const had = [
      ...[...subjects, ...formerSubjects].map(({ subject }) => subject),
      ...(closed?.subjects ?? []),
    ];
    const held = had.map((subject) => holders.get(subject) ?? new Set<ConnectionId>());
    // A connection that is still there was renamed: its old name is simply no longer its own. Two that hold one name
    // at the same time cannot be told apart by their tokens.
    const contested = isThere ? held.filter((ids) => ids.has(claim.connectionId)) : held;
    const others = new Set(contested.flatMap((ids) => [...ids]));
    others.delete(claim.connectionId);
    return [...others].map((usurper) => ({ claim, usurper }));
  });
}

export function recreatedFindings(claim: Claim, usurper: ConnectionId): readonly Finding[] {
  const evidence = { earlier: claim.connectionId, now: usurper, role: claim.role.arn };
  const name = displayName(claim.references);
  return [
    finding(
      'connection.recreated',
      `${name} is gone and connection ${usurper} holds its name; its role is closed.`,
      {
        connectionId: claim.connectionId,
        roleArn: claim.role.arn,
        evidence,
      },
    ),
    finding(
      'connection.recreated',
      `Connection ${usurper} holds the name of the federated ${name} and is not let in.`,
      {
        connectionId: usurper,
        evidence,
      },
    ),
  ];
}
