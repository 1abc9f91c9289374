import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundle, entryOf } from '../../../infra/aws/bundles.ts';
import { startLocalS3 } from '../../../infra/local/s3/local-s3.ts';
import { buildPageAssets } from '../../../shared/report-page/build-assets.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalSqs } from '../../builders/local-sqs.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const configuration = JSON.stringify({
  version: 1,
  organizations: [{ name: 'contoso', id: organizationId(1), credential: { type: 'pat', env: 'AZFED_PAT' } }],
});
const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };

describe('the function report, as it is deployed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-bundle-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('carries what the page is built with, and writes a page with it', async () => {
    const { file, problems } = await bundle('report', resolve(entryOf('report')), folder);
    expect(problems).toEqual([]);
    const clock = createVirtualClock();
    const [s3, sqs, dynamo] = await Promise.all([
      startLocalS3({ keys: [keys] }),
      openLocalSqs(clock),
      openLocalDynamo(),
    ]);
    s3.createBucket('azfed-config');
    s3.createBucket('azfed-reports');
    s3.put('azfed-config', 'config.yaml', configuration);
    try {
      const said = await invoke(file, {
        AZFED_TABLE: dynamo.table,
        AZFED_CONFIG_BUCKET: 'azfed-config',
        AZFED_CONFIG_KEY: 'config.yaml',
        AZFED_CONFIG_SHA256: createHash('sha256').update(configuration).digest('hex'),
        AZFED_REPORT_QUEUE_URL: sqs.queues.create('report.fifo').url,
        AZFED_REPORT_BUCKET: 'azfed-reports',
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_SQS: sqs.queues.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      });
      expect(said).toContain('{"outcome":{"batchItemFailures":[]}}');
      const page = s3.object('azfed-reports', 'report.html')?.text;
      expect(page).toContain(`<script>${buildPageAssets().script}</script>`);
      expect(page).toContain('contoso: Discovery has not seen this organization yet.');
      expect(s3.object('azfed-reports', 'report.json')?.text).toContain('"schemaVersion":1');
    } finally {
      await Promise.all([s3.close(), sqs.close(), dynamo.close()]);
    }
  });
});

/** As Lambda does: the bundle in a process of its own, with one message of the queue. Resolves to what it wrote. */
async function invoke(bundled: string, variables: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [resolve('test/integration/runtime/invoke.mjs'), bundled], {
    env: {
      PATH: process.env['PATH'],
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...variables,
    },
  });
  child.stdin.end(JSON.stringify([{ Records: [sqsRecord('m1', 'report', { report: true })] }]));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${stdout}${stderr}`;
}
