import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { TagRoleCommand } from '@aws-sdk/client-iam';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openConsole } from '../../infra/local/console-user.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import { sample, sampleConfiguration } from '../../infra/local/sample.ts';
import { createDynamoDeployedStack } from '../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createLocalDynamoClient } from '../builders/local-dynamo.ts';
import { ensureTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import type { Folder } from '../integration/cli/command-line.ts';
import { createFolder, listSpokeWrites } from '../integration/cli/command-line.ts';
import { getAccount } from '../integration/local-play/playground.ts';
import { putFunction } from './deploying/hub.ts';

/**
 * The sample as release 0.1 has left it: roles applied, one adopted, automatic runs allowed, writes suspended. Its own
 * command has made the table and the roles.
 */
const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/table/release-0.1-deployment.json'), 'utf8'),
) as {
  readonly azureDevOps: object;
  readonly aws: object;
  readonly items: readonly Record<string, AttributeValue>[];
};
const SUSPENDED_AT = Date.parse('2026-11-30T11:53:00Z');

let cloud: LocalCloud;
let folder: Folder;
const kept = mkdtempSync(join(tmpdir(), 'azfed-upgrade-'));

beforeAll(async () => {
  const now = Date.now;
  const ahead = SUSPENDED_AT - now();
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  const { azureDevOps, aws } = fixture;
  const webhookSecret = `whsec_${Buffer.alloc(32).toString('base64')}`;
  writeFileSync(join(kept, 'cloud.json'), JSON.stringify({ webhookSecret, azureDevOps, aws }));
  cloud = await startLocalCloud({ folder: kept });
  await useTable(async (client) => {
    await ensureTable(client, 'azfed', systemClock);
    for (const Item of fixture.items) await client.send(new PutItemCommand({ TableName: 'azfed', Item }));
  });
  folder = createFolder();
  // Names of accounts are newer than the release.
  folder.write(
    'federation.yaml',
    sampleConfiguration(cloud).replaceAll(/^ {4}name: .*\n(?= {4}assumeRole)/gm, ''),
  );
});
afterAll(async () => {
  jest.restoreAllMocks();
  folder.remove();
  await cloud.close();
  rmSync(kept, { recursive: true });
});

type Client = ReturnType<typeof createLocalDynamoClient>;

async function useTable(work: (client: Client) => Promise<void>): Promise<void> {
  const client = createLocalDynamoClient(cloud.dynamoDb.url);
  await work(client).finally(() => {
    client.destroy();
  });
}

const azfed = (typed: string) =>
  folder.azfed([...typed.replaceAll('"', '').split(' '), '--yes'], {
    [sample.secretNames.pat]: sample.readerToken,
    [sample.secretNames.webhook]: cloud.webhookSecret,
    AZFED_ALLOW_LOOPBACK: '1',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: cloud.aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamoDb.url,
    AWS_ENDPOINT_URL_S3: cloud.s3.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: cloud.secrets.url,
    AWS_ACCESS_KEY_ID: cloud.aws.hubCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.aws.hubCredentials.secretAccessKey,
  });

/** What the deployment of the hub and the accounts leaves for `azfed version --check`. */
async function deploy(): Promise<void> {
  for (const name of ['discover', 'reconcile', 'deliver']) putFunction(cloud, `azfed-${name}`);
  await useTable(async (client) => {
    const store = createDynamoDeployedStack({
      documents: DynamoDBDocumentClient.from(client),
      table: 'azfed',
    });
    await store.write({ release: '0.0.1', configurationBucket: 'none', sha256: '', needs: [] });
  });
  for (const id of sample.accounts) {
    const iam = openConsole(cloud.aws.url, getAccount(cloud, id).credentials);
    const Tags = [{ Key: 'azfed:release', Value: '0.0.1' }];
    await iam.send(new TagRoleCommand({ RoleName: 'azfed-spoke', Tags }));
    iam.destroy();
  }
}

/** The commands of the page, in the order of its steps. */
function listCommands(): readonly string[] {
  const [steps = ''] = readFileSync('docs/upgrade.md', 'utf8').split('## Go back');
  const found = steps.matchAll(/^ *((?:npm|npx|azfed) .*?)(?: +#.*)?$|`((?:npx|azfed) [^`]+)`/gm);
  return [...found].map(([, line, code]) => line ?? code ?? '');
}

/** Commands of the page that are not typed here, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm ci': 'It installs packages.',
  'azfed template hub': 'The other way to deploy: test/infra and test/slow/deploy-page.test.ts.',
  'npx cdk diff': 'It needs a stack that is deployed; the templates are compared in test/infra.',
  'npx cdk deploy --all': 'deploy() leaves what it leaves.',
};

it('leads from the table of the release before to this one, with nothing changed in IAM', async () => {
  const said = new Map<string, string>();
  for (const command of listCommands()) {
    if (command === 'npx cdk deploy --all') {
      expect(await azfed('version --check')).toMatchObject({ code: 2 });
      await deploy();
    }
    if (command in elsewhere) continue;
    const { code, stdout, stderr } = await azfed(command.slice('azfed '.length));
    expect([command, code, code === 0 ? '' : stdout + stderr]).toEqual([command, 0, '']);
    said.set(command, stdout);
  }
  expect([...said.keys()]).toEqual([
    'azfed validate',
    'azfed suspend everything --until 1h --reason "upgrade"',
    'azfed version --check',
    'azfed doctor',
    'azfed plan',
    'azfed resume everything',
  ]);
  expect(said.get('azfed doctor')).not.toMatch(/^ +(?:fail|warning) /m);
  expect(said.get('azfed plan')).toMatch(/^Plan: nothing to do;/m);

  expect(await azfed('reconcile')).toMatchObject({ code: 0 });
  expect((await azfed('history Shop/aws-prod')).stdout).toContain('connection.federated.v1');
  expect(listSpokeWrites(cloud)).toEqual([]);
});
