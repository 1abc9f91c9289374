import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';

describe('an embedded cloud that is kept in a folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'azfed-cloud-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('has its secrets, tenants and applications again after a restart', async () => {
    const first = await startLocalCloud({ folder });
    const { clientId } = first.entra.register(first.entra.addTenant());
    first.entra.federate(clientId, [{ issuer: 'i', subject: 's', audience: 'a' }]);
    const arn = first.secrets.put('token', 'one');
    const before = first.entra.snapshot();
    await first.close();

    const second = await startLocalCloud({ folder });
    const client = new SecretsManagerClient({
      endpoint: second.secrets.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    expect(second.entra.snapshot()).toEqual(before);
    expect(await client.send(new GetSecretValueCommand({ SecretId: arn }))).toMatchObject({
      SecretString: 'one',
    });
    client.destroy();
    await second.close();
  });

  it('opens the folder of a version that knew neither', async () => {
    const first = await startLocalCloud({ folder });
    first.azureDevOps.organizations.create({ name: 'contoso' });
    await first.close();
    const file = join(folder, 'cloud.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    const known = ['webhookSecret', 'azureDevOps', 'aws'];
    const older = Object.fromEntries(Object.entries(kept).filter(([part]) => known.includes(part)));
    expect(Object.keys(kept).length).toBeGreaterThan(known.length);
    writeFileSync(file, JSON.stringify(older));

    const second = await startLocalCloud({ folder });
    expect(second.isNew).toBe(false);
    expect(second.azureDevOps.snapshot().organizations).toMatchObject([{ name: 'contoso' }]);
    expect(second.entra.snapshot()).toEqual({ tenants: [], applications: [] });
    await second.close();
  });
});
