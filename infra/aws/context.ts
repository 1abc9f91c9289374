import type * as z from 'zod';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';

/**
 * The context in cdk.json and of -c as its schema has it, without the keys of the CDK itself (feature flags, what the command
 * passes on) and `others`. Throws ConfigError with every problem; `listProblems` finds those of several keys together.
 */
export function parseContext<Schema extends z.ZodObject>(
  schema: Schema,
  given: Readonly<Record<string, unknown>>,
  listProblems: (context: z.output<Schema>) => readonly string[],
  others: readonly string[] = [],
): z.output<Schema> {
  const isOwn = (key: string) => !/^(?:@|aws:|cdk-)/.test(key) && !['context', ...others].includes(key);
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => isOwn(key)));
  const describe = ({ path, message, ...issue }: z.core.$ZodIssue): string => {
    if (issue.code === 'unrecognized_keys')
      return `\`${issue.keys.join('`, `')}\` is not known; known are ${Object.keys(schema.shape).join(', ')}.`;
    return `\`${path.join('.')}\` ${String(path[0]) in own ? message : 'is missing'}.`;
  };
  const parsed = schema.safeParse(own, { error: describeValue });
  const problems = parsed.success ? listProblems(parsed.data) : parsed.error.issues.map(describe);
  if (parsed.success && problems.length === 0) return parsed.data;
  const where = 'The context in cdk.json or -c';
  const fix = 'Write it as -c name=value, or into cdk.json.';
  throw new ConfigError(problems.map((what) => ({ where, what, fix })));
}

const kinds: Readonly<Record<string, string>> = {
  ...{ string: 'a text', array: 'a list', int: 'a whole number', number: 'a number' },
};

/** What the schema has no words of its own for, in words that follow the name of the key. */
function describeValue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `is not ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `is none of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small')
    return issue.origin === 'number' ? `is less than ${issue.minimum}` : 'is empty';
  if (issue.code !== 'too_big') return undefined;
  return issue.origin === 'number'
    ? `is more than ${issue.maximum}`
    : `has more than ${issue.maximum} characters`;
}
