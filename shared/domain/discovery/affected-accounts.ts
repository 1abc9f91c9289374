import { parseRoleArn } from '../kernel/arn.ts';
import type { Configuration, Organization } from '../configuration/configuration.ts';
import { coversOrganization, listPairs } from '../configuration/grant-coverage.ts';
import { canonicalJson } from '../kernel/digest.ts';

import type { AccountId, ConnectionId, ProjectId } from '../kernel/ids.ts';
import { buildSubject } from '../issuers/issuer.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import type { StoredPart } from './stored-inventory.ts';
import { listClaims } from '../records/connection-record.ts';

/** Accounts that a whole look is about: all that grants of the organization name, and all that have a role of it. */
export function accountsOfOrganization(
  { accounts, grants }: Pick<Configuration, 'accounts' | 'grants'>,
  organization: Organization,
  recorded: readonly RecordedConnection[],
): readonly AccountId[] {
  const granting = grants.filter((grant) => coversOrganization(grant, organization));
  const named = new Set([
    ...granting.flatMap((grant) => grant.accounts),
    ...recorded.flatMap(accountsWithRole),
  ]);
  return accounts.map(({ id }) => id).filter((id) => named.has(id));
}

const ROOT = 'sc://'.length;

/** A look at one project of an organization: what was stored before it, and what is stored after it. */
export interface ProjectMove {
  readonly organization: Organization;
  readonly projectId: ProjectId;
  readonly before: readonly StoredPart[];
  readonly after: readonly StoredPart[];
  /** The request came once before and may have ended after it had stored what it saw: every connection counts as changed. */
  readonly isRepeated: boolean;
}

/**
 * Accounts that a look at one project is about. For each connection of it that changed:
 *
 *     it asks for a role there now, or asked for one before
 *     a pair gives it a role there, whatever its type
 *     it has a role there
 *     a connection has a role there that lets in a name which the changed one holds, or held
 */
export function accountsOfProject(
  { accounts, grants }: Pick<Configuration, 'accounts' | 'grants'>,
  recorded: readonly RecordedConnection[],
  move: ProjectMove,
): readonly AccountId[] {
  const changed = changedConnections(move);
  const ids = new Set(changed.map(({ id }) => id));
  const ends = changed.flatMap(({ references }) =>
    references.map((one) => buildSubject('', one).slice(ROOT)),
  );
  const named = new Set([
    ...changed.flatMap((connection) =>
      grants.flatMap((grant) =>
        listPairs(grant, move.organization, connection).flatMap((pair) => pair.accounts),
      ),
    ),
    ...changed.flatMap(({ requestedRoleArn }) => parseRoleArn(requestedRoleArn ?? '')?.account ?? []),
    ...recorded
      .filter((item) => ids.has(item.connectionId) || admitsSubject(item, ends))
      .flatMap(accountsWithRole),
  ]);
  return accounts.map(({ id }) => id).filter((id) => named.has(id));
}

/** As they were and as they are. */
function changedConnections({
  projectId,
  before,
  after,
  isRepeated,
}: ProjectMove): readonly ServiceConnection[] {
  const [old, now] = [collectConnections(before, projectId), collectConnections(after, projectId)];
  const isSame = (id: ConnectionId) => canonicalJson(old.get(id)) === canonicalJson(now.get(id));
  return [...old.values(), ...now.values()].filter(({ id }) => isRepeated || !isSame(id));
}

function collectConnections(
  parts: readonly StoredPart[],
  projectId: ProjectId,
): ReadonlyMap<ConnectionId, ServiceConnection> {
  const project = parts.find((part) => part.kind === 'project' && part.id === projectId);
  if (project?.kind !== 'project' || project.connections.state === 'unknown') return new Map();
  return new Map(project.connections.value.map((connection) => [connection.id, connection]));
}

const accountsWithRole = (item: RecordedConnection) => listClaims(item).map(({ role }) => role.account);

/** `ends`: subjects without the organization, which may have been renamed; one too many costs a look and no more. */
function admitsSubject(item: RecordedConnection, ends: readonly string[]): boolean {
  return listClaims(item).some(({ role }) =>
    [
      ...[...role.subjects, ...role.formerSubjects].map(({ subject }) => subject),
      ...(role.closed?.subjects ?? []),
    ].some((subject) => ends.some((end) => subject.endsWith(end))),
  );
}
