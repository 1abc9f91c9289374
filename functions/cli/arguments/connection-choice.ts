import { nearestWord } from '../../../shared/domain/kernel/nearest-word.ts';
import type { DesiredState } from '../../../shared/application/observe/observe.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { listUnread } from '../../../shared/domain/findings/finding.ts';
import { parseConnectionId, type ConnectionId } from '../../../shared/domain/kernel/ids.ts';
import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import type { ConnectionReference } from '../../../shared/domain/azure-devops/service-connection.ts';
import { displayName, isAwsConnection } from '../../../shared/domain/azure-devops/service-connection.ts';
import { bindsAnyType } from '../../../shared/domain/configuration/grant-coverage.ts';
import { listClaims } from '../../../shared/domain/records/connection-record.ts';
import type { Configuration, Webhook } from '../../../shared/domain/configuration/configuration.ts';

export interface Choice {
  readonly connectionId: ConnectionId;
  readonly references: readonly ConnectionReference[];
}

/**
 * The connection that a person means: its id, `project/name`, or a name that only one connection has. `listed`: of
 * several that had the name, the one that has it in Azure DevOps now.
 */
export function chooseConnection(
  typed: string,
  { desiredRoles, recorded, inventories }: DesiredState,
  preferred?: 'listed',
): Choice {
  const live = inventories
    .flatMap((inventory) => {
      const organization = { name: inventory.organizationName };
      return [...viewConnections(inventory).connections.values()].filter(
        (one) => isAwsConnection(one) || bindsAnyType(desiredRoles.configuration.grants, organization, one),
      );
    })
    .map(({ id, references }) => ({ connectionId: id, references }));
  if (preferred && live.some((choice) => isMeant(choice, typed)))
    return chooseRecorded(typed, live, listUnread(desiredRoles.findings));
  const bound = desiredRoles.targets.flatMap(({ bindings }) => bindings);
  const keeping = recorded.filter((item) => listClaims(item).length > 0);
  return chooseRecorded(typed, [...keeping, ...live, ...bound], listUnread(desiredRoles.findings));
}

const NOT_KNOWN = 'No AWS connection that is known has this name or id.';

/** The same among some that are given; the later of two with one id counts. `missing`: what it means that none of them is. */
export function chooseRecorded(
  typed: string,
  choices: readonly Choice[],
  unread: readonly string[] = [],
  missing = NOT_KNOWN,
): Choice {
  const known = [...new Map(choices.map((choice) => [choice.connectionId, choice])).values()];
  const matching = known.filter((choice) => isMeant(choice, typed));
  const [only, another] = matching;
  if (only && !another) return only;
  // Where one name has many owners, only they are worth choosing from.
  const names = (only ? matching : known).flatMap(({ references, connectionId }) =>
    references.map(({ projectName, name }) => `${projectName}/${name}${only ? ` (${connectionId})` : ''}`),
  );
  throw new ConfigError({
    where: `connection ${typed}`,
    what: only ? `${matching.length} connections have this name.` : [missing, ...unread].join(' '),
    fix: suggestFix(typed, names.sort()),
  });
}

/** A slip may be in the whole name or, where that was typed alone, in the part behind the project. */
function suggestFix(typed: string, names: readonly string[]): string {
  const parts = typed.includes('/') ? [] : names.flatMap((name) => name.split('/').slice(1));
  const near = nearestWord(typed, parts);
  return near === undefined ? fixOfName(typed, names, 'azfed status') : `Did you mean ${near}?`;
}

function isMeant({ connectionId, references }: Choice, typed: string): boolean {
  const id = parseConnectionId(typed);
  return connectionId === id || references.some((reference) => isNamed(reference, typed));
}

/** Also as tables show it: `project / name`. */
function isNamed(reference: ConnectionReference, typed: string): boolean {
  const { projectName, name } = reference;
  return name === typed || `${projectName}/${name}` === typed || displayName([reference]) === typed;
}

/** More than these nobody reads. */
const MOST_NAMES = 20;

/** What to type instead of a name that there is not: the nearest one, where it was a slip of the hand; else those that there are. */
export function fixOfName(typed: string, names: readonly string[], listing: string): string {
  const near = nearestWord(typed, names);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (names.length === 0) return `None is known; see ${listing}.`;
  return names.length > MOST_NAMES
    ? `There are ${names.length}; see ${listing}.`
    : `Choose one of: ${names.join(', ')}.`;
}

/** The webhook of that name, or all of them. Throws ConfigError. */
export function chooseWebhooks({ webhooks }: Configuration, name?: string): readonly Webhook[] {
  if (name === undefined) return webhooks;
  const named = webhooks.filter((webhook) => webhook.name === name);
  if (named.length > 0) return named;
  const names = webhooks.map((webhook) => webhook.name);
  throw new ConfigError({
    where: `--webhook ${name}`,
    what: 'There is no such webhook.',
    fix: fixOfName(name, names, 'federation.yaml'),
  });
}
