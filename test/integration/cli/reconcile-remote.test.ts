import * as z from 'zod';
import { serve } from '../../../functions/cli/commands/local/local-serve.ts';
import type { LocalService } from '../../../functions/cli/commands/local/service/local-service.ts';
import { startLocalService } from '../../../functions/cli/commands/local/service/local-service.ts';
import { sample } from '../../../infra/local/sample.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { LOOPBACK_ALLOWED } from '../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';

const [ACCOUNT, OTHER] = sample.accounts;
const FILE = '.azfed/federation.yaml';
const Part = z.looseObject({ state: z.string() });
const Document = z.looseObject({
  end: z.string(),
  outcome: z.string().nullable(),
  organizations: z.array(Part),
  accounts: z.array(Part),
  reads: z.object({ dynamodb: z.number(), readUnits: z.number() }),
});

let place: Place;
let service: LocalService;
beforeEach(async () => {
  place = await enterPlace();
  service = await startService();
});

function startService(): Promise<LocalService> {
  const secrets = {
    [sample.secretNames.pat]: sample.readerToken,
    [sample.secretNames.webhook]: place.cloud.webhookSecret,
  };
  return startLocalService({
    cloud: place.cloud,
    configuration: loadConfiguration(`${place.path}/${FILE}`, LOOPBACK_ALLOWED),
    clock: systemClock,
    table: 'azfed',
    secrets,
    getTelemetry: () => createMemoryTelemetry(),
    administrator: sample.adminToken,
    delaySeconds: 1,
  });
}

afterEach(async () => {
  await service.close();
  await place.leave();
});

/** The functions work while the command follows them; nothing fires a schedule. */
async function reconcile(...typed: readonly string[]) {
  let isOver = false;
  const command = place.azfed(['reconcile', '--remote', ...typed, '--local']).finally(() => {
    isOver = true;
  });
  await serve(service, {
    clock: systemClock,
    everyMs: Infinity,
    isOnce: false,
    roundMs: 50,
    isFinished: () => isOver,
  });
  return command;
}

async function reconcileJson(...typed: readonly string[]) {
  const { code, stdout, stderr } = await reconcile('--json', ...typed);
  return { code, stderr, document: Document.parse(JSON.parse(stdout)) };
}

it('starts the run of the service and follows it: first looks, then accounts, then the summary', async () => {
  const observed = await reconcileJson();
  expect(observed.code).toBe(2);
  expect(observed.document).toMatchObject({ end: 'over', outcome: 'held' });
  expect(observed.stderr).toContain('azfed bootstrap');
  expect(listSpokeWrites(place.cloud)).toStrictEqual([]);

  await place.azfed(['bootstrap', '--yes', '--local']);
  const { code, stdout, stderr } = await reconcile();
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Run changed: \d+ done/) as string,
  });
  expect(stderr).toMatch(/done {5}organization contoso[\s\S]*done {5}account commerce: changed, \d+ done/);
  expect(listSpokeWrites(place.cloud).length).toBeGreaterThan(0);

  const doctor = await place.azfed(['doctor', '--local', '--json']);
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({
        code: 'functions.invocable',
        subject: 'function azfed-discover',
        verdict: 'ok',
      }),
    ]) as unknown,
  });

  const one = await reconcileJson('--account', ACCOUNT);
  expect({ code: one.code, outcome: one.document.outcome }).toEqual({ code: 0, outcome: 'converged' });
  expect(one.document.accounts).toEqual([expect.objectContaining({ account: ACCOUNT, state: 'done' })]);
  expect(one.document.reads.readUnits).toBeGreaterThan(0);
});

it('ends with 3 where an account cannot be read, and with 1 where a function is dead, throttled or missing', async () => {
  await place.azfed(['bootstrap', '--yes', '--local']);
  place.cloud.aws.faults.next(
    { operation: 'GetAccountAuthorizationDetails', account: OTHER },
    'accessDenied',
    Infinity,
  );
  const { code, document } = await reconcileJson();
  expect(code).toBe(3);
  expect(document).toMatchObject({ end: 'over', outcome: 'partial' });
  expect(document.accounts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        account: ACCOUNT,
        summary: expect.objectContaining({ outcome: 'changed' }) as unknown,
      }),
      expect.objectContaining({
        account: OTHER,
        summary: expect.objectContaining({ outcome: 'partial' }) as unknown,
      }),
    ]),
  );

  const { functions, faults } = place.cloud.aws;
  faults.next({ operation: 'Invoke' }, 'throttle', 3);
  const throttled = await reconcile();
  expect(throttled).toMatchObject({ code: 1, stdout: '' });
  expect(throttled.stderr).toContain('quota of concurrent executions');
  functions.put('azfed-reconcile', () => Promise.reject(new Error('Cannot find module')));
  const dead = await reconcile();
  expect(dead).toMatchObject({ code: 1, stdout: '' });
  expect(dead.stderr).toContain('function azfed-reconcile\n  It failed. Error: Cannot find module');
  expect(dead.stderr).toContain('aws logs tail /aws/lambda/azfed-reconcile');
  functions.remove('azfed-reconcile');
  const missing = await reconcile();
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('There is no such function');
});

it('ends with 3 where nobody knows the accounts, and never calls that converged', async () => {
  await service.close();
  const text = place
    .read(FILE)
    .replace(
      /^accounts:\n(?: .*\n)+/m,
      'accountDefaults: { assumeRole: azfed-spoke }\naccounts: organization\n',
    );
  place.write(FILE, text.replace(/^ {4}accounts: .*$/gm, '    accounts: all'));
  place.cloud.aws.organization.govern({ management: ACCOUNT });
  service = await startService();
  const { code, stderr, document } = await reconcileJson();
  expect({ code, document }).toMatchObject({
    code: 3,
    document: { end: 'over', outcome: 'partial', accounts: [], accountList: { isOpen: true } },
  });
  expect(stderr.split('No list of the accounts')).toHaveLength(2);
});
