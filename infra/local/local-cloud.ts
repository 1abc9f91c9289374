import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from './aws/local-aws.ts';
import type { LocalAwsState } from './aws/state/state.ts';
import { startLocalAzureDevOps, type LocalAzureDevOps } from './azure-devops/local-azure-devops.ts';
import type { LocalAzureDevOpsState } from './azure-devops/state/state.ts';
import { startLocalDynamoDb, type LocalDynamoDb } from './dynamodb/local-dynamodb.ts';
import { startLocalEntra, type LocalEntra } from './entra/local-entra.ts';
import type { LocalEntraState } from './entra/state.ts';
import { startLocalEventTargets, type LocalEventTargets } from './event-targets/local-event-targets.ts';
import { startLocalS3, type LocalS3 } from './s3/local-s3.ts';
import type { LocalS3State } from './s3/object-store.ts';
import { startLocalSecrets, type LocalSecrets } from './secrets/local-secrets.ts';
import type { LocalSecretsState } from './secrets/secret-store.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver/webhook-receiver.ts';
import { NEW_KEY_BYTES, formatSigningSecret } from '../../shared/domain/notify/signing-secret.ts';

export interface LocalCloudOptions {
  /** Epoch milliseconds; one clock for all of it. Default: this machine's. */
  readonly now?: () => number;
  /** Keeps everything here, so that it is there again at the next start. Default: in memory. */
  readonly folder?: string;
  /** Most items of a page, of every list. */
  readonly pageSize?: number;
  /** How late AWS shows what was written, and how long each answer takes. */
  readonly lateness?: Pick<LocalAwsOptions, 'visibilityDelayMs' | 'latencyMs'>;
}

/** All of the outside that azfed works with, on loopback. */
export interface LocalCloud {
  readonly azureDevOps: LocalAzureDevOps;
  readonly aws: LocalAws;
  readonly dynamoDb: LocalDynamoDb;
  readonly entra: LocalEntra;
  readonly s3: LocalS3;
  readonly secrets: LocalSecrets;
  readonly eventTargets: LocalEventTargets;
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
  /** Folders of earlier versions lack these. */
  readonly entra?: LocalEntraState;
  readonly secrets?: LocalSecretsState;
  readonly s3?: LocalS3State;
}

export async function startLocalCloud({
  now = Date.now,
  ...options
}: LocalCloudOptions = {}): Promise<LocalCloud> {
  const store = options.folder === undefined ? undefined : openStore(options.folder);
  const saved = store?.read();
  const webhookSecret = saved?.webhookSecret ?? formatSigningSecret(randomBytes(NEW_KEY_BYTES));
  const parts = await startParts({ now, ...options }, webhookSecret, saved);
  const { azureDevOps, aws, entra, secrets, s3 } = parts;

  const save = () =>
    store?.write({
      webhookSecret,
      azureDevOps: azureDevOps.snapshot(),
      aws: aws.snapshot(),
      entra: entra.snapshot(),
      secrets: secrets.snapshot(),
      s3: s3.snapshot(),
    });
  const stops = [azureDevOps, aws, entra, secrets, s3].map((part) => part.onChange(save));
  return {
    ...parts,
    webhookSecret,
    isNew: saved === undefined,
    async close() {
      for (const stop of stops) stop();
      await Promise.all(Object.values(parts).map((part) => part.close()));
    },
  };
}

async function startParts(
  { now, folder, lateness, ...paging }: LocalCloudOptions & { readonly now: () => number },
  webhookSecret: string,
  saved?: Saved,
) {
  const common = { now, ...paging };
  // Each believes tokens of the next: Azure DevOps those of Entra, Entra those of AWS, AWS those of Azure DevOps.
  const azureDevOps = await startLocalAzureDevOps({
    ...common,
    ...kept(saved?.azureDevOps),
    resolveTenant: (issuer) => entra.resolveIssuer(issuer),
    findApplication: (tenantId, objectId) =>
      entra.snapshot().applications.find((one) => one.tenantId === tenantId && one.objectId === objectId)
        ?.clientId,
    stsUrl: () => aws.url,
  });
  const aws = await startLocalAws({
    ...common,
    ...lateness,
    ...kept(saved?.aws),
    resolveIssuer: (issuer) => azureDevOps.resolveIssuer(issuer),
  });
  const entra = await startLocalEntra({
    now,
    ...kept(saved?.entra),
    resolveIssuer: (issuer) => aws.resolveOutboundIssuer(issuer),
  });
  const secrets = await startLocalSecrets({ now, guard: aws.accessGuard, ...kept(saved?.secrets) });
  const s3 = await startLocalS3({
    now,
    keys: [aws.hubCredentials],
    guard: aws.accessGuard,
    ...kept(saved?.s3),
  });
  const eventTargets = await startLocalEventTargets();
  const dynamoDb = await startLocalDynamoDb({
    now,
    guard: aws.guardTable,
    ...(folder === undefined ? {} : { folder: join(folder, 'dynamodb') }),
  });
  const receiver = await startWebhookReceiver({ secrets: [webhookSecret], now });
  return { azureDevOps, aws, dynamoDb, entra, eventTargets, secrets, s3, receiver };
}

function kept<State>(state: State | undefined): { readonly state?: State } {
  return state === undefined ? {} : { state };
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
