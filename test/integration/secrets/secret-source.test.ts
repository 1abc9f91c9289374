import { inspect } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalSecrets, SecretsFailure } from '../../../infra/local/secrets/local-secrets.ts';
import { startLocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import type { SecretSourceOptions } from '../../../shared/adapters/secrets/secret-source.ts';
import {
  createSecretSource,
  createSigningSecretSource,
} from '../../../shared/adapters/secrets/secret-source.ts';
import { secretFromEnvironment } from '../../../shared/config/environment.ts';
import {
  ConfigError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const VALUE = 'value-that-nobody-may-see';
const MINUTE_MS = 60_000;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

describe('the source of secrets', () => {
  let secrets: LocalSecrets;
  /** One attempt: the SDK's own patience is not what is tested. */
  let clientOptions: NonNullable<SecretSourceOptions['clientOptions']>;
  const clock = createVirtualClock();
  const before = { ...process.env };

  beforeAll(async () => {
    secrets = await startLocalSecrets();
    clientOptions = { endpoint: secrets.url, credentials, maxAttempts: 1 };
  });
  afterEach(() => {
    process.env = { ...before };
  });
  afterAll(() => secrets.close());

  function open(options: Partial<SecretSourceOptions> = {}) {
    return createSecretSource({
      fromEnvironment: (name) => secretFromEnvironment(name, { AZURE_DEVOPS_PAT: 'of the environment' }),
      clientOptions,
      clock,
      ...options,
    });
  }

  const catchFailure = (read: Promise<string>) =>
    read.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('from variables', () => {
    it('reads the environment', async () => {
      await expect(open()({ env: 'AZURE_DEVOPS_PAT' })).resolves.toBe('of the environment');
    });

    it('prefers what the embedded cloud gave', async () => {
      const getSecrets = open({ local: { AZURE_DEVOPS_PAT: 'local' } });
      await expect(getSecrets({ env: 'AZURE_DEVOPS_PAT' })).resolves.toBe('local');
    });

    it('names the variable that is missing, as a rejection', async () => {
      await expect(open()({ env: 'OTHER' })).rejects.toThrow('environment variable OTHER: It is not set.');
    });
  });

  describe('from Secrets Manager', () => {
    it.each(['us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'])(
      'asks the Region of the ARN, %s, wherever it runs itself',
      async (region) => {
        Object.assign(process.env, { AWS_REGION: 'ap-south-1', AWS_DEFAULT_REGION: 'ap-south-1' });
        const secret = secrets.put('regional', `of ${region}`, region);
        await expect(open()({ secret })).resolves.toBe(`of ${region}`);
      },
    );

    it('takes endpoint and credentials from the variables of the SDK', async () => {
      const secret = secrets.put('by-variables', VALUE);
      Object.assign(process.env, {
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      });
      await expect(open({ clientOptions: {} })({ secret })).resolves.toBe(VALUE);
    });

    it('leaves out the line end that a file brought along', async () => {
      const secret = secrets.put('from-a-file', `${VALUE}\n`);
      await expect(open()({ secret })).resolves.toBe(VALUE);
    });

    it('sees a rotation after five minutes, and not before', async () => {
      const secret = secrets.put('rotated', 'one');
      const getSecrets = open();
      await getSecrets({ secret });
      secrets.put('rotated', 'two');
      clock.advance(5 * MINUTE_MS - 1);
      await expect(getSecrets({ secret })).resolves.toBe('one');
      clock.advance(1);
      await expect(getSecrets({ secret })).resolves.toBe('two');
    });

    it('asks anew each time when nothing may be remembered', async () => {
      const secret = secrets.put('never-kept', 'one');
      const getSecrets = open({ maxAgeMs: 0 });
      await expect(getSecrets({ secret })).resolves.toBe('one');
      secrets.put('never-kept', 'two');
      await expect(getSecrets({ secret })).resolves.toBe('two');
    });

    it('shares a read among those who ask together, and does not remember that it failed', async () => {
      const secret = secrets.put('shared', VALUE);
      const getSecrets = open();
      secrets.failNext({ type: 'InternalServiceError', status: 500 });
      const together = await Promise.allSettled([getSecrets({ secret }), getSecrets({ secret })]);
      expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await expect(getSecrets({ secret })).resolves.toBe(VALUE);
    });

    it.each([
      { what: 'the current secret alone before the first rotation', versions: ['a'], signs: ['a'] },
      { what: 'the current and the one before it', versions: ['a', 'b', 'c'], signs: ['c', 'b'] },
      {
        what: 'the current alone when the one before it was no signing secret',
        versions: ['', 'b'],
        signs: ['b'],
      },
      { what: 'a secret once that was stored twice', versions: ['a', 'a'], signs: ['a'] },
    ])('signs with $what', async ({ what, versions, signs }) => {
      const key = (letter: string) =>
        letter === '' ? 'no signing secret' : `whsec_${Buffer.alloc(24, letter).toString('base64')}`;
      const name = what.replaceAll(' ', '-');
      const [secret = ''] = versions.map((version) => secrets.put(name, key(version)));
      const getSecrets = createSigningSecretSource({ fromEnvironment: String, clientOptions, clock });
      await expect(getSecrets({ secret })).resolves.toEqual(signs.map(key));
    });

    it('signs nothing while it is not known what the previous secret was', async () => {
      const secret = secrets.put('half-known', `whsec_${Buffer.alloc(24).toString('base64')}`);
      const getSecrets = createSigningSecretSource({ fromEnvironment: String, clientOptions, clock });
      secrets.failNext({ type: 'InternalServiceError', status: 500 });
      await expect(getSecrets({ secret })).rejects.toBeInstanceOf(TransientError);
      await expect(getSecrets({ secret })).resolves.toHaveLength(1);
    });

    it('does not fall back on a secret that has become too old', async () => {
      const secret = secrets.put('old', 'one');
      const getSecrets = open();
      await getSecrets({ secret });
      clock.advance(5 * MINUTE_MS);
      secrets.failNext('drop');
      await expect(getSecrets({ secret })).rejects.toBeInstanceOf(TransientError);
    });

    it('tries again by itself when Secrets Manager stumbles once', async () => {
      const secret = secrets.put('second-try', VALUE);
      secrets.failNext({ type: 'InternalServiceError', status: 500 });
      await expect(open({ clientOptions: { endpoint: secrets.url, credentials } })({ secret })).resolves.toBe(
        VALUE,
      );
    });
  });

  describe('when there is no usable secret', () => {
    it.each([
      ['only white space', ' \n', 'It is empty.'],
      ['key/value pairs of the console', `{"token":"${VALUE}"}`, 'It holds key/value pairs.'],
    ])('says so of %s', async (_what, text, message) => {
      const secret = secrets.put('unusable', text);
      const error = await catchFailure(open()({ secret }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ problems: [{ where: secret, what: message }] });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(VALUE);
    });

    it('says so of bytes', async () => {
      const client = new SecretsManagerClient({ endpoint: secrets.url, credentials, region: 'us-east-1' });
      const SecretBinary = new TextEncoder().encode(VALUE);
      const { ARN: secret = '' } = await client.send(
        new CreateSecretCommand({ Name: 'bytes', SecretBinary }),
      );
      client.destroy();
      const error = await catchFailure(open()({ secret }));
      expect(error).toMatchObject({ problems: [{ where: secret, what: 'It has no text.' }] });
    });

    it.each([
      ['of another name', (arn: string) => arn.replace('present', 'absent')],
      ['in another Region', (arn: string) => arn.replace('us-east-1', 'us-west-2')],
    ])('says so of one %s', async (_what, change) => {
      const secret = change(secrets.put('present', VALUE));
      const error = await catchFailure(open()({ secret }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        problems: [{ where: secret, what: expect.stringContaining("can't find") as unknown }],
      });
    });

    it.each([
      'arn:aws:iam::111122223333:role/x',
      'arn:aws:secretsmanager:evil.example:111122223333:secret:x',
      'arn:aws:secretsmanager::111122223333:secret:x',
      'x',
    ])('asks nobody for %s', async (secret) => {
      const nowhere = open({
        clientOptions: { endpoint: 'http://127.0.0.1:9', credentials, maxAttempts: 1 },
      });
      await expect(nowhere({ secret })).rejects.toThrow(`${secret}: It is not the ARN of a secret.`);
    });
  });

  describe('when Secrets Manager does not give it', () => {
    const denied = (action: string) =>
      `User: arn:aws:sts::1:x is not authorized to perform: ${action} on resource`;
    it.each([
      ['AccessDeniedException', denied('secretsmanager:GetSecretValue'), 'secretsmanager:GetSecretValue'],
      ['AccessDeniedException', denied('kms:Decrypt'), 'kms:Decrypt'],
      ['AccessDeniedException', 'Access to KMS is not allowed', 'kms:Decrypt'],
      ['UnrecognizedClientException', 'The security token is invalid.', 'secretsmanager:GetSecretValue'],
      ['ExpiredTokenException', 'The security token is expired.', 'secretsmanager:GetSecretValue'],
    ])('names the missing right: %s, %s', async (type, message, action) => {
      const secret = secrets.put('refused', VALUE);
      secrets.failNext({ type, message });
      const error = await catchFailure(open()({ secret }));
      expect(error).toBeInstanceOf(PermissionError);
      expect(error).toMatchObject({ action, message: `The secret ${secret} was refused: ${message}` });
    });

    it('counts missing credentials as a missing right', async () => {
      Object.assign(process.env, {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      });
      const secret = secrets.put('unsigned', VALUE);
      const error = await catchFailure(open({ clientOptions: { endpoint: secrets.url } })({ secret }));
      expect(error).toMatchObject({ action: 'secretsmanager:GetSecretValue' });
    });

    const cases: readonly [SecretsFailure, typeof TransientError | typeof UpstreamError, string][] = [
      [{ type: 'ThrottlingException' }, TransientError, 'secret.throttled'],
      [{ type: 'InternalServiceError', status: 500 }, TransientError, 'secret.unavailable'],
      [{ type: 'ServiceUnavailable', status: 503 }, TransientError, 'secret.unavailable'],
      ['drop', TransientError, 'secret.unreachable'],
      [{ body: `{"SecretString":"${VALUE}` }, TransientError, 'secret.unreadable'],
      [{ body: VALUE }, TransientError, 'secret.unreadable'],
      [{ type: 'DecryptionFailure' }, UpstreamError, 'secret.refused'],
      [{ type: 'InvalidRequestException' }, UpstreamError, 'secret.refused'],
    ];
    it.each(cases)(
      'tells what may pass from what will not, naming the ARN alone: %j',
      async (failure, kind, code) => {
        const secret = secrets.put('failing', VALUE);
        secrets.failNext(failure);
        const error = await catchFailure(open()({ secret }));
        expect(error).toBeInstanceOf(kind);
        expect(error).toMatchObject({ code, message: expect.stringContaining(secret) as unknown });
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(VALUE);
      },
    );

    it('cannot reach it where nobody listens', async () => {
      const secret = secrets.put('unreachable', VALUE);
      const clientOptions = { endpoint: 'http://127.0.0.1:9', credentials, maxAttempts: 1 };
      await expect(open({ clientOptions })({ secret })).rejects.toMatchObject({ code: 'secret.unreachable' });
    });
  });
});
