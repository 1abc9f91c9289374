import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { furnish, sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import { coordinatesOf } from '../local-play/playground.ts';

const command = resolve('functions/cli/azfed.mjs');

type Variables = Readonly<Record<string, string>>;

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person's folder, in which the real command is typed. Nobody is at the keyboard. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): void;
  /** What is typed after `azfed`, and what else is in the environment. */
  azfed(typed: readonly string[], variables?: Variables): Promise<Said>;
  remove(): void;
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'azfed-cli-'));
  return {
    path,
    write: (name, content) => {
      writeFileSync(join(path, name), content);
    },
    azfed: (typed, variables = {}) => run(path, typed, variables),
    remove: () => {
      rmSync(path, { recursive: true });
    },
  };
}

/** Nothing of the machine's own gets in: neither a profile of AWS nor a token. */
function environmentOf(path: string, variables: Variables): Variables {
  const { PATH = '' } = process.env;
  return { PATH, HOME: path, AWS_EC2_METADATA_DISABLED: 'true', ...variables };
}

function start(path: string, typed: readonly string[], variables: Variables) {
  return spawn(process.execPath, [command, ...typed], {
    cwd: path,
    env: environmentOf(path, variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(path: string, typed: readonly string[], variables: Variables): Promise<Said> {
  const child = start(path, typed, variables);
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** A command that runs until it is interrupted: says what it says first, and how it ends. */
export async function keepRunning(
  { path }: Folder,
  typed: readonly string[],
  untilSaid: string,
): Promise<{ readonly said: string; interrupt(): Promise<number | null> }> {
  const child = start(path, typed, {});
  const ended = new Promise<number | null>((end) => child.once('close', end));
  child.stderr.resume();
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes(untilSaid)) break;
  }
  child.stdout.resume();
  return {
    said,
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** The folder beside a cloud with the sample in it, as `azfed local up` leaves it. */
export interface Place extends Folder {
  readonly cloud: LocalCloud;
  /** What a person sets who knows nothing of --local. */
  readonly variables: Variables;
  leave(): Promise<void>;
}

export async function enterPlace(): Promise<Place> {
  const cloud = await startLocalCloud();
  await furnish(cloud);
  const folder = createFolder();
  const secrets = {
    [sample.secretNames.pat]: sample.readerToken,
    [sample.secretNames.webhook]: cloud.webhookSecret,
  };
  const coordinates = { ...coordinatesOf(cloud), secrets, configuration: '.azfed/federation.yaml' };
  mkdirSync(join(folder.path, '.azfed'));
  folder.write('.azfed/local.json', JSON.stringify(coordinates));
  folder.write('.azfed/federation.yaml', sampleConfiguration(cloud));
  return {
    ...folder,
    cloud,
    variables: {
      ...secrets,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: cloud.aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamoDb.url,
      AWS_ACCESS_KEY_ID: cloud.aws.hubCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.aws.hubCredentials.secretAccessKey,
    },
    async leave() {
      folder.remove();
      await cloud.close();
    },
  };
}

/** What azfed has changed in AWS so far. */
export function writesIn({ aws }: LocalCloud): readonly string[] {
  return aws.calls
    .filter(({ principalArn }) => principalArn?.includes(':assumed-role/azfed-spoke/'))
    .map(({ operation }) => operation)
    .filter((operation) => !/^(?:Get|List|Assume)/.test(operation));
}

export function connectionIdOf({ azureDevOps }: LocalCloud, project: string, name: string): string {
  const [organization] = azureDevOps.snapshot().organizations;
  const projectId = organization?.projects.find((one) => one.name === project)?.id;
  const found = organization?.connections.find(({ references }) =>
    references.some((reference) => reference.projectId === projectId && reference.name === name),
  );
  if (!found) throw new Error(`The sample has no ${project}/${name}.`);
  return found.id;
}
