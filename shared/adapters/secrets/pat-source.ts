import * as z from 'zod';
import type { PatCredential } from '../../domain/configuration/configuration.ts';
import type { Token, TokenSource } from '../../ports/credentials.ts';
import { unusable } from './errors.ts';
import { openSecretsManager, type SecretSourceOptions } from './secret-source.ts';
import { parseJson } from '../../domain/kernel/json.ts';

/** How long a token from Secrets Manager is used without asking again; a refusal by Azure DevOps ends it earlier. */
const MAX_AGE_MS = 300_000;

/**
 * `expires` is a day, taken from its beginning in UTC, or a moment. Azure DevOps tells nobody but the token's owner when a
 * token ends, so that it is known only where a person has written it down.
 */
const TokenDocument = z.strictObject({
  token: z.string().trim().min(1),
  expires: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
});

/** Personal access tokens: in a variable, or in Secrets Manager alone or as `{"token":"..","expires":"2027-01-31"}`. */
export function createPatSource(options: SecretSourceOptions): TokenSource<PatCredential> {
  const { fromEnvironment, local = {}, clientOptions = {}, clock, maxAgeMs = MAX_AGE_MS } = options;
  const read = openSecretsManager(clientOptions);
  return {
    async getToken(credential) {
      const now = clock.now();
      if ('env' in credential)
        return { token: local[credential.env] ?? fromEnvironment(credential.env), usableUntil: now };
      return { ...parseToken(credential.secret, await read(credential.secret)), usableUntil: now + maxAgeMs };
    },
  };
}

/** Throws ConfigError for what is no token. */
export function parseToken(arn: string, text: string): Pick<Token, 'token' | 'expiresAt'> {
  if (!text.startsWith('{')) return { token: text };
  const document = TokenDocument.safeParse(parseJson(text));
  // What zod says of it is left out: it may quote the token.
  if (!document.success)
    throw unusable(
      arn,
      'It is neither a token nor {"token": "...", "expires": "<date>"}.',
      'Store one of the two; `expires` is a date such as 2027-01-31, and may be left out.',
    );
  const { token, expires } = document.data;
  return expires === undefined ? { token } : { token, expiresAt: Date.parse(expires) };
}
