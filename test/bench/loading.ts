import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { bundle, bundleFunctions } from '../../infra/aws/bundles.ts';

/** What a cold start loads, before it does anything. Ratios, since milliseconds are this machine's. */
export interface LoadRow {
  readonly bundle: string;
  readonly kilobytes: number;
  /** Time of a process that loads it, to that of one that loads nothing. */
  readonly toEmpty: number;
  /** The same, to one that loads the SDK's clients alone. */
  readonly toSdk: number;
}

const TRIES = 7;
/** What most functions talk to: the clients, without a single command. */
const sdkClients = `
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { SQSClient } from '@aws-sdk/client-sqs';
`;

export async function measureLoading(): Promise<readonly LoadRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'azfed-bundles-'));
  try {
    const sdk = await bundleSdk(folder);
    const bundles = [sdk, ...(await bundleFunctions(folder))];
    const empty = join(folder, 'empty.mjs');
    await writeFile(empty, '');
    const nothing = await leastTime(empty);
    const sdkTime = await leastTime(sdk.file);
    const rows: LoadRow[] = [];
    for (const { name, bytes, file } of bundles) {
      const time = file === sdk.file ? sdkTime : await leastTime(file);
      rows.push({ bundle: name, kilobytes: bytes / 1_000, toEmpty: time / nothing, toSdk: time / sdkTime });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Inside the project, so that packages are found. */
async function bundleSdk(folder: string) {
  const place = join(import.meta.dirname, '../../node_modules/.cache/azfed');
  await mkdir(place, { recursive: true });
  const entry = join(place, 'sdk.mjs');
  await writeFile(entry, sdkClients);
  return bundle('sdk', entry, folder);
}

/** Whatever else runs on the machine only ever adds to what a process takes. Milliseconds. */
async function leastTime(file: string): Promise<number> {
  const times: number[] = [];
  for (let tried = 0; tried < TRIES; tried++) times.push(await measureTime(file));
  return Math.min(...times);
}

/** A function that is not told its configuration loads, says so, and ends: that is what is measured. */
async function measureTime(file: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [file], { stdio: 'ignore', env: {} });
  await once(child, 'exit');
  return performance.now() - startedAt;
}
