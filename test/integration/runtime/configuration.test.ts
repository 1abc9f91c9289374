import { createHash } from 'node:crypto';
import { readConfiguration } from '../../../functions/runtime/configuration.ts';
import { createS3Configuration } from '../../../shared/adapters/s3/s3-configuration.ts';
import {
  ConfigError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../../shared/domain/errors.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import { startObjectServer } from '../../builders/object-server.ts';

const text = `
version: 1
organizations:
  - name: contoso # Größe
    id: ${organizationId(1)}
    credential: { type: pat, env: PAT }
`;
const sha256 = (of: string) => createHash('sha256').update(of).digest('hex');

describe('the configuration of a function', () => {
  let s3: Awaited<ReturnType<typeof startObjectServer>>;
  beforeAll(async () => {
    s3 = await startObjectServer();
    s3.put('azfed-config', 'asset.yaml', text);
  });
  afterAll(() => s3.close());

  const source = (key = 'asset.yaml') =>
    createS3Configuration({
      bucket: 'azfed-config',
      key,
      clientOptions: {
        endpoint: s3.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
        maxAttempts: 1,
      },
    });

  it('is the one that was deployed with it', async () => {
    const configuration = await readConfiguration(source(), sha256(text));
    expect(configuration.organizations).toMatchObject([{ name: 'contoso', id: organizationId(1) }]);
  });

  it('is refused when it is another one', async () => {
    const reading = readConfiguration(source(), sha256(`${text} `));
    await expect(reading).rejects.toBeInstanceOf(ConfigError);
    await expect(reading).rejects.toThrow(sha256(text));
  });

  it('is refused when it is wrong', async () => {
    s3.put('azfed-config', 'wrong.yaml', 'version: 2');
    await expect(readConfiguration(source('wrong.yaml'), sha256('version: 2'))).rejects.toThrow(/version/);
  });

  it('is missed', async () => {
    await expect(source('other.yaml').read()).rejects.toBeInstanceOf(ConfigError);
  });

  it.each([
    { failure: { code: 'AccessDenied', status: 403 }, error: PermissionError },
    { failure: { code: 'InvalidRequest', status: 400 }, error: UpstreamError },
    { failure: { code: 'SlowDown', status: 503 }, error: TransientError },
    { failure: { code: 'InternalError', status: 500 }, error: TransientError },
    { failure: 'drop' as const, error: TransientError },
  ])('is read another time when it is refused by $failure', async ({ failure, error }) => {
    s3.failNext(failure);
    await expect(source().read()).rejects.toBeInstanceOf(error);
    await expect(source().read()).resolves.toBe(text);
  });
});
