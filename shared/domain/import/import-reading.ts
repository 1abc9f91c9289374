import type { ConnectionView, OrganizationInventory } from '../azure-devops/inventory.ts';
import { viewConnections } from '../azure-devops/inventory.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { hidesParameters, isAwsConnection } from '../azure-devops/service-connection.ts';
import type { Configuration, Organization } from '../configuration/configuration.ts';
import { describeProviders } from '../entries/trust-entries.ts';
import type { AccountObservation, ObservedRole } from '../iam/role.ts';
import { buildSubject, entraSubject, selectProfiles, type IssuerChoice } from '../issuers/issuer.ts';
import type { ParsedRoleArn } from '../kernel/arn.ts';
import type { AccountId, ConnectionId, RoleArn } from '../kernel/ids.ts';
import { describeConnection } from './import-catalogue.ts';
import { readRoleTrust, type Admission, type Candidate, type TrustReading } from './role-trust.ts';

/** What an import has read, and what is configured already. */
export interface ImportSources {
  readonly configuration: Pick<Configuration, 'organizations' | 'accounts' | 'grants'>;
  readonly inventories: readonly OrganizationInventory[];
  readonly observations: readonly AccountObservation[];
  /** Only connections of projects that match one of these patterns are granted or named; left out: all. */
  readonly projects?: readonly string[];
  /** Only roles of these accounts are granted or named; left out: all. */
  readonly only?: readonly AccountId[];
}

/** A connection has this role today. */
export interface ImportedAccess {
  readonly organization: Organization;
  readonly connection: ServiceConnection;
  readonly admission: Admission;
  readonly role: ObservedRole;
  readonly trust: TrustReading;
  /** any: the connection names no role. */
  readonly type: 'aws' | 'any';
  /** Whose tokens of it are let in. */
  readonly issuer: IssuerChoice;
}

export interface Known {
  readonly sources: ImportSources;
  readonly roles: ReadonlyMap<RoleArn, { readonly role: ObservedRole; readonly trust: TrustReading }>;
  /** By name in lower case and account. */
  readonly namesakes: ReadonlyMap<string, RoleArn>;
  /** Accounts whose roles and providers were read. */
  readonly accounts: ReadonlySet<AccountId>;
}

export interface ReadOrganization {
  readonly organization: Organization;
  readonly connections: readonly ServiceConnection[];
  /** Of these, the ones that were changed while they were read. */
  readonly unsettled: ReadonlySet<ConnectionId>;
  readonly candidates: readonly Candidate[];
  readonly unread: readonly string[];
}

export function readOrganization(
  { configuration }: ImportSources,
  inventory: OrganizationInventory,
): ReadOrganization {
  const organization = configuration.organizations.find(({ id }) => id === inventory.organizationId);
  const { identity } = inventory;
  if (!organization || identity.state === 'unknown' || identity.value.id !== inventory.organizationId) {
    const why =
      identity.state === 'unknown' ? identity.message : 'another organization answers under its name';
    return {
      organization: organization ?? NO_ORGANIZATION,
      connections: [],
      unsettled: new Set(),
      candidates: [],
      unread: [`${inventory.organizationName}: ${why}`],
    };
  }
  const view = viewConnections(inventory);
  const connections = [...view.connections.values()];
  return {
    organization,
    connections,
    unsettled: view.unsettled,
    candidates: connections.flatMap((connection) =>
      listCandidates(organization, identity.value.name, connection),
    ),
    unread: [...listUnreadProjects(inventory), ...listHidden(view)],
  };
}

const NO_ORGANIZATION = { name: '' } as Organization;

function listUnreadProjects({ organizationName, projects, unreadable = [] }: OrganizationInventory) {
  const own = unreadable.map(({ message }) => `${organizationName}: ${message}`);
  if (projects.state === 'unknown') return [...own, `${organizationName}: ${projects.message}`];
  return [
    ...own,
    ...projects.value.flatMap(({ name, connections, unreadable: entries = [] }) => [
      ...(connections.state === 'unknown' ? [`project ${name}: ${connections.message}`] : []),
      ...entries.map(({ message }) => `project ${name}: ${message}`),
    ]),
  ];
}

function listHidden({ connections, unsettled }: ConnectionView): readonly string[] {
  return [...connections.values()].flatMap((connection) => {
    const what = isHidden(connection)
      ? 'is listed, but not shown'
      : unsettled.has(connection.id)
        ? 'was changed while it was read'
        : undefined;
    return what === undefined ? [] : [`${describeConnection(connection)} ${what}`];
  });
}

export function isHidden(connection: ServiceConnection): boolean {
  const { type, oidc, requestedRoleArn } = connection;
  if (type === null || connection.references.length === 0) return true;
  return (
    isAwsConnection(connection) && (hidesParameters(connection) || oidc === null || requestedRoleArn === null)
  );
}

function listCandidates(
  organization: Organization,
  name: string,
  connection: ServiceConnection,
): readonly Candidate[] {
  return selectProfiles(organization, 'both').flatMap((profile) =>
    connection.references.map((reference) => ({
      organization,
      connection,
      reference,
      profile,
      subject:
        profile.name === 'vstoken'
          ? buildSubject(name, reference)
          : entraSubject(profile.prefix, organization.id, connection.id),
    })),
  );
}

export function readAccounts(sources: ImportSources, all: readonly Candidate[]): Known {
  const { configuration, observations } = sources;
  const candidates = new Map<string, Candidate[]>();
  for (const candidate of all)
    candidates.set(candidate.subject, [...(candidates.get(candidate.subject) ?? []), candidate]);
  const issuers = configuration.organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  const read = observations.flatMap((observation) => {
    const { roles } = observation;
    if (explainUnread(observation) !== undefined || roles.state === 'unknown') return [];
    const facts = describeProviders(observation, issuers);
    return roles.value.inScope.map((role) => ({ role, trust: readRoleTrust(role, { facts, candidates }) }));
  });
  return {
    sources,
    roles: new Map(read.map((one) => [one.role.arn, one])),
    namesakes: new Map(read.map(({ role }) => [namesakeKey(role), role.arn])),
    accounts: new Set(observations.flatMap((one) => (explainUnread(one) === undefined ? [one.account] : []))),
  };
}

export const namesakeKey = ({ account, name }: Pick<ParsedRoleArn, 'account' | 'name'>) =>
  `${account} ${name.toLowerCase()}`;

export function listUnreadAccounts({ observations }: ImportSources): readonly string[] {
  return observations.flatMap((observation) => {
    const why = explainUnread(observation);
    return why === undefined ? [] : [`account ${observation.account}: ${why}`];
  });
}

/** Credentials of another account read its roles, which say nothing of this one. */
function explainUnread({ account, roles, providers }: AccountObservation): string | undefined {
  if (roles.state === 'unknown') return roles.message;
  if (providers.state === 'unknown') return providers.message;
  const other = roles.value.inScope.find((role) => role.account !== account);
  return (
    other && `the credentials are of account ${other.account}; give it a role to assume (\`assumeRole\`).`
  );
}
