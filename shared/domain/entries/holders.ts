import type { OrganizationInventory, ProjectInventory } from '../azure-devops/inventory.ts';
import { isReadToItsEnd, viewConnections } from '../azure-devops/inventory.ts';
import type { ConnectionView } from '../azure-devops/inventory.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { buildSubject } from '../issuers/issuer.ts';
import { matchesPattern } from '../kernel/glob.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import { parseConnectionId, parseOrganizationId } from '../kernel/ids.ts';
import type { NeverWorksReason } from '../policy/trust-liveness.ts';

/** A service connection, of whatever type, whose tokens have a subject. */
export interface HoldingConnection {
  readonly organization: string;
  readonly connectionId: ConnectionId;
  readonly projectId: ProjectId | null;
  /** Empty: it has no project that is shown. */
  readonly project: string;
  readonly name: string;
  /** As Azure DevOps spells it; `null`: not shown. */
  readonly type: string | null;
  /** `null`: not shown. */
  readonly isDisabled: boolean | null;
}

/**
 * Who holds tokens with a subject that a trust accepts:
 *
 * | state       | it is so when                                                                                     |
 * |-------------|---------------------------------------------------------------------------------------------------|
 * | connection  | one or more connections of these names were seen. `isWhole`: there are surely no others           |
 * | nobody      | the organization, and the project where there is one, was read to its end, and it has no such name |
 * | unknown     | none was seen, and there may be one all the same                                                   |
 * | pipeline    | the subject is that of a pipeline (`p://`)                                                         |
 * | outside     | an organization, tenant or application that the configuration does not name                        |
 * | never-works | no token has the subject, whoever asks for it                                                      |
 */
export type EntryHolder =
  | {
      readonly state: 'connection';
      readonly connections: readonly HoldingConnection[];
      readonly isWhole: boolean;
    }
  | {
      readonly state: 'nobody';
      /** It differs in case alone. */
      readonly similar?: HoldingConnection;
      /** The subject holds the id of a connection, which is never given again. */
      readonly isOfDeletedId: boolean;
    }
  | { readonly state: 'unknown'; readonly reason: string }
  | { readonly state: 'pipeline' }
  | { readonly state: 'outside' }
  | { readonly state: 'never-works'; readonly reason: NeverWorksReason };

/** How a trust names subjects. any: it names none. */
type SubjectMatch = 'exact' | 'ignores-case' | 'pattern' | 'any';

export interface NamedSubject {
  readonly match: SubjectMatch;
  /** Empty: any. */
  readonly subject: string;
}

/** Finds who holds the subjects of one issuer. Inventories of the same organization are read once. */
export interface HolderDirectory {
  /** Tokens of the organization's own issuer. */
  findInOrganization(organization: OrganizationId, named: NamedSubject): EntryHolder;
  /** Tokens of Entra: organization and connection are the last two ids of the subject. */
  findInEntra(named: NamedSubject): EntryHolder;
}

interface Listed {
  readonly inventory: OrganizationInventory;
  readonly view: ConnectionView;
  readonly names: readonly { readonly subject: string; readonly holder: HoldingConnection }[];
}

/** `inventories`: those that were read; an organization without one is outside. */
export function indexHolders(inventories: readonly OrganizationInventory[]): HolderDirectory {
  const listed = new Map(inventories.map((inventory) => [inventory.organizationId, listNames(inventory)]));
  return {
    findInOrganization(organization, named) {
      if (named.match === 'exact' && named.subject.startsWith('p://')) return { state: 'pipeline' };
      const its = listed.get(organization);
      return its ? findHolder(its, named) : { state: 'outside' };
    },
    findInEntra: (named) => findEntraHolder(listed, named),
  };
}

function listNames(inventory: OrganizationInventory): Listed {
  const view = viewConnections(inventory);
  const { identity, organizationName } = inventory;
  const organization = identity.state === 'complete' ? identity.value.name : organizationName;
  return {
    inventory,
    view,
    names: [...view.connections.values()].flatMap((connection) =>
      connection.references.map((reference) => ({
        subject: buildSubject(organization, reference),
        holder: describeConnection(organization, connection, reference),
      })),
    ),
  };
}

function describeConnection(
  organization: string,
  { id, type, isDisabled }: ServiceConnection,
  reference?: ServiceConnection['references'][number],
): HoldingConnection {
  return {
    organization,
    connectionId: id,
    projectId: reference?.projectId ?? null,
    project: reference?.projectName ?? '',
    name: reference?.name ?? '',
    type,
    isDisabled,
  };
}

function findHolder({ inventory, view, names }: Listed, { match, subject }: NamedSubject): EntryHolder {
  const problem = findIdentityProblem(inventory);
  if (problem !== undefined) return { state: 'unknown', reason: problem };
  const isSame = buildMatcher(match, subject, hasUnconfirmedName(inventory));
  const found = names.filter((one) => isSame(one.subject)).map(({ holder }) => holder);
  const isWhole = match === 'exact' ? !mayHide(inventory, view, subject) : view.isComplete;
  if (found.length > 0) return { state: 'connection', connections: found, isWhole };
  return isWhole
    ? explainAbsence(inventory, names, { match, subject })
    : { state: 'unknown', reason: explainUnread(inventory) };
}

/** Of a subject that no connection has. */
function explainAbsence(
  inventory: OrganizationInventory,
  names: Listed['names'],
  { match, subject }: NamedSubject,
): EntryHolder {
  const isExact = match === 'exact';
  if (isExact && !namesOrganization(inventory, subject))
    return { state: 'never-works', reason: 'subject-organization' };
  if (isExact && isEncoded(subject, names))
    return { state: 'unknown', reason: 'How Azure DevOps encodes blanks in subjects is not documented.' };
  const lower = subject.toLowerCase();
  const similar = names.find((one) => one.subject.toLowerCase() === lower)?.holder;
  return { state: 'nobody', isOfDeletedId: false, ...(similar ? { similar } : {}) };
}

