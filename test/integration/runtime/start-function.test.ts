import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { startLocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { startLocalSecrets } from '../../../infra/local/secrets/local-secrets.ts';
import { organizationId, projectId } from '../../builders/domain-ids.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const PASSWORD = 'planted-current-password';
const configuration = JSON.stringify({
  version: 1,
  organizations: [
    { name: 'contoso', id: organizationId(1), credential: { type: 'pat', env: 'AZFED_PLANTED_PAT' } },
  ],
});

interface Run {
  readonly code: number | null;
  /** Lines of the log, and the outcome of each event. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly said: string;
}

async function run(
  variables: Readonly<Record<string, string>>,
  events: readonly unknown[] = [],
): Promise<Run> {
  const { PATH = '' } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', resolve('test/integration/runtime/invoke.mjs'), resolve('functions/hook/handler.ts')],
    {
      env: {
        PATH,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AK',
        AWS_SECRET_ACCESS_KEY: 'planted-secret-key',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...variables,
      },
    },
  );
  child.stdin.end(JSON.stringify(events));
  const ended = new Promise<number | null>((resolved) => child.once('close', resolved));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const said = `${stdout}${stderr}`;
  const lines = said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code: await ended, lines, said };
}

const proxyEvent = (password: string) => ({
  ...(JSON.parse(readFileSync('test/fixtures/events/rest-api-proxy.json', 'utf8')) as object),
  headers: { authorization: `Basic ${Buffer.from(`u:${password}`).toString('base64')}` },
  body: readFileSync('test/fixtures/events/service-hook.json', 'utf8'),
});

describe('the cold start of a function', () => {
  it('ends with one line that says everything that is missing, and no value', async () => {
    const { code, lines, said } = await run({
      AZFED_TABLE: 'planted table',
      AZFED_CONFIG_KEY: 'config.yaml',
    });
    expect(code).not.toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines).toMatchObject([
      {
        level: 'ERROR',
        service: 'hook',
        message: 'The function cannot start.',
        failure: { name: 'ConfigError' },
      },
    ]);
    const [line] = lines.map((one) => JSON.stringify(one));
    for (const name of [
      'AZFED_CONFIG_BUCKET',
      'AZFED_CONFIG_SHA256',
      'AZFED_TABLE',
      'AZFED_DISCOVER_QUEUE_URL',
      'AZFED_HOOK_SECRET',
    ])
      expect(line).toContain(name);
    expect(line).not.toContain('AZFED_CONFIG_KEY');
    expect(said).not.toContain('planted');
  });

  it('is followed by invocations that log ids and metrics, and nothing secret', async () => {
    const clock = createVirtualClock();
    const [s3, sqs, dynamo, secrets] = await Promise.all([
      startLocalS3({ keys: [{ accessKeyId: 'AK', secretAccessKey: 'planted-secret-key' }] }),
      openLocalSqs(clock),
      openLocalDynamo(),
      startLocalSecrets(),
    ]);
    s3.createBucket('azfed-config');
    s3.put('azfed-config', 'config.yaml', configuration);
    const queue = sqs.queues.create('discover.fifo');
    try {
      const variables = {
        AZFED_TABLE: dynamo.table,
        AZFED_CONFIG_BUCKET: 'azfed-config',
        AZFED_CONFIG_KEY: 'config.yaml',
        AZFED_CONFIG_SHA256: createHash('sha256').update(configuration).digest('hex'),
        AZFED_DISCOVER_QUEUE_URL: queue.url,
        AZFED_HOOK_SECRET: secrets.put('azfed/hook', JSON.stringify({ current: PASSWORD })),
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_SQS: sqs.queues.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      };
      const events = [proxyEvent(PASSWORD), proxyEvent('planted-guess'), { poison: 'planted' }];
      const failed = await run({ ...variables, AZFED_DISCOVER_QUEUE_URL: `${queue.url}-absent` }, [
        proxyEvent(PASSWORD),
      ]);
      const { code, lines, said } = await run(variables, events);
      expect(code).toBe(0);
      expect(lines.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))).toEqual([
        { statusCode: 202, body: '' },
        { statusCode: 401, body: '' },
        { statusCode: 401, body: '' },
      ]);
      expect(queue.messages()).toHaveLength(1);
      expect(lines).toContainEqual(
        expect.objectContaining({
          message: 'A hook was queued.',
          service: 'hook',
          organizationId: organizationId(1),
          projectId: projectId(1),
        }),
      );
      expect(lines).toContainEqual(expect.objectContaining({ HooksQueued: 1, service: 'hook' }));
      expect(lines).toContainEqual(expect.objectContaining({ HooksRefused: 1 }));
      expect(failed.lines).toContainEqual({ outcome: { statusCode: 503, body: '' } });
      expect(failed.lines).toContainEqual(
        expect.objectContaining({
          failure: expect.objectContaining({
            cause: expect.objectContaining({ name: 'QueueDoesNotExist', message: '(not shown)' }) as unknown,
          }) as unknown,
        }),
      );
      expect(said + failed.said).not.toMatch(/planted|aws-prod/);
    } finally {
      await Promise.all([s3.close(), sqs.close(), dynamo.close(), secrets.close()]);
    }
  });
});
