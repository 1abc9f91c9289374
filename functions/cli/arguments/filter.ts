import { InvalidArgumentError, Option, type Command } from 'commander';
import { severities, type Severity } from '../../../shared/domain/kernel/severity.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { matchesPattern } from '../../../shared/domain/kernel/glob.ts';
import { stateWords } from '../../../shared/application/reporting/state-words.ts';
import type { Filter, FilterProblem } from '../../../shared/application/reporting/selection.ts';
import { fixOfName } from './connection-choice.ts';

/** What is typed; each may be typed several times. */
export interface PlaceOptions {
  readonly project?: readonly string[];
  readonly account?: readonly string[];
  readonly grant?: readonly string[];
}

export interface FilterOptions extends PlaceOptions {
  readonly state?: readonly string[];
  readonly severity?: readonly Severity[];
}

/** Adds the flags by which every verb over connections takes a part of them. */
export function addFilterOptions(command: Command, when = ''): Command {
  return addPlaceOptions(command, when)
    .addOption(
      new Option(
        '--state <word>',
        `${when}only connections in this state: ${Object.keys(stateWords).join(', ')}; repeatable`,
      ).argParser(collect(parseState)),
    )
    .addOption(
      new Option(
        '--severity <level>',
        `${when}only this severity: ${severities.join(', ')}; repeatable`,
      ).argParser(collect(parseSeverity)),
    );
}

const placeFlags = {
  project: ['--project <name>', 'project'],
  account: ['--account <id>', 'account, by its id or name'],
  grant: ['--grant <name>', 'grant'],
} as const;

/** The flags that need no look at IAM, or some of them. */
export function addPlaceOptions(
  command: Command,
  when = '',
  kinds: readonly (keyof typeof placeFlags)[] = ['project', 'account', 'grant'],
): Command {
  for (const [flags, what] of kinds.map((kind) => placeFlags[kind]))
    command.addOption(
      new Option(flags, `${when}only this ${what}; * and ? are patterns; repeatable`).argParser(
        collect(parseText),
      ),
    );
  return command;
}

const collect =
  <T>(parse: (text: string) => T) =>
  (text: string, former: readonly T[] = []): readonly T[] => [...former, parse(text)];

function parseText(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** Beside the words of `azfed status`: the exact states that its JSON document has. */
const exactStates = [
  ...['converged', 'create', 'repair', 'adopt', 'close', 'delete', 'failing', 'missing', 'deleted'],
  ...['left alone', 'no role', 'not read', 'no provider', 'as recorded'],
];

function parseState(text: string): string {
  const words = [...Object.keys(stateWords), ...exactStates];
  if (words.some((word) => matchesPattern(text, word))) return text;
  throw new InvalidArgumentError(`Choose one of: ${Object.keys(stateWords).join(', ')}.`);
}

function parseSeverity(text: string): Severity {
  const severity = severities.find((one) => one === text);
  if (severity) return severity;
  throw new InvalidArgumentError(`Choose one of: ${severities.join(', ')}.`);
}

/** `undefined` where nothing is typed: everything is meant. */
export function readFilter(typed: FilterOptions): Filter | undefined {
  const { project = [], account = [], grant = [], state = [], severity = [] } = typed;
  const filter = {
    projects: project,
    accounts: account,
    grants: grant,
    states: state,
    severities: severity,
  };
  return Object.values(filter).some(({ length }) => length > 0) ? filter : undefined;
}

/** Throws ConfigError for a name that nothing has: an empty answer would look like good news. */
export function requireKnown(problems: readonly FilterProblem[]): void {
  if (problems.length === 0) return;
  throw new ConfigError(
    problems.map(({ kind, value, known }) => ({
      where: `--${kind} ${value}`,
      what: `There is no such ${kind}.`,
      fix: fixOfName(value, known, kind === 'project' ? 'azfed status' : 'federation.yaml'),
    })),
  );
}

/** As it was typed, for texts. */
export function formatFilter({ projects, accounts, grants, states, severities: levels }: Filter): string {
  const parts = [
    ...projects.map((value) => ['project', value] as const),
    ...accounts.map((value) => ['account', value] as const),
    ...grants.map((value) => ['grant', value] as const),
    ...states.map((value) => ['state', value] as const),
    ...levels.map((value) => ['severity', value] as const),
  ];
  return parts.map(([flag, value]) => `--${flag} ${/\s/.test(value) ? `"${value}"` : value}`).join(' ');
}

/** Where IAM is not read, nothing is known of states. Throws ConfigError. */
export function refuseStates(filter: Filter | undefined, where: string): void {
  if (!filter || filter.states.length + filter.severities.length === 0) return;
  throw new ConfigError({
    where,
    what: 'It reads no role, so that --state and --severity select nothing.',
    fix: 'Use --project, --account or --grant.',
  });
}

/** A connection by its name, or those that a filter selects: one of the two. Throws ConfigError. */
export function requireOneWay(
  where: string,
  typed: string | undefined,
  filter: Filter | undefined,
): string | Filter {
  if (typed !== undefined && filter === undefined) return typed;
  if (typed === undefined && filter) return filter;
  throw new ConfigError({
    where,
    what: filter ? 'A connection and a filter exclude each other.' : 'No connection was named.',
    fix: 'Name one connection, or select some with --project, --account, --grant, --state or --severity.',
  });
}
