import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { reading, unusable } from './errors.ts';

/** Left out: as the SDK's own rules and variables say. The Region is never chosen here, it is that of the secret. */
export type SecretsManagerOptions = Pick<
  SecretsManagerClientConfig,
  'endpoint' | 'credentials' | 'maxAttempts'
>;

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Reads the current text of a secret by its ARN. No error that comes of it holds the text. */
export function openSecretsManager(options: SecretsManagerOptions): (arn: string) => Promise<string> {
  const clientIn = rememberClients(options);
  return async (arn) => {
    const client = clientIn(regionOf(arn));
    // Without a version it is the one labelled AWSCURRENT (GetSecretValue, VersionStage).
    const { SecretString: text } = await reading(arn, () =>
      client.send(new GetSecretValueCommand({ SecretId: arn })),
    );
    return usableText(arn, text);
  };
}

/** Gives a secret another text; the one before stays as its AWSPREVIOUS (PutSecretValue). */
export function openSecretsWriter(
  options: SecretsManagerOptions,
): (arn: string, text: string) => Promise<void> {
  const clientIn = rememberClients(options);
  return async (arn, text) => {
    const client = clientIn(regionOf(arn));
    await reading(arn, () => client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text })));
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

function createClient(region: string, options: SecretsManagerOptions): SecretsManagerClient {
  return new SecretsManagerClient({
    ...options,
    region,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Otherwise the SDK only warns, and waits for ever.
      throwOnRequestTimeout: true,
    },
  });
}

/** Becomes part of the host's name that is asked, so nothing but the shape of a Region passes. */
function regionOf(arn: string): string {
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
