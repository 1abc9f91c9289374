import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  COORDINATES,
  LOCAL_FOLDER,
  readCoordinates,
  removeCoordinates,
  writeCoordinates,
} from '../../../infra/local/coordinates.ts';
import { startLocalCloud, type LocalCloud } from '../../../infra/local/local-cloud.ts';
import { watchMovedMs } from '../../../infra/local/moved-clock.ts';
import { shiftSystemClock } from '../../../shared/adapters/system/system-clock.ts';
import { seed, sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import { makeFolder } from '../command-line/text-file.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { HookReceiver } from '../../../shared/domain/azure-devops/hook-subscription.ts';

/** The embedded cloud with the sample in it, kept in the current folder, where `--local` finds it. */
export interface PersistentEmulator {
  readonly cloud: LocalCloud;
  /** Path of the sample's configuration. */
  readonly configuration: string;
  /** By the name of the environment variable that they would stand in. */
  readonly secrets: Readonly<Record<string, string>>;
  /** A line for each part: what, and where. */
  readonly addresses: readonly string[];
  /** Says in the configuration where service hooks go. */
  configureHooks(hooks: HookReceiver): void;
  close(): Promise<void>;
}

/** Throws ConfigError where one runs already: two would write to one folder, and the first to end would hide the other. */
export async function startPersistentEmulator(): Promise<PersistentEmulator> {
  if (await isRunningHere()) throw oneIsEnough;
  makeFolder(LOCAL_FOLDER);
  const readShiftMs = watchMovedMs(LOCAL_FOLDER);
  shiftSystemClock(readShiftMs);
  const cloud = await startLocalCloud({ folder: LOCAL_FOLDER, now: () => Date.now() + readShiftMs() });
  if (cloud.isNew) await seed(cloud);
  const configuration = join(LOCAL_FOLDER, 'federation.yaml');
  // Ports differ from start to start, so that the addresses in it are written anew.
  writeFileSync(configuration, sampleConfiguration(cloud));
  const secrets = {
    [sample.secretNames.pat]: sample.readerToken,
    [sample.secretNames.webhook]: cloud.webhookSecret,
  };
  writeCoordinates(buildCoordinates(cloud, configuration, secrets));
  return {
    cloud,
    configuration,
    secrets,
    addresses: [
      `Azure DevOps  ${cloud.azureDevOps.url}/${sample.organization}`,
      `IAM and STS   ${cloud.aws.url}`,
      `DynamoDB      ${cloud.dynamoDb.url}`,
      `Webhooks      ${cloud.receiver.url}`,
    ],
    configureHooks(hooks) {
      writeFileSync(configuration, `${sampleConfiguration(cloud)}hooks: ${JSON.stringify(hooks)}\n`);
    },
    async close() {
      removeCoordinates();
      await cloud.close();
    },
  };
}

/** What one that was killed has left behind answers no more. */
async function isRunningHere(): Promise<boolean> {
  try {
    await fetch(readCoordinates(COORDINATES).aws, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

const oneIsEnough = new ConfigError({
  where: COORDINATES,
  what: 'An embedded cloud runs in this folder already.',
  fix: 'Use that one, end it with Ctrl-C where it runs, or start another in another folder. If none runs, remove the file.',
});

function buildCoordinates(cloud: LocalCloud, configuration: string, secrets: PersistentEmulator['secrets']) {
  return {
    azureDevOps: cloud.azureDevOps.url,
    aws: cloud.aws.url,
    dynamoDb: cloud.dynamoDb.url,
    secretsManager: cloud.secrets.url,
    s3: cloud.s3.url,
    eventTargets: cloud.eventTargets.url,
    entra: cloud.entra.url,
    receiver: cloud.receiver.url,
    hub: cloud.aws.hubCredentials,
    consoleUsers: Object.fromEntries(cloud.aws.accounts.map(({ id, credentials }) => [id, credentials])),
    secrets,
    projectAdmin: { organization: sample.organization, token: sample.adminToken },
    configuration,
  };
}
