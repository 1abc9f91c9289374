import { createHash, randomUUID } from 'node:crypto';

/** As the wire spells it; binary as base64. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

export interface Version {
  readonly id: string;
  readonly value: SecretValue;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly region: string;
  /** Newest first: AWSCURRENT, AWSPREVIOUS, and those that have lost their label. */
  readonly versions: readonly Version[];
}

/** Everything that outlives a restart, as plain JSON, values in clear. */
export interface LocalSecretsState {
  readonly secrets: readonly Secret[];
}

export interface SecretStore {
  /** By name or ARN; a Region knows its own secrets alone. */
  find(region: string, id: string): Secret | undefined;
  /** Without a value yet. */
  create(region: string, name: string): Secret;
  addVersion(secret: Secret, value: SecretValue, id?: string): Version;
  snapshot(): LocalSecretsState;
}

export const ACCOUNT = '111122223333';

export function createSecretStore(now: () => number, state?: LocalSecretsState): SecretStore {
  const secrets = new Map((state?.secrets ?? []).map((secret) => [secret.arn, secret]));
  const held = (secret: Secret): Secret => {
    secrets.set(secret.arn, secret);
    return secret;
  };
  return {
    find: (region, id) =>
      [...secrets.values()].find(
        (secret) => secret.region === region && (secret.name === id || secret.arn === id),
      ),
    create: (region, name) => held({ arn: formatArn(region, name), name, region, versions: [] }),
    addVersion: (secret, value, id = randomUUID()) => {
      const version = { id, value, createdAt: now() };
      held({ ...secret, versions: [version, ...secret.versions] });
      return version;
    },
    snapshot: () => ({ secrets: [...secrets.values()] }),
  };
}

/** The six characters at the end are random in AWS; here they follow from the name and stay the same in every run. */
function formatArn(region: string, name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:${getPartition(region)}:secretsmanager:${region}:${ACCOUNT}:secret:${name}-${suffix}`;
}

function getPartition(region: string): string {
  const prefixes = { 'us-gov-': 'aws-us-gov', 'cn-': 'aws-cn', 'eusc-': 'aws-eusc' };
  return Object.entries(prefixes).find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
