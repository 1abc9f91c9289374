type Line = Readonly<Record<string, unknown>>;

/** A query of CloudWatch Logs Insights, as far as the runbook uses the language (User Guide, query syntax). */
export interface InsightsQuery {
  /** Names of fields of lines; those that CloudWatch adds (`@...`) are left out. */
  readonly fields: readonly string[];
  /** Whether a line passes all filters. */
  matches(line: Line): boolean;
}

/** Throws an error for what it does not know. */
export function parseInsightsQuery(text: string): InsightsQuery {
  const commands = text.split('\n').map((line) => line.replace(/^\| /, ''));
  const conditions = commands.filter((line) => line.startsWith('filter ')).map((line) => line.slice(7));
  for (const line of commands)
    if (!/^(?:fields|filter|sort|limit|stats) \S/.test(line)) throw new Error(`Unknown command: ${line}`);
  const shown = commands
    .filter((line) => line.startsWith('fields '))
    .flatMap((line) => line.slice(7).split(', '));
  const tested = conditions
    .flatMap((condition) => parseAlternatives(condition).flat())
    .map(({ field }) => field);
  return {
    fields: [...new Set([...shown, ...tested])].filter((field) => !field.startsWith('@')),
    matches: (line) =>
      conditions.every((condition) =>
        parseAlternatives(condition).some((all) =>
          all.every(({ field, value }) =>
            value === '> 0' ? Number(readField(line, field)) > 0 : readField(line, field) === value,
          ),
        ),
      ),
  };
}

interface Comparison {
  readonly field: string;
  /** `> 0`: a number that is more. */
  readonly value: string;
}

/** Alternatives of comparisons that hold together: `and` binds more tightly than `or`. */
function parseAlternatives(condition: string): readonly (readonly Comparison[])[] {
  return condition.split(' or ').map((all) =>
    all.split(' and ').map((comparison) => {
      const [, field = '', text, number] = /^([@\w.]+) (?:= "([^"]*)"|(> 0))$/.exec(comparison) ?? [];
      const value = text ?? number ?? '';
      if (field === '') throw new Error(`Unknown comparison: ${comparison}`);
      return { field, value };
    }),
  );
}

/** Insights names the members of an object, and the items of a list, by dots; the list itself has no name. */
export function readField(line: Line, field: string): unknown {
  const found = field
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], line);
  return Array.isArray(found) ? undefined : found;
}
