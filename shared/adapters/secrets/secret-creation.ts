import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
} from '@aws-sdk/client-secrets-manager';
import { callSecrets, unusable } from './errors.ts';
import { createClient, type SecretsManagerOptions } from './secret-source.ts';

export interface NewSecret {
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

/** Both give the ARN, and throw as those do that read secrets. Neither needs the right to read one. */
interface SecretCreation {
  /** Under the key of AWS. Throws ConfigError where there is a secret of that name: nothing is overwritten. */
  create(secret: NewSecret): Promise<string>;
  /** The text before stays as AWSPREVIOUS, and the one before that is lost (PutSecretValue). */
  replace(secret: Pick<NewSecret, 'name' | 'text'>): Promise<string>;
}

export function openSecretCreation(region: string, options: SecretsManagerOptions): SecretCreation {
  const client = createClient(region, options);
  return {
    async create({ name, description, text }) {
      const command = new CreateSecretCommand({ Name: name, Description: description, SecretString: text });
      const { ARN: arn = name } = await callSecrets(name, () =>
        client.send(command).catch(refuseExisting(name)),
      );
      return arn;
    },
    async replace({ name, text }) {
      const command = new PutSecretValueCommand({ SecretId: name, SecretString: text });
      const { ARN: arn = name } = await callSecrets(name, () => client.send(command));
      return arn;
    },
  };
}

const refuseExisting = (name: string) => (error: unknown) => {
  if (!(error instanceof ResourceExistsException)) throw error;
  throw unusable(
    name,
    'There is such a secret already; it is not overwritten.',
    'Give it a new value: --rotate. The value before stays beside it.',
  );
};
