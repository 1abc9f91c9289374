import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import type { DeployedStack } from '../../../shared/domain/records/deployed-stack.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const CONFIGURATION = '.azfed/federation.yaml';
const BUCKET = 'azfed-configuration';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  place.cloud.s3.createBucket(BUCKET);
});
afterEach(() => place.leave());

/** What the functions of a stack say at their first run. */
async function deploy(stack: Partial<DeployedStack> = {}): Promise<void> {
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  const documents = DynamoDBDocumentClient.from(client);
  const store = createDynamoDeployedStack({ documents, table: 'azfed' });
  await store.write({ release: '0.0.1', configurationBucket: BUCKET, sha256: '', needs: [], ...stack });
  client.destroy();
}

const publish = async (...typed: readonly string[]) => {
  const { code, stdout, stderr } = await place.azfed(['publish', '--local', '--json', ...typed]);
  const document = stdout === '' ? undefined : (JSON.parse(stdout) as Readonly<Record<string, unknown>>);
  return { code, document, stderr };
};

function edit(from: string, to: string): void {
  place.write(CONFIGURATION, place.read(CONFIGURATION).replace(from, to));
}

it('publishes, repeats nothing, shows what differs, and goes back', async () => {
  await deploy();
  const first = await publish('--yes');
  expect(first).toMatchObject({ code: 0, document: { published: { version: 1 }, base: null } });
  const { published } = first.document as { readonly published: { readonly by: string; sha256: string } };
  expect(published.by).toMatch(/^arn:aws:/);
  expect(await publish('--yes')).toMatchObject({ code: 0, document: { published: null, isUnchanged: true } });

  edit('retire: close', 'retire: delete');
  edit('mode: enforce', 'mode: observe');
  expect(await publish()).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') as unknown });
  expect(await publish('--dry-run')).toMatchObject({
    document: { published: null, base: { version: 1 }, changes: { added: expect.any(Array) as unknown } },
  });
  expect(await publish('--yes')).toMatchObject({ code: 0, document: { published: { version: 2 } } });
  expect(await publish('--rollback', '9')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no such version.') as unknown,
  });
  expect(await publish('--rollback', '1', '--yes')).toMatchObject({
    code: 0,
    document: { published: { version: 3, rollbackOf: 1, sha256: published.sha256 }, base: { version: 2 } },
  });
  place.cloud.s3.put(BUCKET, 'configurations/0000000004.json', '{"format":1}');
  expect(await publish('--list')).toMatchObject({
    code: 0,
    document: {
      versions: [
        { version: 4, state: 'waiting', unreadable: expect.any(String) as unknown },
        { version: 3, rollbackOf: 1 },
        { version: 2 },
        { version: 1 },
      ],
    },
  });
  // The number of one that cannot be read is not used again.
  expect(await publish('--rollback', '2', '--yes')).toMatchObject({
    document: { published: { version: 5 } },
  });
}, 120_000);

it('publishes nothing that nobody would take, or that needs another stack first', async () => {
  expect(await publish('--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No function of this release has run there yet') as unknown,
  });
  const settings = {
    mode: 'organization',
    partition: 'aws',
    rolePath: '/',
    ownRoles: ['azfed-hook'],
  } as const;
  await deploy({ settings });
  const { code, stderr } = await publish('--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(`the schedule of organization ${sample.organizationId}`);
  expect(stderr).toContain('is read from an environment variable. Put it into Secrets Manager');
  expect(place.cloud.s3.object(BUCKET, 'configurations/0000000001.json')).toBeUndefined();
  const validated = await place.azfed(['validate', '--local', '--deployed']);
  expect(validated.code).toBe(1);
  expect(validated.stderr.replaceAll('azfed validate --deployed', 'azfed publish')).toBe(stderr);
});

it('names the rights that roles in an account lack, and the StackSet, before it publishes', async () => {
  await deploy();
  const [account] = sample.accounts;
  const { credentials } = place.cloud.aws.addAccount({ id: account });
  const deny = { Effect: 'Deny', Action: 'iam:CreateRole', Resource: '*' };
  await openConsole(place.cloud.aws.url, credentials).send(
    new PutRolePolicyCommand({
      RoleName: 'azfed-spoke',
      PolicyName: 'narrower',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [deny] }),
    }),
  );
  const { code, stdout } = await place.azfed(['publish', '--local', '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`account ${account} {2}account\\.writes .*iam:CreateRole`));
  expect(stdout).toContain('Update the StackSet azfed-spoke');
  expect(await place.azfed(['validate', '--local', '--deployed'])).toMatchObject({ code: 1 });
});
