import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../../../functions/cli/main.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { seed, sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { ensureTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { checkReceivedEvents } from '../../builders/told-events.ts';
import { getCoordinates } from '../local-play/playground.ts';

export type Variables = Readonly<Record<string, string>>;

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person's folder, in which the command is typed. Nobody is at the keyboard. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): void;
  read(name: string): string;
  /**
   * What is typed after `azfed`, and what else is in the environment. The whole command runs, in this process: folder and
   * environment are exchanged for as long as it takes, so that what is typed at once is done in turn.
   */
  azfed(typed: readonly string[], variables?: Variables): Promise<Said>;
  /** The same in a folder below. */
  runAzfed(below: string, typed: readonly string[], variables?: Variables): Promise<Said>;
  remove(): void;
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'azfed-cli-'));
  let turn: Promise<unknown> = Promise.resolve();
  const type = (folder: string, typed: readonly string[], variables: Variables) => {
    const said = turn.then(() => visit(folder, variables, () => run(typed)));
    turn = said.catch(() => undefined);
    return said;
  };
  return {
    path,
    write(name, content) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    azfed: (typed, variables = {}) => type(path, typed, variables),
    runAzfed(below, typed, variables = {}) {
      mkdirSync(join(path, below), { recursive: true });
      return type(join(path, below), typed, variables);
    },
    remove: () => {
      rmSync(path, { recursive: true });
    },
  };
}

/** Nothing of the machine's own gets in: neither a profile of AWS nor a token. */
export function makeEnvironment(path: string, variables: Variables): Variables {
  const { PATH = '' } = process.env;
  return {
    PATH,
    HOME: path,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...variables,
  };
}

async function visit<T>(path: string, variables: Variables, work: () => Promise<T>): Promise<T> {
  const [folder, environment] = [process.cwd(), process.env];
  process.chdir(path);
  process.env = { ...makeEnvironment(path, variables) };
  try {
    return await work();
  } finally {
    process.chdir(folder);
    process.env = environment;
  }
}

async function run(typed: readonly string[]): Promise<Said> {
  const [stdin, stdout, stderr] = [new PassThrough().end(), new PassThrough(), new PassThrough()];
  const code = await main(['node', 'azfed', ...typed], '0.0.1', { stdin, stdout, stderr });
  return { code, stdout: await text(stdout.end()), stderr: await text(stderr.end()) };
}

/** The folder beside a cloud with the sample in it, as `azfed local up` leaves it. */
export interface Place extends Folder {
  readonly cloud: LocalCloud;
  /** What a person sets who knows nothing of --local. */
  readonly variables: Variables;
  leave(): Promise<void>;
}

/** `hasTable`: false before anybody has let azfed begin; otherwise as the deployment, or the first apply, has left it. */
export async function enterPlace({ hasTable = true } = {}): Promise<Place> {
  const cloud = await startLocalCloud();
  await seed(cloud);
  if (hasTable) await makeTable(cloud);
  const folder = createFolder();
  const secrets = {
    [sample.secretNames.pat]: sample.readerToken,
    [sample.secretNames.webhook]: cloud.webhookSecret,
  };
  const coordinates = { ...getCoordinates(cloud), secrets, configuration: '.azfed/federation.yaml' };
  folder.write('.azfed/local.json', JSON.stringify(coordinates));
  folder.write('.azfed/federation.yaml', sampleConfiguration(cloud));
  return {
    ...folder,
    cloud,
    variables: {
      ...secrets,
      AZFED_ALLOW_LOOPBACK: '1',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: cloud.aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamoDb.url,
      AWS_ENDPOINT_URL_S3: cloud.s3.url,
      AWS_ACCESS_KEY_ID: cloud.aws.hubCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.aws.hubCredentials.secretAccessKey,
    },
    async leave() {
      folder.remove();
      await cloud.close();
      checkReceivedEvents(cloud.receiver.received);
    },
  };
}

async function makeTable({ dynamoDb }: LocalCloud): Promise<void> {
  const client = createLocalDynamoClient(dynamoDb.url);
  await ensureTable(client, 'azfed', systemClock).finally(() => {
    client.destroy();
  });
}

/** What azfed has changed in AWS so far. */
export function listSpokeWrites({ aws }: LocalCloud): readonly string[] {
  return aws.calls
    .filter(({ principalArn }) => principalArn?.includes(':assumed-role/azfed-spoke/'))
    .map(({ operation }) => operation)
    .filter(
      (operation) =>
        !/^(?:Get|List|Lookup|Assume|Simulate|GenerateServiceLastAccessedDetails$)/.test(operation),
    );
}

export function findConnectionId({ azureDevOps }: LocalCloud, project: string, name: string): string {
  const [organization] = azureDevOps.snapshot().organizations;
  const projectId = organization?.projects.find((one) => one.name === project)?.id;
  const found = organization?.connections.find(({ references }) =>
    references.some((reference) => reference.projectId === projectId && reference.name === name),
  );
  if (!found) throw new Error(`The sample has no ${project}/${name}.`);
  return found.id;
}
