import * as z from 'zod';
import { problemOfSecretVariable } from './environment.ts';

/** Keys and indexes from the root of the file. */
export type FieldPath = readonly (string | number)[];

/** Something wrong with one field; where it stands in the text is found by its path. */
export interface Complaint {
  readonly path: FieldPath;
  /** Whether the key itself or its value is wrong. */
  readonly at: 'key' | 'value';
  readonly what: string;
  readonly fix: string;
}

/** What a check of one value ends with. */
export const refuseValue = (path: FieldPath, what: string, fix: string): readonly Complaint[] => [
  { path, at: 'value', what, fix },
];

/** `grants[0].tags["cost center"]`; empty for the root. */
export function renderPath(path: FieldPath): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** How a sentence calls the field: by its last key, with the indexes behind it. */
export function formatFieldName(path: FieldPath): string {
  const last = path.findLastIndex((key) => typeof key === 'string');
  if (path.length === 0) return 'The file';
  const [key, ...indexes] = path.slice(Math.max(last, 0));
  return `\`${key ?? ''}${renderPath(indexes)}\``;
}

/** Of two ways to give a thing, exactly one is given. */
export function checkSource<Key extends string>(
  given: Readonly<Partial<Record<Key, unknown>>>,
  path: FieldPath,
  [one, other]: readonly [Key, Key],
): readonly Complaint[] {
  const count = [one, other].filter((key) => given[key] !== undefined).length;
  if (count === 1) return [];
  const what = `${formatFieldName(path)} has ${count === 0 ? 'neither' : 'both'} \`${one}\` ${count === 0 ? 'nor' : 'and'} \`${other}\`.`;
  return [{ path, at: 'value', what, fix: 'Give exactly one of the two.' }];
}

/**
 * Every field's description says what to write there: it is the hint of the editor (JSON Schema), the text of the
 * reference page, and the advice of an error. The message of a rule says only what is wrong, without the field's name.
 */
export function ruled(findProblem: (text: string) => string | undefined) {
  return z.string().check(({ value, issues }) => {
    const message = findProblem(value);
    if (message !== undefined) issues.push({ code: 'custom', message, input: value });
  });
}

/** One value, or a list of at least one; always a list for who reads it. */
export function oneOrMany<Item extends z.ZodType<string, string>>(item: Item) {
  return z.union([item, z.array(item).min(1)]);
}

export const listOfOneOrMany = (given: string | readonly string[]): readonly string[] =>
  typeof given === 'string' ? [given] : given;

/** A text that the domain reads into an id; `pattern` tells editors what it takes. */
export function identified<Id extends string>(
  parse: (text: string) => Id | undefined,
  what: string,
  pattern?: RegExp,
) {
  return z
    .string()
    .meta(pattern ? { pattern: pattern.source } : {})
    .transform((text, context) => {
      const id = parse(text);
      if (id !== undefined) return id;
      context.addIssue({ code: 'custom', message: `is not ${what}` });
      return z.NEVER;
    });
}

/** A name that is used in messages, tags and item keys. */
export const plainName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'is not a plain name (letters, digits, dot, dash, underscore; at most 64)',
  );

export const secretArn = z
  .string()
  .regex(
    /^arn:(?:aws|aws-us-gov|aws-cn|aws-eusc):secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]+$/,
    'is not the ARN of a Secrets Manager secret',
  );

/** Where a secret is read from; that exactly one of the two is given is checked with the other checks between fields. */
export const secretSources = {
  env: ruled(problemOfSecretVariable)
    .meta({ pattern: '^(AZFED|AZURE_DEVOPS)_[A-Za-z0-9_]+$' })
    .exactOptional()
    .describe(
      'Name of the environment variable that holds the secret (its name, never the secret itself); it begins with AZFED_ or AZURE_DEVOPS_.',
    ),
  secret: secretArn
    .exactOptional()
    .describe('ARN of the Secrets Manager secret: arn:aws:secretsmanager:<region>:<account>:secret:<name>.'),
};

/** JSON Schema's words for "exactly one of these keys". */
export const exactlyOne = (...keys: readonly string[]) => ({
  oneOf: keys.map((key) => ({ required: [key] })),
});