const hasUnconfirmedName = ({ identity }: OrganizationInventory): boolean =>
  identity.state === 'complete' && identity.value.nameProblem !== undefined;

/** Why nothing can be said of the organization at all. */
function findIdentityProblem({ identity, organizationId }: OrganizationInventory): string | undefined {
  if (identity.state === 'unknown') return identity.message;
  return identity.value.id === organizationId
    ? undefined
    : `Another organization answers under its name: ${identity.value.id}.`;
}

function buildMatcher(
  match: SubjectMatch,
  wanted: string,
  anyCaseOfOrganization: boolean,
): (subject: string) => boolean {
  if (match === 'any') return () => true;
  const lowerName = (text: string) =>
    text.replace(/^sc:\/\/[^/*?]*/, (organization) => organization.toLowerCase());
  const fold = (text: string) => (anyCaseOfOrganization ? lowerName(text) : text);
  if (match === 'pattern') return (subject) => matchesPattern(fold(wanted), fold(subject));
  if (match === 'ignores-case') return (subject) => subject.toLowerCase() === wanted.toLowerCase();
  return (subject) => fold(subject) === fold(wanted);
}

/** The organization signs for itself alone, under the one spelling of its name. */
function namesOrganization({ identity }: OrganizationInventory, subject: string): boolean {
  const [organization = ''] = subject.replace(/^sc:\/\//, '').split('/');
  if (identity.state === 'unknown') return true;
  const { name, nameProblem } = identity.value;
  return nameProblem ? organization.toLowerCase() === name.toLowerCase() : organization === name;
}

/** Whether a connection of the subject may be there without having been seen. */
function mayHide(inventory: OrganizationInventory, view: ConnectionView, subject: string): boolean {
  const { projects, unreadable } = inventory;
  if (projects.state === 'unknown') return true;
  if (!namesOrganization(inventory, subject)) return false;
  const [, project] = subject.replace(/^sc:\/\//, '').split('/');
  const its = projects.value.filter(({ name }) => name === project);
  if (its.length === 0) return unreadable !== undefined;
  return its.some((one) => !isReadToItsEnd(one) || hidesName(one, view));
}

/** A connection of the project whose name there is not shown, or that two projects report differently. */
function hidesName({ id, connections }: ProjectInventory, view: ConnectionView): boolean {
  if (connections.state === 'unknown') return true;
  return connections.value.some((connection) => {
    const merged = view.connections.get(connection.id) ?? connection;
    const isNamed = merged.references.some(({ projectId, name }) => projectId === id && name !== '');
    return !isNamed || view.unsettled.has(connection.id);
  });
}

function explainUnread({ projects, organizationName, unreadable }: OrganizationInventory): string {
  if (projects.state === 'unknown') return projects.message;
  const unread = projects.value.find(({ connections }) => connections.state === 'unknown')?.connections;
  if (unread?.state === 'unknown') return unread.message;
  return unreadable?.[0]?.message ?? `Not everything in ${organizationName} is shown.`;
}

/** `%20` in a trust may be what its author saw in a token, or a mistake. */
function isEncoded(subject: string, names: Listed['names']): boolean {
  if (!/%[0-9a-f]{2}/i.test(subject)) return false;
  const decoded = decode(subject);
  return names.some((one) => one.subject === decoded);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function findEntraHolder(
  listed: ReadonlyMap<OrganizationId, Listed>,
  { match, subject }: NamedSubject,
): EntryHolder {
  if (match !== 'exact') return matchEntraPattern(listed, { match, subject });
  const [, organizationText = '', connectionText = ''] = /\/sc\/([^/]+)\/([^/]+)$/i.exec(subject) ?? [];
  const organization = parseOrganizationId(organizationText);
  const connection = parseConnectionId(connectionText);
  const its = organization && listed.get(organization);
  return its && connection !== undefined ? findById(its, connection) : { state: 'outside' };
}

function findById({ inventory, view }: Listed, connection: ConnectionId): EntryHolder {
  const problem = findIdentityProblem(inventory);
  if (problem !== undefined) return { state: 'unknown', reason: problem };
  const known = view.connections.get(connection);
  if (!known)
    return view.isComplete
      ? { state: 'nobody', isOfDeletedId: true }
      : { state: 'unknown', reason: explainUnread(inventory) };
  const { organizationName } = inventory;
  const connections = [describeConnection(organizationName, known, known.references[0])];
  return { state: 'connection', connections, isWhole: true };
}

/** Of a whole organization, or of a part of the ids; a pattern that names no organization reaches beyond all of them. */
function matchEntraPattern(
  listed: ReadonlyMap<OrganizationId, Listed>,
  { match, subject }: NamedSubject,
): EntryHolder {
  const [, organizationText = ''] = /\/sc\/([^/*?]+)\//i.exec(subject) ?? [];
  const its = listed.get(organizationText.toLowerCase() as OrganizationId);
  if (!its || match !== 'pattern') return { state: 'outside' };
  const problem = findIdentityProblem(its.inventory);
  if (problem !== undefined) return { state: 'unknown', reason: problem };
  const rest = subject.slice(subject.toLowerCase().indexOf('/sc/'));
  const { organizationId, organizationName } = its.inventory;
  const connections = [...its.view.connections.values()]
    .filter(({ id }) => matchesPattern(rest.toLowerCase(), `/sc/${organizationId}/${id}`))
    .map((connection) => describeConnection(organizationName, connection, connection.references[0]));
  return { state: 'connection', connections, isWhole: its.view.isComplete };
}
