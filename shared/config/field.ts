import * as z from 'zod';
import { problemOfSecretVariable } from './environment.ts';

/**
 * Every field's description says what to write there: it is the hint of the editor (JSON Schema), the text of the
 * reference page, and the advice of an error. The message of a rule says only what is wrong, without the field's name.
 */
export function ruled(problemOf: (text: string) => string | undefined) {
  return z.string().check(({ value, issues }) => {
    const message = problemOf(value);
    if (message !== undefined) issues.push({ code: 'custom', message, input: value });
  });
}

/** A text that the domain reads into an id; `pattern` tells editors what it takes. */
export function identified<Id extends string>(
  parse: (text: string) => Id | undefined,
  what: string,
  pattern: RegExp,
) {
  return z
    .string()
    .meta({ pattern: pattern.source })
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
    .optional()
    .describe(
      'Name of the environment variable that holds the secret (its name, never the secret itself); it begins with AZFED_ or AZURE_DEVOPS_.',
    ),
  secret: secretArn
    .optional()
    .describe('ARN of the Secrets Manager secret: arn:aws:secretsmanager:<region>:<account>:secret:<name>.'),
};

/** JSON Schema's words for "exactly one of these keys". */
export const exactlyOne = (...keys: readonly string[]) => ({
  oneOf: keys.map((key) => ({ required: [key] })),
});
