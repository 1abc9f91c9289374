import { json } from 'node:stream/consumers';
import { connect } from '../../functions/cli/composition/deployment.ts';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import type { RunOutcome } from '../../shared/application/run/reconcile.ts';
import { createFastClock, createLaterClock, sceneConfiguration } from './scene.ts';
import { startUsage } from './usage.ts';
import type { Usage } from './usage.ts';
import type { Place } from './world.ts';

/** What one run has done and taken on azfed's side. */
export interface MeasuredRun extends Usage {
  readonly outcome: RunOutcome;
  readonly changes: number;
  /** What was not done, and why. */
  readonly troubles: readonly string[];
  readonly dynamoDbReads: number;
  readonly dynamoDbWrites: number;
}

const { azureDevOps, endpoints, laterMs } = (await json(process.stdin)) as Place;
const configuration = sceneConfiguration(azureDevOps);
const clock = laterMs === undefined ? createFastClock() : createLaterClock(laterMs);
const { ports: hasty, dynamodb } = await connect('azfed', clock, endpoints, configuration.webhooks);
const { aws: endpoint, hub: credentials } = endpoints;
const ports =
  laterMs === undefined
    ? hasty
    : { ...hasty, accounts: createAwsAccounts({ clock, ids: randomIds, endpoint, credentials }) };

const endUsage = startUsage();
const { outcome, results, failures } = await reconcile(ports, configuration, { trigger: 'person' });
await deliver(ports, configuration.webhooks);
const usage = endUsage();

const commands = [...dynamodb].flatMap(([name, count]) => Array.from({ length: count }, () => name));
const dynamoDbReads = commands.filter((name) => /^(Query|Get)/.test(name)).length;
const measured: MeasuredRun = {
  outcome,
  changes: results.length,
  troubles: [...results.flatMap(({ error }) => error ?? []), ...failures].map(({ message }) => message),
  dynamoDbReads,
  dynamoDbWrites: commands.length - dynamoDbReads,
  ...usage,
};
process.stdout.write(JSON.stringify(measured), () => {
  // The clients keep their sockets open.
  process.exit();
});
