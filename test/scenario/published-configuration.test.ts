import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CONFIGURATION_BUCKET } from '../../functions/cli/commands/local/service/local-functions.ts';
import { createS3ConfigurationVersions } from '../../shared/adapters/s3/s3-configuration-store.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import { hashText } from '../../shared/domain/kernel/digest.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { wholeGrant } from '../builders/stage.ts';

const PUBLISHER = 'arn:aws:sts::999999999999:assumed-role/Operator/kim';

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections: { 'Shop/a': 'role-a' } });
  await stage.letWrite();
  await stage.tick();
});
afterEach(() => stage.close());

/** Publishes as `azfed publish` does. */
async function publish(version: number, text: string): Promise<void> {
  const { cloud, clock } = stage;
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: cloud.aws.hubCredentials });
  const bucket = CONFIGURATION_BUCKET;
  const versions = createS3ConfigurationVersions({ bucket, client, clock, endpoint: cloud.s3.url });
  const at = new Date(clock.now()).toISOString();
  await versions.publish({ version, text, sha256: hashText(text), by: PUBLISHER, at });
}

const makeText = (tags: object) => stage.text({ grants: [{ ...wholeGrant, tags }] });
const countDone = () => stage.telemetry.total(metrics.changesDone);
const listNotified = () => stage.notified().filter(({ type }) => type.startsWith('deployment.configuration'));

it('is live at the next run, without a deployment, and notified once with its publisher', async () => {
  const before = countDone();
  await publish(1, makeText({ team: 'pay' }));
  await stage.tick();
  expect(countDone()).toBe(before + 1);
  await stage.tick();
  expect(listNotified()).toMatchObject([
    { type: 'deployment.configuration-changed.v1', data: { version: 1, before: 0, by: PUBLISHER } },
  ]);
});

it('leaves the last good version in force where the newest is invalid, and notifies once', async () => {
  await publish(1, makeText({ team: 'pay' }));
  await stage.tick();
  const before = countDone();
  await publish(2, '{"version":2}');
  await stage.tick();
  await stage.tick();
  expect(countDone()).toBe(before);
  expect(listNotified().map(({ type }) => type)).toEqual([
    'deployment.configuration-changed.v1',
    'deployment.configuration-refused.v1',
  ]);
  expect(stage.telemetry.total(metrics.configurationsRefused)).toBeGreaterThan(0);
});
