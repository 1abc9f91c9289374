import type { Look } from '../../shared/application/look.ts';
import { ConfigError } from '../../shared/domain/errors.ts';
import type { ConnectionId } from '../../shared/domain/ids.ts';
import { parseConnectionId } from '../../shared/domain/ids.ts';
import type { ConnectionReference } from '../../shared/domain/service-connection.ts';

export interface Choice {
  readonly connectionId: ConnectionId;
  readonly references: readonly ConnectionReference[];
}

/** The connection that a person means: its id, `project/name`, or a name that only one connection has. */
export function chooseConnection(
  typed: string,
  { draft, recorded }: Pick<Look, 'draft' | 'recorded'>,
): Choice {
  return chooseRecorded(typed, [...recorded, ...draft.targets.flatMap(({ bindings }) => bindings)]);
}

/** The same among some that are given; the later of two with one id counts. */
export function chooseRecorded(typed: string, choices: readonly Choice[]): Choice {
  const known = [...new Map(choices.map((choice) => [choice.connectionId, choice])).values()];
  const id = parseConnectionId(typed);
  const matching = known.filter(
    ({ connectionId, references }) =>
      connectionId === id || references.some((reference) => isNamed(reference, typed)),
  );
  const [only, another] = matching;
  if (only && !another) return only;
  const names = known.flatMap(({ references }) =>
    references.map(({ projectName, name }) => `${projectName}/${name}`),
  );
  throw new ConfigError([
    {
      where: `connection ${typed}`,
      what: only
        ? `${matching.length} connections have this name.`
        : 'No connection that azfed keeps or would keep has this name or id.',
      mend: `Choose one of: ${names.sort().join(', ') || 'none yet, see azfed plan'}.`,
    },
  ]);
}

function isNamed({ projectName, name }: ConnectionReference, typed: string): boolean {
  return name === typed || `${projectName}/${name}` === typed;
}
