import { displayName, type ConnectionReference } from '../azure-devops/service-connection.ts';
import type { Configuration, Grant, RolePair } from '../configuration/configuration.ts';
import {
  coversReference,
  listPairs,
  matchesPair,
  matchesPairedRole,
  roleKey,
} from '../configuration/grant-coverage.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { groupItems } from '../kernel/group-by.ts';
import { splitRoleArn, type ParsedRoleArn } from '../kernel/arn.ts';
import type { ConnectionId, ProjectId, RoleArn } from '../kernel/ids.ts';
import { buildsSubject } from '../records/discovered-names.ts';
import type { BoundSubject, Claim, RecordedConnection } from '../records/connection-record.ts';
import { listClaims } from '../records/connection-record.ts';

interface FollowedPairs<Followed> {
  /** Its pairs have the names that their connections have now. */
  readonly configuration: Followed;
  readonly findings: readonly Finding[];
}

/**
 * Pairs name connections and projects, and both can be renamed. The record of the pair's role says which connection it is:
 *
 *     connection of the names   open record of the role under the names     then
 *     ------------------------  -------------------------------------------  -------------------------------------
 *     has the role, or nobody   nobody, or itself                            the pair is about the names
 *     anybody or nobody         one, which is listed under other names now   the pair is about that one
 *     anybody or nobody         one, last seen under other names             the pair is about that one
 *     anybody or nobody         several                                      the pair is about the names
 *
 * Where another pair gives the connection the role under its new names, the configuration has followed already. A record
 * gives nobody a role that the configuration does not name, and the mark of the role holds what a forged record would open.
 */
export function followRenames<Followed extends Pick<Configuration, 'grants'>>(
  configuration: Followed,
  organizations: readonly OrganizationView[],
  recorded: readonly RecordedConnection[],
): FollowedPairs<Followed> {
  if (configuration.grants.every(({ roles }) => roles === undefined)) return { configuration, findings: [] };
  const open = recorded.flatMap(listClaims).filter(({ role }) => role.closed === undefined);
  const claims = groupItems(
    open,
    ({ organizationId, role }) => `${organizationId} ${roleKey(splitRoleArn(role.arn))}`,
  );
  const findings: Finding[] = [];
  const followPair = (pair: RolePair, grant: Grant, index: number): RolePair => {
    const seen = organizations.find(({ organization }) => organization.name === pair.organization);
    const holder = seen && findHolder(pair, seen, claims);
    if (!seen || !holder || isNamedAlready(configuration.grants, pair, holder)) return pair;
    const { current } = holder;
    findings.push(renamedFinding(pair, holder, grant, index), ...findNamesakes(pair, holder, seen));
    return {
      ...pair,
      project: current.projectName,
      connection: current.name,
      configuredAs: { project: pair.project, connection: pair.connection },
    };
  };
  const grants = configuration.grants.map((grant) =>
    grant.roles
      ? { ...grant, roles: grant.roles.map((pair, index) => followPair(pair, grant, index)) }
      : grant,
  );
  return findings.length === 0
    ? { configuration, findings }
    : { configuration: { ...configuration, grants }, findings };
}

/** The connection that has the role of a pair, which knows it by names that it has no more. */
interface Holder {
  readonly connectionId: ConnectionId;
  readonly roleArn: RoleArn;
  readonly current: ConnectionReference;
}

function findHolder(
  pair: RolePair,
  { organization, view }: OrganizationView,
  /** By organization and role. */
  claims: ReadonlyMap<string, readonly Claim[]>,
): Holder | undefined {
  const { accounts, path, name } = pair;
  const ofRole = [...new Set(accounts)].flatMap(
    (account) => claims.get(`${organization.id} ${roleKey({ account, path, name })}`) ?? [],
  );
  const holders = ofRole.flatMap((claim): readonly Holder[] => {
    const projectId = findPairedProject(pair, claim);
    if (projectId === undefined) return [];
    const { connectionId } = claim;
    const isOfProject = (reference: ConnectionReference) => reference.projectId === projectId;
    const current =
      view.connections.get(connectionId)?.references.find(isOfProject) ?? claim.references.find(isOfProject);
    return current ? [{ connectionId, roleArn: claim.role.arn, current }] : [];
  });
  const [holder, another] = holders;
  if (!holder || another || matchesPair(pair, organization, holder.current)) return undefined;
  return holder;
}

/** In which project the pair is about the connection, by the names under which its role was last written. */
function findPairedProject({ project, connection }: RolePair, { role }: Claim): ProjectId | undefined {
  const isOfPair = ({ projectId, subject }: BoundSubject) =>
    buildsSubject({ projectId, projectName: project, name: connection }, subject);
  const known = role.pairedAs?.find(
    ({ projectName, name }) => projectName === project && name === connection,
  );
  return known?.projectId ?? role.subjects.find(isOfPair)?.projectId;
}

/** A pair gives it this role under its new names. */
function isNamedAlready(grants: readonly Grant[], pair: RolePair, { roleArn, current }: Holder): boolean {
  const role = splitRoleArn(roleArn);
  return grants.some(
    (grant) => grant.roles && coversReference(grant, { name: pair.organization }, current, role),
  );
}

function renamedFinding(
  { project, connection }: RolePair,
  { connectionId, roleArn, current }: Holder,
  grant: Grant,
  index: number,
): Finding {
  const edits = [
    ...(project === current.projectName ? [] : [`project: ${current.projectName}`]),
    ...(connection === current.name ? [] : [`connection: ${current.name}`]),
  ];
  const place = `roles[${index}] of grant ${grant.name}`;
  const message = `${displayName([current])} keeps ${roleArn}, which ${place} gives it under its former name ${project} / ${connection}. Write there: ${edits.join(', ')}.`;
  const evidence = {
    grant: grant.name,
    pair: index,
    configured: { project, connection },
    now: { project: current.projectName, connection: current.name },
  };
  return finding('connection.pair-renamed', message, { connectionId, roleArn, evidence });
}

/** Others that have the former names now: the pair is not theirs. */
function findNamesakes(
  pair: RolePair,
  { connectionId, roleArn, current }: Holder,
  { organization, view }: OrganizationView,
): readonly Finding[] {
  return [...view.connections.values()]
    .filter(
      ({ id, references }) =>
        id !== connectionId && references.some((reference) => matchesPair(pair, organization, reference)),
    )
    .map(({ id }) => {
      const message = `${pair.project} / ${pair.connection} has the former name of ${displayName([current])}, and does not get ${roleArn} by it.`;
      return finding('connection.pair-of-another', message, {
        connectionId: id,
        roleArn,
        evidence: { heldBy: connectionId },
      });
    });
}

/** Names by which the configuration still gives the connection this role, for its record; none while it has followed. */
export function listPairedNames(
  grant: Grant,
  organization: Pick<OrganizationView['organization'], 'name'>,
  references: readonly ConnectionReference[],
  role: Pick<ParsedRoleArn, 'account' | 'path' | 'name'>,
): readonly ConnectionReference[] {
  return listPairs(grant, organization, { references }).flatMap((pair) => {
    const { configuredAs } = pair;
    if (!configuredAs || !matchesPairedRole(pair, role)) return [];
    return references
      .filter((reference) => matchesPair(pair, organization, reference))
      .map(({ projectId }) => ({
        projectId,
        projectName: configuredAs.project,
        name: configuredAs.connection,
      }));
  });
}
