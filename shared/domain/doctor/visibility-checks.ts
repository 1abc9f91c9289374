import { counted } from '../kernel/counted.ts';
import type { Grant, Organization } from '../configuration/configuration.ts';
import {
  bindsAnyType,
  coversConnection,
  coversOrganization,
  coversProject,
} from '../configuration/grant-coverage.ts';

import { viewConnections, type OrganizationInventory } from '../azure-devops/inventory.ts';
import { hidesParameters, isAwsConnection, displayName } from '../azure-devops/service-connection.ts';
import { judging, type Check, type Judge } from './check.ts';

/** No project at all is the same answer as none that may be seen. */
export function projectsCheck(judge: Judge, { identity, projects }: OrganizationInventory): Check {
  if (projects.state === 'unknown') {
    const isFirst = identity.state === 'complete' && projects.code !== 'identity-mismatch';
    return isFirst
      ? judge.unread('projects.readable', projects)
      : judge.untried('projects.readable', 'the organization was not read');
  }
  return projects.value.length === 0
    ? judge.failed(
        'projects.readable',
        'No project is listed, which is also how Azure DevOps says: you may see none.',
      )
    : judge.ok('projects.readable', `${counted(projects.value.length, 'project')}.`);
}

/** Of every project; no connection anywhere is the same answer as none that may be read. */
export function visibleCheck(judge: Judge, inventory: OrganizationInventory): Check {
  const code = 'connections.readable';
  if (inventory.projects.state === 'unknown' || inventory.projects.value.length === 0)
    return judge.untried(code, 'no project was read');
  const unread = inventory.projects.value.flatMap(({ name, connections }) =>
    connections.state === 'unknown' ? [{ name, reason: connections }] : [],
  );
  const odd = [
    ...(inventory.unreadable ?? []).map((reason) => ({ name: inventory.organizationName, reason })),
    ...inventory.projects.value.flatMap(({ name, unreadable = [] }) =>
      unreadable.map((reason) => ({ name, reason })),
    ),
  ];
  const [first] = [...unread, ...odd];
  if (first) {
    const names = new Set([...unread, ...odd].map(({ name }) => name));
    const message = `${[...names].join(', ')}: ${first.reason.message}`;
    return judge.unread(code, { ...first.reason, message });
  }
  const all = [...viewConnections(inventory).connections.values()];
  if (all.length === 0)
    return judge.warning(
      code,
      'No service connection is listed in any project: there is none, or none may be read.',
    );
  const asking = all.filter((one) => isAwsConnection(one) && one.oidc === 'on').length;
  return judge.ok(code, `${counted(all.length, 'service connection')}; ${asking} of AWS with OIDC.`);
}

/** Listed is not shown: a Reader is listed connections whose type and parameters are kept back. */
export function shownCheck(judge: Judge, inventory: OrganizationInventory): Check {
  const code = 'connections.shown';
  const all = [...viewConnections(inventory).connections.values()];
  if (all.length === 0) return judge.untried(code, 'no service connection is listed');
  const hidden = all.filter((one) => one.type === null || (isAwsConnection(one) && hidesParameters(one)));
  if (hidden.length === 0) return judge.ok(code, `${counted(all.length, 'service connection')}.`);
  const names = hidden
    .slice(0, MOST_NAMES)
    .map(({ id, references }) => (references.length === 0 ? id : displayName(references)));
  const more = hidden.length > names.length ? `, and ${hidden.length - names.length} more` : '';
  return judge.failed(
    code,
    `${hidden.length} of ${counted(all.length, 'service connection')} are listed, but not shown: ${names.join(', ')}${more}.`,
  );
}

const MOST_NAMES = 10;

/** Whether a grant is about anything that is there. */
export function grantCheck(
  grant: Grant,
  organizations: readonly {
    readonly organization: Organization;
    readonly inventory: OrganizationInventory;
  }[],
): Check {
  const judge = judging(`grant ${grant.name}`);
  const meant = organizations.filter(({ organization }) => coversOrganization(grant, organization));
  const matched = meant.flatMap(({ organization, inventory: { projects } }) =>
    projects.state === 'complete'
      ? projects.value.filter(({ name }) => coversProject(grant, organization, name))
      : [],
  );
  if (matched.length > 0) {
    const covered = meant.flatMap(({ organization, inventory }) =>
      [...viewConnections(inventory).connections.values()].filter(
        (one) =>
          bindsAnyType([grant], organization, one) ||
          (isAwsConnection(one) && one.oidc === 'on' && coversConnection(grant, organization, one)),
      ),
    );
    const lost = isAllRead(meant) ? listLostPairs(grant, meant) : [];
    if (lost.length > 0)
      return judge.warning(
        'grant.matched',
        `No connection that can be seen is ${shorten(lost).join(', ')}.`,
        'Compare `project` and `connection` of the pair with the names in Azure DevOps, including their case.',
      );
    const what = `${counted(matched.length, 'project')}; ${counted(covered.length, 'connection')} ${grant.roles?.some(({ type }) => type === 'any') ? 'with OIDC or bound to a role' : 'with OIDC'}.`;
    return judge.ok('grant.matched', what);
  }
  if (meant.some(({ inventory }) => inventory.projects.state === 'unknown'))
    return judge.untried('grant.matched', 'not every organization that it names was read');
  return judge.warning(
    'grant.matched',
    `No project that can be seen matches ${listProjectsMeant(grant).join(', ')}.`,
  );
}

/** As `organization/project`; of many, the first. */
function listProjectsMeant({ connections, roles = [] }: Grant): readonly string[] {
  const all = connections
    ? connections.organization.flatMap((organization) =>
        connections.project.map((project) => `${organization}/${project}`),
      )
    : roles.map(({ organization, project }) => `${organization}/${project}`);
  return shorten([...new Set(all)]);
}

const shorten = (names: readonly string[]): readonly string[] =>
  names.length <= MOST_NAMES ? names : [...names.slice(0, MOST_NAMES), '...'];

type Meant = Parameters<typeof grantCheck>[1];

const isAllRead = (meant: Meant): boolean =>
  meant.every(({ inventory }) => viewConnections(inventory).isComplete);

/** Pairs of connections that are not there: their names are mistyped, or have changed. */
function listLostPairs({ roles = [] }: Grant, meant: Meant): readonly string[] {
  const there = new Set(
    meant.flatMap(({ organization, inventory }) =>
      [...viewConnections(inventory).connections.values()].flatMap(({ references }) =>
        references.map(({ projectName, name }) => JSON.stringify([organization.name, projectName, name])),
      ),
    ),
  );
  return roles
    .filter(
      ({ organization, project, connection }) =>
        !there.has(JSON.stringify([organization, project, connection])),
    )
    .map(({ project, connection }) => `${project}/${connection}`);
}

/** `1 project`, `2 projects`. */
