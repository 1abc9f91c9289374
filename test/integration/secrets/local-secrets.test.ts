import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { LocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import { startLocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';

const NOW = Date.UTC(2026, 10, 22, 8);

describe('the embedded Secrets Manager', () => {
  let secrets: LocalSecrets;
  const clients: SecretsManagerClient[] = [];

  beforeEach(async () => {
    secrets = await startLocalSecrets({ now: () => NOW });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await secrets.close();
  });

  function openClient(region: string): SecretsManagerClient {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SecretsManagerClient({ endpoint: secrets.url, region, credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  }

  it('gives what was put in, by name and by ARN', async () => {
    const arn = secrets.put('azure-devops/pat', 'one');
    const client = openClient('us-east-1');
    for (const SecretId of ['azure-devops/pat', arn])
      await expect(client.send(new GetSecretValueCommand({ SecretId }))).resolves.toMatchObject({
        ARN: arn,
        Name: 'azure-devops/pat',
        SecretString: 'one',
        VersionStages: ['AWSCURRENT'],
        CreatedDate: new Date(NOW),
      });
  });

  it.each([
    ['us-east-1', 'aws'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('keeps a secret of %s in its own Region and partition', async (region, partition) => {
    const created = await openClient(region).send(
      new CreateSecretCommand({ Name: 'pat', SecretString: 'one' }),
    );
    const read = new GetSecretValueCommand({ SecretId: created.ARN });
    expect(created.ARN).toMatch(
      new RegExp(`^arn:${partition}:secretsmanager:${region}:\\d{12}:secret:pat-\\w{6}$`),
    );
    await expect(openClient(region).send(read)).resolves.toMatchObject({ SecretString: 'one' });
    await expect(openClient('ap-south-2').send(read)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('gives the newest version, and the one before it when it is asked for', async () => {
    const arn = secrets.put('pat', 'one');
    const client = openClient('us-east-1');
    await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'two' }));
    const read = async (VersionStage?: string) => {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage }));
      return answer.SecretString;
    };
    expect(await read()).toBe('two');
    expect(await read('AWSPREVIOUS')).toBe('one');
    await expect(read('AWSPENDING')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('takes a version once, however often it is sent, and never another value for it', async () => {
    const SecretId = secrets.put('pat', 'one');
    const client = openClient('us-east-1');
    const send = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken: 'x'.repeat(32) }));
    const first = await send('two');
    expect((await send('two')).VersionId).toBe(first.VersionId);
    await expect(send('three')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    const before = new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' });
    expect((await client.send(before)).SecretString).toBe('one');
    const byId = new GetSecretValueCommand({ SecretId, VersionId: first.VersionId });
    await expect(client.send(byId)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('keeps bytes', async () => {
    const bytes = Uint8Array.from([0, 255, 16]);
    const client = openClient('us-east-1');
    await client.send(new CreateSecretCommand({ Name: 'key', SecretBinary: bytes }));
    const read = await client.send(new GetSecretValueCommand({ SecretId: 'key' }));
    expect([...(read.SecretBinary ?? [])]).toEqual([0, 255, 16]);
    expect(read.SecretString).toBeUndefined();
  });

  const SecretString = 'one';
  it.each([
    {
      what: 'a second secret of one name',
      command: new CreateSecretCommand({ Name: 'pat', SecretString }),
      name: 'ResourceExistsException',
    },
    {
      what: 'a version of no secret',
      command: new PutSecretValueCommand({ SecretId: 'x', SecretString }),
      name: 'ResourceNotFoundException',
    },
    {
      what: 'a version without a value',
      command: new PutSecretValueCommand({ SecretId: 'pat' }),
      name: 'InvalidRequestException',
    },
    {
      what: 'text and bytes at once',
      command: new CreateSecretCommand({ Name: 'y', SecretString, SecretBinary: Uint8Array.of(1) }),
      name: 'InvalidParameterException',
    },
    {
      what: 'a name with a space',
      command: new CreateSecretCommand({ Name: 'a b', SecretString }),
      name: 'ValidationException',
    },
  ])('refuses $what', async ({ command, name }) => {
    const arn = secrets.put('pat', 'kept');
    const client = openClient('us-east-1');
    const sent = command instanceof CreateSecretCommand ? client.send(command) : client.send(command);
    await expect(sent).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    await expect(client.send(new GetSecretValueCommand({ SecretId: arn }))).resolves.toMatchObject({
      SecretString: 'kept',
    });
  });

  it('has no value of a secret that was made without one', async () => {
    const client = openClient('us-east-1');
    await client.send(new CreateSecretCommand({ Name: 'bare' }));
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'bare' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('AWSCURRENT') as unknown,
    });
  });

  it.each([
    ['an unsigned request', {}, 'MissingAuthenticationTokenException'],
    [
      'an operation that it does not have',
      { authorization: 'AWS4-HMAC-SHA256 Credential=AK/20261122/us-east-1/secretsmanager/aws4_request' },
      'UnknownOperationException',
    ],
  ])('refuses %s', async (_what, headers, type) => {
    const response = await fetch(secrets.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.DeleteSecret', ...headers },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: type });
  });
});
