import { setTimeout } from 'node:timers/promises';
import { sample } from '../../../infra/local/sample.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { parseAccountId } from '../../../shared/domain/kernel/ids.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { parseApplication } from './documents.ts';
import { endAll, startInterruptible } from './process.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(async () => {
  endAll();
  await place.leave();
});

/** Until AWS was asked for it once more. */
async function untilAsked(operation: string): Promise<void> {
  const count = () => place.cloud.aws.counts()[operation] ?? 0;
  const before = count();
  while (count() === before) await setTimeout(5);
}

it.each<readonly [string, readonly NodeJS.Signals[]]>([
  ['Ctrl-C', ['SIGINT']],
  ['a terminal that is closed, of which shell and kernel both notify it', ['SIGHUP', 'SIGHUP']],
])('finishes what is under way after %s, begins nothing new, and gives the account back', async (_, sent) => {
  // Half a second passes before each provider is tried again, and before the roles that need it are begun.
  place.cloud.aws.faults.next({ operation: 'CreateOpenIDConnectProvider' }, 'throttle', 2);
  const applying = startInterruptible(place, ['apply', '--yes', '--json', '--local']);
  await untilAsked('CreateOpenIDConnectProvider');
  for (const signal of sent) {
    applying.interrupt(signal);
    await applying.awaitText('Interrupted.');
  }
  const { code, stdout, stderr } = await applying.ended;
  const { results, outcome } = parseApplication(stdout);
  expect({ code, outcome }).toEqual({ code: 3, outcome: 'partial' });
  expect(stderr).toMatch(/Interrupted\. .*Press Ctrl-C again to stop at once\./);
  expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['done', 'skipped']));
  expect(results.flatMap(({ error }) => error?.code ?? [])).toContain('interrupted');
  expect(await place.azfed(['apply', '--yes', '--local'])).toMatchObject({ code: 0 });
});

it('goes on when its terminal is closed and nohup has started it', async () => {
  place.cloud.aws.faults.next({ operation: 'CreateOpenIDConnectProvider' }, 'throttle', 2);
  const typed = ['apply', '--yes', '--json', '--local'];
  const applying = startInterruptible(place, typed, { _: '/usr/bin/nohup' });
  await untilAsked('CreateOpenIDConnectProvider');
  applying.interrupt('SIGHUP');
  const { code, stdout, stderr } = await applying.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Interrupted') as string });
  expect(parseApplication(stdout).outcome).toBe('changed');
});

it('stops at once when it is interrupted again, says what is half done, and gives the account back', async () => {
  place.cloud.aws.faults.next({ operation: 'CreateRole' }, 'applyThenHang', Infinity);
  const roles = () => place.cloud.aws.snapshot().accounts.flatMap((account) => account.roles).length;
  const before = roles();
  const applying = startInterruptible(place, ['apply', '--yes', '--local']);
  while (roles() === before) await setTimeout(5);
  applying.interrupt();
  await applying.awaitText('Interrupted.');
  applying.interrupt();
  const { code, stderr } = await applying.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/Stopped\.\n {2}half done: arn:\S+\n/);
  expect(stderr).toContain('The next run finishes what is half done.');
  place.cloud.aws.faults.clear();
  expect(await place.azfed(['apply', '--yes', '--local'])).toMatchObject({ code: 0 });
});

it('names who holds an account, until when, and what to do', async () => {
  await place.azfed(['apply', '--yes', '--local']);
  await place.azfed(['local', 'tamper', 'open-trust', 'network']);
  const client = createLocalDynamoClient(place.cloud.dynamoDb.url);
  const { leases } = createDynamoState({ table: 'azfed', clock: systemClock, client });
  for (const account of sample.accounts.flatMap((id) => parseAccountId(id) ?? []))
    await leases.acquire(account, 'arn:aws:iam::111122223333:user/ben, run 1', Date.now(), 60_000);
  client.destroy();
  const { code, stdout } = await place.azfed(['apply', '--yes', '--local']);
  expect(code).toBe(3);
  expect(stdout).toMatch(
    /being written by arn:aws:iam::111122223333:user\/ben, run 1, until \d{4}-\d\d-\d\d \d\d:\d\d UTC at the latest\. Run it again/,
  );
});
