import * as z from 'zod';
import { sampleConfiguration } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const URL = 'http://127.0.0.1:9/hooks/azure-devops';
const Document = z.object({
  checks: z.array(
    z.object({ code: z.string(), verdict: z.string(), says: z.string(), fix: z.string().optional() }),
  ),
});

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

function configureHooks(secret: string): void {
  place.write(
    '.azfed/federation.yaml',
    `${sampleConfiguration(place.cloud)}hooks: { url: "${URL}", secret: "${secret}" }\n`,
  );
}
const passwords = () =>
  place.cloud.secrets.put('azfed/hook', JSON.stringify({ current: 'first-password-of-the-hooks' }));
async function hooksCheck() {
  const { stdout } = await place.azfed(['doctor', '--local', '--json']);
  return Document.parse(JSON.parse(stdout)).checks.find(({ code }) => code === 'hooks.subscribed');
}

it('says which subscriptions are missing, and that all is well when they are there', async () => {
  configureHooks(passwords());
  expect(await hooksCheck()).toMatchObject({
    verdict: 'warning',
    says: expect.stringMatching(/^Not in order: 6 missing \(.*Shop.*\)\.$/) as string,
    fix: expect.stringContaining('azfed hooks install') as string,
  });
  await place.azfed(['hooks', 'install', '--yes', '--local']);
  expect(await hooksCheck()).toMatchObject({ verdict: 'ok', says: 'Subscriptions in order: 6.' });
});

it('says that the passwords of hooks cannot be read', async () => {
  configureHooks('arn:aws:secretsmanager:us-east-1:111122223333:secret:gone-AbCdEf');
  expect(await hooksCheck()).toMatchObject({
    verdict: 'failed',
    fix: expect.stringContaining('hooks.secret') as string,
  });
});

it('does not know where the subscriptions may not be listed: azfed need not see them', async () => {
  configureHooks(passwords());
  place.cloud.azureDevOps.faults.next({ operation: 'subscriptions' }, '403', Infinity);
  expect(await hooksCheck()).toMatchObject({
    verdict: 'unknown',
    fix: expect.stringContaining('AZURE_DEVOPS_EXT_PAT') as string,
  });
});

it('is silent where no hooks are configured', async () => {
  expect(await hooksCheck()).toBeUndefined();
});
