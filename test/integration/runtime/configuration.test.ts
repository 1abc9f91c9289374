import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { startLocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { readConfiguration } from '../../../functions/runtime/start-function.ts';
import { createS3Configuration } from '../../../shared/adapters/s3/s3-configuration-store.ts';
import {
  ConfigError,
  PermissionError,
  TransientError,
  UpstreamError,
} from '../../../shared/domain/kernel/errors.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const text = JSON.stringify({
  version: 1,
  organizations: [{ name: 'contoso', id: organizationId(1), credential: { type: 'pat', env: 'AZFED_PAT' } }],
  grants: [
    {
      name: 'shop',
      mode: 'observe',
      connections: { organization: 'contoso', project: 'Größe', name: '*' },
      accounts: ['123456789012'],
      role: { path: '/azure-devops/', name: '*' },
      boundary: 'arn:aws:iam::123456789012:policy/azfed-boundary',
      inlinePolicies: { deploy: { document: { Version: '2012-10-17', Statement: [] } } },
    },
  ],
});
const sha256 = (of: string) => createHash('sha256').update(of).digest('hex');

describe('the configuration of a function', () => {
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 'ST' };
  let s3: LocalS3;
  beforeAll(async () => {
    s3 = await startLocalS3({ keys: [credentials] });
    s3.createBucket('azfed-config');
    s3.put('azfed-config', 'deployed/asset.json', text);
  });
  afterAll(() => s3.close());

  const clock = createVirtualClock();
  const client = new DynamoDBClient({ region: 'us-east-1', credentials });
  const source = (key = 'deployed/asset.json') =>
    createS3Configuration({ bucket: 'azfed-config', key, client, clock, endpoint: s3.url });

  it('is the one that was deployed with it', async () => {
    const configuration = await readConfiguration(source(), sha256(text));
    expect(configuration.organizations).toMatchObject([{ name: 'contoso', id: organizationId(1) }]);
    expect(configuration.grants).toMatchObject([
      { connections: { project: ['Größe'] }, inlinePolicies: { deploy: { Version: '2012-10-17' } } },
    ]);
  });

  it('is refused when it is another one', async () => {
    const reading = readConfiguration(source(), sha256(`${text} `));
    await expect(reading).rejects.toBeInstanceOf(ConfigError);
    await expect(reading).rejects.toThrow(sha256(text));
  });

  it('is refused when it is wrong', async () => {
    s3.put('azfed-config', 'wrong.json', '{"version":2}');
    await expect(readConfiguration(source('wrong.json'), sha256('{"version":2}'))).rejects.toThrow(/version/);
  });

  it('is missed', async () => {
    await expect(source('other.json').read()).rejects.toBeInstanceOf(ConfigError);
  });

  it.each([
    { failure: { code: 'AccessDenied', status: 403 }, error: PermissionError },
    { failure: { code: 'PermanentRedirect', status: 301 }, error: UpstreamError },
    { failure: { code: 'SlowDown', status: 503 }, error: TransientError },
    { failure: { code: 'InternalError', status: 500 }, error: TransientError },
    { failure: 'drop' as const, error: TransientError },
  ])('is not there when it is refused by $failure, as often as it is tried', async ({ failure, error }) => {
    const tries = error === TransientError ? 3 : 1;
    for (let number = 0; number < tries; number += 1) s3.failNext(failure);
    await expect(source().read()).rejects.toBeInstanceOf(error);
    await expect(source().read()).resolves.toBe(text);
  });

  it('is read all the same when S3 fails twice', async () => {
    s3.failNext('drop');
    s3.failNext({ code: 'SlowDown', status: 503 });
    await expect(source().read()).resolves.toBe(text);
  });

  it('is asked for with the signature that AWS documents', async () => {
    const before = s3.requests.length;
    await source().read();
    expect(s3.requests.slice(before).map(({ headers }) => headers)).toMatchObject([
      {
        'x-amz-security-token': 'ST',
        'x-amz-content-sha256': sha256(''),
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
        ) as unknown,
      },
    ]);
  });
});
