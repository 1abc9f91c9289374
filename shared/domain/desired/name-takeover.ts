import { finding, type Finding } from '../findings/finding.ts';
import type { ConnectionId, OrganizationId } from '../kernel/ids.ts';
import { buildSubject } from '../issuers/issuer.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import type { RecordedConnection, Claim } from '../records/connection-record.ts';
import { displayName, type ConnectionReference } from '../azure-devops/service-connection.ts';

/** By organization and subject: the connections of any type that hold it now. */
export type Holders = ReadonlyMap<string, ReadonlySet<ConnectionId>>;

/**
 * Which connections of any type hold a subject now. After a rename of the organization also the subject that they would
 * have under the name in the configuration: records may still have it, and names are freed and taken all the same.
 */
export function collectHolders(organizations: readonly OrganizationView[]): Holders {
  const holders = new Map<string, Set<ConnectionId>>();
  for (const seen of organizations) {
    for (const connection of seen.view.connections.values()) {
      for (const subject of connection.references.flatMap((reference) => spellings(seen, reference))) {
        const key = holderKey(seen.organization.id, subject);
        holders.set(key, (holders.get(key) ?? new Set()).add(connection.id));
      }
    }
  }
  return holders;
}

const holderKey = (organizationId: OrganizationId, subject: string) => `${organizationId} ${subject}`;

/** The subject under the name that the organization has, and under the one that the configuration has. */
function spellings(
  { name, organization }: OrganizationView,
  reference: ConnectionReference,
): readonly string[] {
  return [...new Set([name, organization.name])].map((each) => buildSubject(each, reference));
}

/** Another connection holds a name under which the role of a recorded one lets in. */
export interface NameTakeover {
  readonly claim: Claim;
  readonly impostor: ConnectionId;
  /** It has no open role under this name. One that has got the name while its earlier owner was still seen. */
  readonly isNewcomer: boolean;
}

/** Connections that hold a subject which a recorded connection, itself gone from view or closed for this, had. */
export function findNameTakeovers(
  organizations: readonly OrganizationView[],
  claims: readonly Claim[],
  holders: Holders,
): readonly NameTakeover[] {
  const viewOf = new Map(organizations.map((seen) => [seen.organization.id, seen]));
  const open = new Set(
    claims.flatMap(({ connectionId, role }) =>
      role.closed ? [] : role.subjects.map(({ subject }) => `${connectionId} ${subject}`),
    ),
  );
  return claims.flatMap((claim) => {
    const seen = viewOf.get(claim.organizationId);
    const isThere = seen?.view.connections.has(claim.connectionId) ?? false;
    // A connection that is still there was renamed: its old name is simply no longer its own. Two that hold one name
    // at the same time cannot be told apart by their tokens.
    const contested = listClaimSubjects(claim, seen).filter(
      (subject) => !isThere || holders.get(holderKey(claim.organizationId, subject))?.has(claim.connectionId),
    );
    const others = new Set(contested.flatMap((subject) => othersHolding(subject, claim, holders)));
    return [...others].map((impostor) => ({
      claim,
      impostor,
      isNewcomer: !contested.some((subject) => open.has(`${impostor} ${subject}`)),
    }));
  });
}

/** All that a claim's role may let in. A run that ended before its record may have let in what the names then gave. */
function listClaimSubjects(
  { role, references }: Claim,
  seen: OrganizationView | undefined,
): readonly string[] {
  const begun = role.intent && seen ? references.flatMap((reference) => spellings(seen, reference)) : [];
  return [
    ...[...role.subjects, ...role.formerSubjects].map(({ subject }) => subject),
    ...(role.closed?.subjects ?? []),
    ...begun,
  ];
}

/** Other connections of its organization than this one that hold the subject now. */
export function othersHolding(
  subject: string,
  { organizationId, connectionId }: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
  holders: Holders,
): readonly ConnectionId[] {
  const all = holders.get(holderKey(organizationId, subject)) ?? [];
  return [...all].filter((holder) => holder !== connectionId);
}

const buildEvidence = ({ claim, impostor }: NameTakeover) => ({
  earlier: claim.connectionId,
  now: impostor,
  role: claim.role.arn,
});

/** About the connection whose name was taken. */
export function takenOverFinding(takeover: NameTakeover): Finding {
  const { connectionId, references, role } = takeover.claim;
  const message = `${displayName(references)} is gone and connection ${takeover.impostor} holds its name; its role is closed.`;
  const about = { connectionId, roleArn: role.arn, evidence: buildEvidence(takeover) };
  return finding('connection.recreated', message, about);
}

export function recreatedFindings(takeover: NameTakeover): readonly Finding[] {
  const { claim, impostor, isNewcomer } = takeover;
  const takenOver = takenOverFinding(takeover);
  if (!isNewcomer) return [takenOver];
  const message = `Connection ${impostor} holds the name of the federated ${displayName(claim.references)} and is not let in.`;
  const about = { connectionId: impostor, evidence: buildEvidence(takeover) };
  return [takenOver, finding('connection.recreated', message, about)];
}
