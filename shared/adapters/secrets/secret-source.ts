import * as z from 'zod';
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretReference } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import { unusable, callSecrets } from './errors.ts';
import type { HookPasswords } from '../../domain/discovery/hook-password.ts';
import type { HookPasswordSource, HookPasswordWriter } from '../../ports/state.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { isSigningSecret } from '../../domain/notify/signing-secret.ts';
import { createRequestHandler } from '../signed-requests/request-handler.ts';

/** Left out: as the SDK's own rules and variables say. The Region is never chosen here, it is that of the secret. */
export type SecretsManagerOptions = Pick<
  SecretsManagerClientConfig,
  'endpoint' | 'credentials' | 'maxAttempts'
>;

/** Reads the current text of a secret by its ARN. No error that comes of it holds the text. */
export function openSecretsManager(options: SecretsManagerOptions): (arn: string) => Promise<string> {
  const clientIn = rememberClients(options);
  return async (arn) => {
    const client = clientIn(parseRegion(arn));
    // Without a version it is the one labelled AWSCURRENT (GetSecretValue, VersionStage).
    const { SecretString: text } = await callSecrets(arn, () =>
      client.send(new GetSecretValueCommand({ SecretId: arn })),
    );
    return usableText(arn, text);
  };
}

/**
 * Reads the text that a secret held before its current one; `undefined` where it was never changed, or was bytes. Secrets
 * Manager puts AWSPREVIOUS on the version that loses AWSCURRENT, and answers ResourceNotFoundException for a stage that no
 * version has (PutSecretValue, GetSecretValue).
 */
function openPreviousVersion(options: SecretsManagerOptions): (arn: string) => Promise<string | undefined> {
  const clientIn = rememberClients(options);
  return (arn) => {
    const client = clientIn(parseRegion(arn));
    return callSecrets(arn, async () => {
      try {
        const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: 'AWSPREVIOUS' });
        const { SecretString: text } = await client.send(command);
        return text?.trim();
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    });
  };
}

/** Gives a secret another text; the one before stays as its AWSPREVIOUS (PutSecretValue). */
export function openSecretsWriter(
  options: SecretsManagerOptions,
): (arn: string, text: string) => Promise<void> {
  const clientIn = rememberClients(options);
  return async (arn, text) => {
    const client = clientIn(parseRegion(arn));
    await callSecrets(arn, () =>
      client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text })),
    );
  };
}

function rememberClients(options: SecretsManagerOptions): (region: string) => SecretsManagerClient {
  const clients = new Map<string, SecretsManagerClient>();
  return (region) => {
    const client = clients.get(region) ?? createClient(region, options);
    clients.set(region, client);
    return client;
  };
}

export function createClient(region: string, options: SecretsManagerOptions): SecretsManagerClient {
  return new SecretsManagerClient({
    ...options,
    region,
    requestHandler: createRequestHandler(),
  });
}

/** Becomes part of the host's name that is asked, so nothing but the shape of a Region passes. */
function parseRegion(arn: string): string {
  const region = /^arn:[a-z-]+:secretsmanager:([a-z]+(?:-[a-z]+)+-\d+):\d{12}:secret:./.exec(arn)?.[1];
  if (region !== undefined) return region;
  throw unusable(
    arn,
    'It is not the ARN of a secret.',
    'Copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>.',
  );
}

function usableText(arn: string, text: string | undefined): string {
  if (text === undefined) throw unusable(arn, 'It has no text.', 'Store it as text (SecretString).');
  const secret = text.trim();
  if (secret === '') throw unusable(arn, 'It is empty.', 'Store the secret as its text.');
  return secret;
}

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
export function createSecretSource(
  options: SecretSourceOptions,
): (reference: SecretReference) => Promise<string> {
  const { fromEnvironment, local = {}, clientOptions = {}, clock, maxAgeMs = MAX_AGE_MS } = options;
  const read = openSecretsManager(clientOptions);
  const readOnce = remembering(async (arn) => plainText(arn, await read(arn)), clock, maxAgeMs);
  return async (reference) =>
    'env' in reference
      ? (local[reference.env] ?? fromEnvironment(reference.env))
      : readOnce(reference.secret);
}

/**
 * The secrets that a webhook's events are signed with: the current one, then the one before it, so that receivers can move to
 * the new one after it is stored. A previous text that is no signing secret signs nothing. Throws as `createSecretSource` does.
 */
export function createSigningSecretSource(
  options: SecretSourceOptions,
): (reference: SecretReference) => Promise<readonly string[]> {
  const { clientOptions = {}, clock, maxAgeMs = MAX_AGE_MS } = options;
  const readCurrent = createSecretSource(options);
  const readPrevious = remembering(openPreviousVersion(clientOptions), clock, maxAgeMs);
  return async (reference) => {
    const [current, previous] = await Promise.all([
      readCurrent(reference),
      'env' in reference ? undefined : readPrevious(reference.secret),
    ]);
    const isUsable = previous !== undefined && previous !== current && isSigningSecret(previous);
    return isUsable ? [current, previous] : [current];
  };
}

/** Not what the console makes of key/value pairs (Secrets Manager User Guide, structure of a secret). */
function plainText(arn: string, text: string): string {
  if (!text.startsWith('{')) return text;
  throw unusable(arn, 'It holds key/value pairs.', 'Store the secret alone, as plaintext.');
}

/** Those who ask at the same time share one read. */
function remembering<Secret>(
  read: (arn: string) => Promise<Secret>,
  clock: Clock,
  maxAgeMs: number,
): (arn: string) => Promise<Secret> {
  const reads = new Map<string, { readonly secret: Promise<Secret>; readonly at: number }>();
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

// Azure DevOps takes 1 to 256 characters without white space (publisher and consumer inputs of service hooks). Ours are
// not guessed: anybody on the internet may try.
const password = z.string().regex(/^\S{16,256}$/);
const document = z.strictObject({ current: password, previous: password.exactOptional() });

interface Reading {
  readonly passwords: Promise<HookPasswords>;
  readonly at: number;
}

/** Reads `{"current":"..","previous":".."}` from Secrets Manager; those who ask at the same time share one read. */
export function createHookPasswordSource(
  arn: string,
  clock: Clock,
  clientOptions: SecretsManagerOptions = {},
): HookPasswordSource {
  const readText = openSecretsManager(clientOptions);
  let last: Reading | undefined;
  return {
    read(maxAgeMs) {
      const before = last;
      if (before && clock.now() - before.at < maxAgeMs) return before.passwords;
      const reading = { passwords: readText(arn).then((text) => parse(arn, text)), at: clock.now() };
      last = reading;
      // One that fails leaves the one before for those who are content with its age.
      reading.passwords.catch(() => {
        if (last === reading) last = before;
      });
      return reading.passwords;
    },
  };
}

export function createHookPasswordWriter(
  arn: string,
  clientOptions: SecretsManagerOptions = {},
): HookPasswordWriter {
  const writeText = openSecretsWriter(clientOptions);
  return { write: (passwords) => writeText(arn, JSON.stringify(document.parse(passwords))) };
}

/** The text is in no error. */
function parse(arn: string, text: string): HookPasswords {
  const parsed = document.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw unusable(
    arn,
    'It does not hold the passwords of service hooks.',
    'Store {"current":"<password>"}, and "previous" beside it while a rotation is under way: 16 to 256 characters each, without spaces.',
  );
}
