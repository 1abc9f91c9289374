import { findAccountListGap, listAccountNames } from '../../../shared/domain/configuration/account-list.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import { InvalidArgumentError } from 'commander';
import { readControls } from '../../../shared/application/records/controls.ts';
import { readDesiredState, type DesiredState } from '../../../shared/application/observe/observe.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import type { PauseScope, RecordedControls } from '../../../shared/domain/records/deployment-record.ts';
import { chooseConnection, fixOfName, type Choice } from './connection-choice.ts';
import type { Deployment } from '../composition/deployment.ts';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import type { RunScope } from '../../../shared/domain/desired/scope.ts';
import type { Filter } from '../../../shared/application/reporting/selection.ts';
import {
  listRecordedProblems,
  matchesPlace,
  placeRecorded,
} from '../../../shared/application/reporting/selection.ts';
import { formatFilter, requireKnown } from './filter.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import { parseDuration } from '../../../shared/domain/kernel/durations.ts';

/** What is typed after `suspend` and `resume`. */
export interface TypedScope {
  readonly of: PauseScope['of'];
  readonly name: string | undefined;
}

export const scopeKinds = [
  'everything',
  'organization',
  'account',
  'grant',
  'connection',
] as const satisfies readonly PauseScope['of'][];

/** What the table knows. */
export interface ReadRecords {
  readonly controls: RecordedControls;
  readonly recorded: readonly RecordedConnection[];
}

export async function readRecords({ ports: { state }, configuration }: Deployment): Promise<ReadRecords> {
  const [controls, ...recorded] = await Promise.all([
    readControls(state, configuration.accounts),
    ...configuration.organizations.map(({ id }) => state.readConnections(id)),
  ]);
  return { controls, recorded: recorded.flat() };
}

/** The scope that a person means. Only a connection's name that is not its id costs a look at Azure DevOps. Throws ConfigError. */
async function chooseScope(
  { of, name }: TypedScope,
  deployment: Deployment,
  { controls, recorded }: ReadRecords,
): Promise<PauseScope> {
  if (of === 'everything') {
    if (name === undefined) return { of };
    throw problem(of, `${name} is too much.`, 'Everything has no name.');
  }
  if (name === undefined)
    throw problem(of, 'Which one?', `Add its ${of === 'account' ? 'id or name' : 'name'}.`);
  const known = [...listNames(deployment.configuration, recorded), ...controls.pauses.map(toNamedScope)];
  const same = known.filter(({ scope }) => scope.of === of);
  const found = same.find(({ names }) => names.includes(of === 'connection' ? name.toLowerCase() : name));
  if (found) return found.scope;
  // An account may be missing in a list that is not known, or is an old one: to suspend it does not wait for the next list.
  const id = findAccountListGap(deployment.configuration) && parseAccountId(name);
  if (of === 'account' && id) return { of, id };
  if (of === 'connection') {
    const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
    return { of, id: chooseConnection(name, desiredState).connectionId };
  }
  const choices = [...new Set(same.flatMap(({ names: [first = ''] }) => [first]))].sort();
  throw problem(`${of} ${name}`, `There is no such ${of}.`, fixOfName(name, choices, 'federation.yaml'));
}

/**
 * The scopes of every recorded connection that a filter selects, or the one that is named. `observe`: the connections that a
 * filter by state or severity selects; for all else the table is enough. Throws ConfigError.
 */
export async function chooseScopes(
  typed: TypedScope,
  deployment: Deployment,
  records: ReadRecords,
  filter: Filter | undefined,
  observe: (filter: Filter) => Promise<ReadonlySet<string>>,
): Promise<readonly PauseScope[]> {
  if (!filter) return [await chooseScope(typed, deployment, records)];
  if (typed.of !== 'connection' || typed.name !== undefined)
    throw problem(typed.of, 'A filter selects connections.', 'Type connection, without a name.');
  const { configuration } = deployment;
  const isSeen = filter.states.length + filter.severities.length > 0;
  if (!isSeen) requireKnown(listRecordedProblems(filter, records.recorded, configuration));
  const seen = isSeen ? await observe(filter) : undefined;
  const selected = records.recorded.filter((item) =>
    seen
      ? seen.has(item.connectionId)
      : placeRecorded(item).some((place) => matchesPlace(filter, place, configuration)),
  );
  if (selected.length > 0) return selected.map(({ connectionId: id }) => ({ of: 'connection', id }));
  throw problem(formatFilter(filter), 'azfed keeps no such connection.', 'See: azfed status');
}

const problem = (where: string, what: string, fix: string) => new ConfigError({ where, what, fix });

interface NamedScope {
  readonly scope: PauseScope;
  readonly names: readonly string[];
}

function listNames(
  { organizations, accounts, grants }: Configuration,
  recorded: readonly RecordedConnection[],
): readonly NamedScope[] {
  return [
    ...organizations.map(
      ({ id, name }) => ({ scope: { of: 'organization', id }, names: [name, id] }) as const,
    ),
    ...accounts.map(
      (account) => ({ scope: { of: 'account', id: account.id }, names: listAccountNames(account) }) as const,
    ),
    ...grants.map(({ name }) => ({ scope: { of: 'grant', name }, names: [name] }) as const),
    ...recorded.map(({ connectionId: id }) => ({ scope: { of: 'connection', id }, names: [id] }) as const),
  ];
}

/** What is paused may be configured no more. */
function toNamedScope({ scope }: { readonly scope: PauseScope }): NamedScope {
  if (scope.of === 'everything') return { scope, names: [] };
  return { scope, names: [scope.of === 'grant' ? scope.name : scope.id] };
}

/** The role that is decided on for a connection. Throws ConfigError, in the words of what was found, when there is none. */
export function selectRunScope(
  { connectionId, references }: Choice,
  { desiredRoles }: Pick<DesiredState, 'desiredRoles'>,
): RunScope {
  const target = desiredRoles.targets.find(({ bindings, heir }) =>
    [...bindings, ...(heir?.bindings ?? [])].some((binding) => binding.connectionId === connectionId),
  );
  if (target) return { account: target.role.account, roles: [target.role.name] };
  const found = desiredRoles.findings.filter((finding) => finding.connectionId === connectionId);
  throw new ConfigError({
    where: displayName(references),
    what: found.map(({ message }) => message).join(' ') || 'No role is decided on for it now.',
    fix:
      found.map(({ code }) => `${code}: ${findingCatalogue[code].fix}`).join(' ') ||
      'It does not ask for OIDC, or could not be read; see azfed plan.',
  });
}

/** Reads `15s`, `5m` or `1h` as milliseconds, as commander reads what follows a flag; nothing below `least`. */
export function duration(least = 1_000): (text: string) => number {
  return (text) => {
    const time = /^\d{1,4}[smh]$/.test(text) ? parseDuration(text) : 0;
    if (time === 0) throw new InvalidArgumentError('Give a time such as 15s, 5m or 1h.');
    if (time < least) throw new InvalidArgumentError(`The shortest is ${least / 1_000}s.`);
    return time;
  };
}
