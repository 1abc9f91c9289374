import { startLocalCloud, type LocalCloud } from '../../../../../infra/local/local-cloud.ts';
import { seed, sample, sampleConfiguration } from '../../../../../infra/local/sample.ts';
import { deliver } from '../../../../../shared/application/delivery/deliver.ts';
import { reconcile, type RunReport } from '../../../../../shared/application/run/reconcile.ts';
import { LOOPBACK_ALLOWED } from '../../../../../shared/config/environment.ts';
import { parseConfiguration } from '../../../../../shared/config/load-configuration.ts';
import { noPolicyFiles } from '../../../../../shared/config/inline-policies.ts';
import type { Clock } from '../../../../../shared/ports/clock.ts';
import { connect, type Deployment } from '../../../composition/deployment.ts';

/** The embedded cloud with the sample in it, and azfed connected to it by its real adapters. */
export interface Stage extends Deployment {
  readonly cloud: LocalCloud;
  /** Lets time pass, for azfed and for the cloud alike. */
  readonly wait: (milliseconds: number) => void;
  /** One run as a person runs it, and its events delivered. */
  readonly runOnce: () => Promise<RunReport>;
}

/** Runs with the machine's time, and jumps ahead where something waits: nobody watches a story to see it wait. */
function createStoryClock(): Clock & { readonly wait: (milliseconds: number) => void } {
  let ahead = 0;
  const wait = (milliseconds: number) => {
    ahead += milliseconds;
  };
  return {
    now: () => Date.now() + ahead,
    sleep: (milliseconds) => {
      wait(milliseconds);
      return Promise.resolve();
    },
    wait,
  };
}

export async function setStage(): Promise<Stage> {
  const clock = createStoryClock();
  const cloud = await startLocalCloud({ now: () => clock.now() });
  await seed(cloud);
  const configuration = parseConfiguration(
    sampleConfiguration(cloud),
    'federation.yaml',
    noPolicyFiles,
    LOOPBACK_ALLOWED,
  );
  const { pat, webhook } = sample.secretNames;
  const endpoints = {
    aws: cloud.aws.url,
    dynamoDb: cloud.dynamoDb.url,
    secretsManager: cloud.secrets.url,
    eventTargets: cloud.eventTargets.url,
    hub: cloud.aws.hubCredentials,
    secrets: { [pat]: sample.readerToken, [webhook]: cloud.webhookSecret },
  };
  const connected = await connect('azfed', clock, endpoints, configuration.webhooks);
  const { ports } = connected;
  const runOnce = async () => {
    const report = await reconcile(ports, configuration, { trigger: 'person' });
    await deliver(ports, configuration.webhooks);
    return report;
  };
  const resolve = (one: typeof configuration) => Promise.resolve(one);
  return { ...connected, configuration, resolve, cloud, wait: clock.wait, runOnce };
}
