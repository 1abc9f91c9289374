import type { SecretReference } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import { unusable } from './errors.ts';
import type { SecretsManagerOptions } from './secrets-manager.ts';
import { openSecretsManager } from './secrets-manager.ts';

export interface SecretSourceOptions {
  /** Throws ConfigError for a variable that holds nothing. */
  readonly fromEnvironment: (name: string) => string;
  /** Asked before the environment, by the name of the variable. */
  readonly local?: Readonly<Record<string, string>>;
  readonly clientOptions?: SecretsManagerOptions;
  readonly clock: Clock;
  /** How long a secret from Secrets Manager is used without asking again; that long a rotation may go unseen. */
  readonly maxAgeMs?: number;
}

const MAX_AGE_MS = 300_000;

/**
 * Reads what a reference points at. A failure is not remembered, and an old value is never used in its place.
 * Throws ConfigError when there is no usable secret, PermissionError naming the missing right, TransientError when
 * Secrets Manager does not answer, UpstreamError when it never will.
 */
export function createSecretSource({
  fromEnvironment,
  local = {},
  clientOptions = {},
  clock,
  maxAgeMs = MAX_AGE_MS,
}: SecretSourceOptions): (reference: SecretReference) => Promise<string> {
  const read = openSecretsManager(clientOptions);
  const readOnce = remembering(async (arn) => plainText(arn, await read(arn)), clock, maxAgeMs);
  return async (reference) =>
    'env' in reference
      ? (local[reference.env] ?? fromEnvironment(reference.env))
      : readOnce(reference.secret);
}

/** Not what the console makes of key/value pairs (Secrets Manager User Guide, structure of a secret). */
function plainText(arn: string, text: string): string {
  if (!text.startsWith('{')) return text;
  throw unusable(arn, 'It holds key/value pairs.', 'Store the secret alone, as plaintext.');
}

/** Those who ask at the same time share one read. */
function remembering(
  read: (arn: string) => Promise<string>,
  clock: Clock,
  maxAgeMs: number,
): (arn: string) => Promise<string> {
  const reads = new Map<string, { readonly secret: Promise<string>; readonly at: number }>();
  return (arn) => {
    const last = reads.get(arn);
    if (last && clock.now() - last.at < maxAgeMs) return last.secret;
    const current = { secret: read(arn), at: clock.now() };
    reads.set(arn, current);
    current.secret.catch(() => {
      if (reads.get(arn) === current) reads.delete(arn);
    });
    return current.secret;
  };
}
