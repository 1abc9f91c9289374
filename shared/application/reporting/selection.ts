import { isListOpen, listAccountNames } from '../../domain/configuration/account-list.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { coversConnection, matchesAny } from '../../domain/configuration/grant-coverage.ts';
import { viewConnections, type OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { ConnectionReference } from '../../domain/azure-devops/service-connection.ts';
import { neededProviders } from '../../domain/desired/role-design.ts';
import {
  findingCatalogue,
  getFindingAccount,
  leavesUnknown,
  listUnread,
  type Finding,
} from '../../domain/findings/finding.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import { parseRoleArn, splitRoleArn } from '../../domain/kernel/arn.ts';
import type { Severity } from '../../domain/kernel/severity.ts';
import { listClaims, type RecordedConnection } from '../../domain/records/connection-record.ts';
import type { Snapshot } from '../observe/observe.ts';
import type { ConnectionStatus } from '../observe/connection-status.ts';
import { selectStateWord } from './state-words.ts';

/**
 * The part that a person wants to see or to act on. Of one kind any of the patterns matches, of all kinds each does; an empty
 * list matches everything. `*` stands for any characters and `?` for one, as in the configuration.
 */
export interface Filter {
  readonly projects: readonly string[];
  /** Ids, or the names that the configuration gives to accounts. */
  readonly accounts: readonly string[];
  readonly grants: readonly string[];
  /** Words of `azfed status`, or the exact state of its JSON document. */
  readonly states: readonly string[];
  readonly severities: readonly Severity[];
}

/** What a filter makes of one plan. It decides nothing: it says what is shown and carried out. */
export interface Selection {
  readonly filter: Filter;
  includesRow(row: SelectableRow): boolean;
  includesChange(change: GuardedChange): boolean;
  /** What could not be read is always included. */
  includesFinding(found: Finding): boolean;
}

type SelectableRow = Pick<ConnectionStatus, 'connectionId' | 'roleArn' | 'severity'> &
  Partial<Pick<ConnectionStatus, 'findings'>>;

/** Where something belongs. */
export interface Place {
  readonly projects: readonly string[];
  readonly account: string | undefined;
  readonly grants: readonly string[];
}

/** What Azure DevOps and the records show. */
type KnownState = Pick<Snapshot, 'inventories' | 'desiredRoles' | 'recorded'>;

type Accounts = Pick<Configuration, 'accounts'>;

/** Project, account and grant alone. */
export function matchesPlace(filter: Filter, place: Place, { accounts }: Accounts): boolean {
  const names = accounts.flatMap((one) => (one.id === place.account ? listAccountNames(one) : []));
  const accountNames = [...(place.account === undefined ? [] : [place.account]), ...names];
  return (
    matches(filter.projects, place.projects) &&
    matches(filter.accounts, accountNames) &&
    matches(filter.grants, place.grants)
  );
}

const matches = (patterns: readonly string[], values: readonly string[]) =>
  patterns.length === 0 || values.some((value) => matchesAny(patterns, value));

/** `rows`: every connection, as an automatic run sees it, so that a word selects what `azfed status` shows under it. */
export function selectPart(
  filter: Filter,
  rows: readonly ConnectionStatus[],
  snapshot: KnownState,
  configuration: Configuration,
): Selection {
  const { targets } = snapshot.desiredRoles;
  const locate = createLocator(snapshot, configuration);
  const selected = rows.filter(
    (row) =>
      matchesPlace(filter, locate([row.connectionId], row.roleArn), configuration) &&
      matches(filter.states, [selectStateWord(row), row.state]),
  );
  const keys = new Set(selected.map(rowKey));
  const connections = new Set(selected.map(({ connectionId }) => connectionId));
  const roles = new Set(selected.map(({ roleArn }) => roleArn));
  const hasSeverity = (severity: Severity) =>
    filter.severities.length === 0 || filter.severities.includes(severity);
  const includesRole = (change: GuardedChange) => {
    if (change.target !== 'role' || !hasSeverity(change.severity)) return false;
    const ids = change.bindings.map(({ connectionId }) => connectionId);
    const isThere = filter.states.length === 0 || roles.has(change.roleArn);
    return isThere && matchesPlace(filter, locate(ids, change.roleArn), configuration);
  };
  const isByAccount = [filter.projects, filter.grants, filter.states].every(({ length }) => length === 0);
  const isInAccount = (account: string | undefined) =>
    isByAccount && matchesPlace(filter, { projects: [], account, grants: [] }, configuration);
  return {
    filter,
    includesRow: (row) =>
      keys.has(rowKey(row)) && (filter.severities.length === 0 || listSeverities(row).some(hasSeverity)),
    includesChange(change) {
      if (change.target === 'role') return includesRole(change);
      if (hasSeverity(change.severity) && isInAccount(change.account)) return true;
      // A role that is selected is of no use without its provider.
      return targets.some(
        ({ role, bindings }) =>
          roles.has(role.arn) && neededProviders(role, bindings).includes(change.providerArn),
      );
    },
    includesFinding(found) {
      const { connectionId, roleArn, severity } = found;
      if (leavesUnknown(found)) return true;
      if (!hasSeverity(severity)) return false;
      if (connectionId !== undefined) return connections.has(connectionId);
      if (roleArn !== undefined && roles.has(roleArn)) return true;
      return isInAccount(getFindingAccount(found));
    },
  };
}

const rowKey = ({ connectionId, roleArn }: SelectableRow) => `${connectionId} ${roleArn}`;

/** Of what is planned, and of what was found. */
function listSeverities({ severity, findings = [] }: SelectableRow): readonly Severity[] {
  const found = findings.flatMap((code) =>
    code in findingCatalogue ? [findingCatalogue[code as keyof typeof findingCatalogue].severity] : [],
  );
  return [...(severity === undefined ? [] : [severity]), ...found];
}

/** Where connections with one role belong. One that has no role belongs to the grants that cover it. */
export function createLocator(
  state: KnownState,
  { grants }: Pick<Configuration, 'grants'>,
): (ids: readonly string[], roleArn: string) => Place {
  const projects = collectProjects(state);
  const granted = collectGrants(state);
  const covering = new Map<string, readonly string[]>();
  for (const inventory of state.inventories)
    for (const connection of viewConnections(inventory).connections.values()) {
      const organization = { name: inventory.organizationName };
      const covers = grants.filter((grant) => coversConnection(grant, organization, connection));
      covering.set(
        connection.id,
        covers.map(({ name }) => name),
      );
    }
  return (ids, roleArn) => ({
    projects: ids.flatMap((id) => [...(projects.get(id) ?? [])]),
    account: parseRoleArn(roleArn)?.account,
    grants: granted.get(roleArn) ?? ids.flatMap((id) => covering.get(id) ?? []),
  });
}

/** Names of the projects that use each connection: where it is listed, where it is recorded, and where it asks for a role. */
function collectProjects({
  inventories,
  recorded,
  desiredRoles: { targets },
}: KnownState): ReadonlyMap<string, ReadonlySet<string>> {
  const projects = new Map<string, Set<string>>();
  const add = (id: string, references: readonly ConnectionReference[]) => {
    const known = projects.get(id) ?? new Set();
    for (const { projectName } of references) known.add(projectName);
    projects.set(id, known);
  };
  for (const inventory of inventories)
    for (const { id, references } of viewConnections(inventory).connections.values()) add(id, references);
  for (const { connectionId, references } of recorded) add(connectionId, references);
  for (const { bindings } of targets)
    for (const { connectionId, references } of bindings) add(connectionId, references);
  return projects;
}

function collectGrants({
  recorded,
  desiredRoles: { targets },
}: KnownState): ReadonlyMap<string, readonly string[]> {
  const claimed = recorded.flatMap((item) =>
    listClaims(item).map(({ role }) => [role.arn as string, [role.grant]] as const),
  );
  const granted = targets.flatMap(({ role, grant }) =>
    grant ? [[role.arn as string, [grant.name]] as const] : [],
  );
  return new Map<string, readonly string[]>([...claimed, ...granted]);
}

/** The same from the records alone, for what works while Azure DevOps does not. */
export function placeRecorded(item: RecordedConnection): readonly Place[] {
  const projects = item.references.map(({ projectName }) => projectName);
  return listClaims(item).map(({ role }) => ({
    projects,
    account: splitRoleArn(role.arn).account,
    grants: [role.grant],
  }));
}

/** A value without a pattern that names nothing, of which kind it is, and what there is. */
export interface FilterProblem {
  readonly kind: 'project' | 'account' | 'grant';
  readonly value: string;
  readonly known: readonly string[];
}

/** A slip of the pen would select nothing and look like good news. Names of projects count where every one was read. */
export function listFilterProblems(
  filter: Filter,
  state: KnownState,
  configuration: Configuration,
): readonly FilterProblem[] {
  const names = [
    ...[...collectProjects(state).values()].flatMap((some) => [...some]),
    ...state.inventories.flatMap(listProjectNames),
  ];
  const isPartial = listUnread(state.desiredRoles.findings).length > 0;
  return listUnknown(filter, isPartial ? undefined : names, configuration);
}

/** The same from the records alone. */
export function listRecordedProblems(
  filter: Filter,
  recorded: readonly RecordedConnection[],
  configuration: Configuration,
): readonly FilterProblem[] {
  const names = recorded.flatMap(({ references }) => references.map(({ projectName }) => projectName));
  return listUnknown(filter, names, configuration);
}

function listUnknown(
  filter: Filter,
  projects: readonly string[] | undefined,
  configuration: Configuration,
): readonly FilterProblem[] {
  const { accounts, grants } = configuration;
  const accountNames = isListOpen(configuration) ? undefined : accounts.flatMap(listAccountNames);
  const kinds = [
    ['project', filter.projects, projects],
    ['account', filter.accounts, accountNames],
    ['grant', filter.grants, grants.map(({ name }) => name)],
  ] as const;
  return kinds.flatMap(([kind, typed, known]) =>
    typed.flatMap((value) =>
      known === undefined || /[*?]/.test(value) || known.includes(value)
        ? []
        : [{ kind, value, known: [...new Set(known)].sort() }],
    ),
  );
}

const listProjectNames = ({ projects }: OrganizationInventory): readonly string[] =>
  projects.state === 'complete' ? projects.value.map(({ name }) => name) : [];
