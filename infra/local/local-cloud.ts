import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAws, LocalAwsOptions } from './aws/local-aws.ts';
import { startLocalAws } from './aws/local-aws.ts';
import type { LocalAwsState } from './aws/state.ts';
import type { LocalAzureDevOps } from './azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from './azure-devops/local-azure-devops.ts';
import type { LocalAzureDevOpsState } from './azure-devops/state.ts';
import type { LocalDynamoDb } from './dynamodb/local-dynamodb.ts';
import { startLocalDynamoDb } from './dynamodb/local-dynamodb.ts';
import type { WebhookReceiver } from './webhook-receiver/webhook-receiver.ts';
import { startWebhookReceiver } from './webhook-receiver/webhook-receiver.ts';

export interface LocalCloudOptions {
  /** Epoch milliseconds; one clock for all of it. Default: this machine's. */
  readonly now?: () => number;
  /** Keeps everything here, so that it is there again at the next start. Default: in memory. */
  readonly folder?: string;
  /** Most items of a page, of every list. */
  readonly pageSize?: number;
  /** How late AWS shows what was written. */
  readonly lateness?: Pick<LocalAwsOptions, 'visibilityDelayMs'>;
}

/** All of the outside that azfed works with, on loopback. */
export interface LocalCloud {
  readonly azureDevOps: LocalAzureDevOps;
  readonly aws: LocalAws;
  readonly dynamoDb: LocalDynamoDb;
  readonly receiver: WebhookReceiver;
  /** `whsec_...`, which the receiver checks signatures with. */
  readonly webhookSecret: string;
  /** Nothing was there before: it wants to be furnished. */
  readonly isNew: boolean;
  close(): Promise<void>;
}

interface Saved {
  readonly webhookSecret: string;
  readonly azureDevOps: LocalAzureDevOpsState;
  readonly aws: LocalAwsState;
}

export async function startLocalCloud({
  now = Date.now,
  folder,
  lateness,
  ...paging
}: LocalCloudOptions = {}): Promise<LocalCloud> {
  const store = folder === undefined ? undefined : openStore(folder);
  const saved = store?.read();
  const webhookSecret = saved?.webhookSecret ?? `whsec_${randomBytes(32).toString('base64')}`;
  const common = { now, ...paging };

  const azureDevOps = await startLocalAzureDevOps({ ...common, ...(saved && { state: saved.azureDevOps }) });
  const resolveIssuer = (issuer: string) => azureDevOps.resolveIssuer(issuer);
  const aws = await startLocalAws({
    ...common,
    resolveIssuer,
    ...lateness,
    ...(saved && { state: saved.aws }),
  });
  const dynamoDb = await startLocalDynamoDb(folder === undefined ? {} : { folder: join(folder, 'dynamodb') });
  const receiver = await startWebhookReceiver({ secrets: [webhookSecret], now });

  const save = () =>
    store?.write({ webhookSecret, azureDevOps: azureDevOps.snapshot(), aws: aws.snapshot() });
  const stops = [azureDevOps.onChange(save), aws.onChange(save)];
  return {
    azureDevOps,
    aws,
    dynamoDb,
    receiver,
    webhookSecret,
    isNew: saved === undefined,
    async close() {
      for (const stop of stops) stop();
      await Promise.all([azureDevOps.close(), aws.close(), dynamoDb.close(), receiver.close()]);
    },
  };
}

/** What is kept in a folder, beside DynamoDB's own files. */
function openStore(folder: string) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'cloud.json');
  return {
    read: () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : undefined),
    // Written beside and renamed: a stop in the middle leaves the last whole state.
    write(state: Saved) {
      writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
