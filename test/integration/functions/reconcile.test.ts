import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { createDynamoRemoteRuns } from '../../../shared/adapters/dynamodb/dynamo-remote-runs.ts';
import { createDynamoRunRequests } from '../../../shared/adapters/dynamodb/dynamo-run-requests.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import type { RunRequests } from '../../../shared/ports/state.ts';
import type { ReconcileDependencies } from '../../../functions/reconcile/create-handler.ts';
import { createHandler } from '../../../functions/reconcile/create-handler.ts';
import { createMemoryQueue } from '../../doubles/memory-queue.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { metrics } from '../../../shared/contract/metrics.ts';
import { InvariantError, PermissionError, TransientError } from '../../../shared/domain/kernel/errors.ts';
import type { ReconcileMessage, ReportMessage } from '../../../shared/domain/discovery/queue-message.ts';
import type { MessageQueue } from '../../../shared/ports/queue.ts';
import { recordBootstrap } from '../../../shared/domain/guard/controls-recording.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';
import type { Stage } from '../../builders/stage.ts';
import { ACCOUNT as account } from '../../builders/domain-ids.ts';
import { ACCOUNT, setStage } from '../../builders/stage.ts';

type ReconcilePorts = ReconcileDependencies['ports'];

let stage: Stage;
let dynamo: DynamoDBClient;
let requests: RunRequests;
beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Shop/c': 'role-c' } });
  dynamo = createLocalDynamoClient(stage.cloud.dynamoDb.url);
  requests = createDynamoRunRequests({ documents: DynamoDBDocumentClient.from(dynamo), table: 'azfed' });
  const { state } = stage.ports;
  await state.write(recordBootstrap(await state.readControls(), '', stage.clock.now()));
});
afterEach(() => {
  dynamo.destroy();
  return stage.close();
});

const created = () =>
  stage.cloud.aws.calls.filter(({ operation, errorCode }) => operation === 'CreateRole' && !errorCode).length;

async function handle(
  body: unknown,
  {
    ports = stage.ports,
    secondsLeft = 540,
    reportQueue = createMemoryQueue<ReportMessage>(stage.clock),
    reconcileQueue = createMemoryQueue<ReconcileMessage>(stage.clock),
    telemetry = createMemoryTelemetry(),
  }: {
    ports?: ReconcilePorts;
    secondsLeft?: number;
    reportQueue?: MessageQueue<ReportMessage>;
    reconcileQueue?: MessageQueue<ReconcileMessage>;
    telemetry?: ReturnType<typeof createMemoryTelemetry>;
  } = {},
) {
  const context = { getRemainingTimeInMillis: () => secondsLeft * 1_000 } as Context;
  const redelivery = { postpone: () => Promise.resolve() };
  const handler = createHandler({
    ports,
    configuration: stage.configuration(),
    telemetry,
    redelivery,
    requests,
    remoteRuns: createDynamoRemoteRuns({ documents: DynamoDBDocumentClient.from(dynamo), table: 'azfed' }),
    reconcileQueue,
    reportQueue,
  });
  const response = await handler({ Records: [sqsRecord('m1', ACCOUNT, body)] }, context);
  return { telemetry, failures: response.batchItemFailures.length };
}

it('reconciles the account of the message, and counts what came of it', async () => {
  const { telemetry, failures } = await handle({ account: ACCOUNT });
  expect(failures).toBe(0);
  expect(created()).toBe(3);
  expect(telemetry.total(metrics.runs)).toBe(1);
  expect(telemetry.total(metrics.changesDone)).toBe(4);
  expect(telemetry.total(metrics.changesFailed)).toBe(0);
  expect(telemetry.total(metrics.iamRequests)).toBeGreaterThan(0);
});

it('runs once for all messages of discoveries that waited, and again for one that came later', async () => {
  const countRuns = async (body: object) => (await handle(body)).telemetry.total(metrics.runs);
  const asked = (discovery: string) => ({ account: ACCOUNT, discovery });
  await requests.note(account, 'one');
  await requests.note(account, 'two');
  expect(await countRuns(asked('one'))).toBe(1);
  expect(await countRuns(asked('two'))).toBe(0);
  // A message that names roles, or that no discovery has sent, is never left out.
  expect(await countRuns({ ...asked('two'), roles: ['role-a'] })).toBe(1);
  expect(await countRuns({ account: ACCOUNT })).toBe(1);
  await requests.note(account, 'three');
  expect(await countRuns(asked('three'))).toBe(1);
  expect(await requests.read(account)).toBeUndefined();
});

it('asks for a report after a run that changed something, once for all runs of a minute', async () => {
  const { clock } = stage;
  clock.set('2026-11-22T09:00:00.000Z');
  const reportQueue = createMemoryQueue<ReportMessage>(clock);
  await handle({ account: ACCOUNT, roles: ['role-a'] }, { reportQueue });
  clock.advance(59_000);
  await handle({ account: ACCOUNT, roles: ['role-b'] }, { reportQueue });
  expect(reportQueue.messages).toEqual([{ report: true }]);
  clock.advance(1_000);
  await handle({ account: ACCOUNT }, { reportQueue });
  expect(created()).toBe(3);
  expect(reportQueue.messages).toHaveLength(2);
});

it('asks for no report after a run that found nothing to do', async () => {
  const reportQueue = createMemoryQueue<ReportMessage>(stage.clock);
  await handle({ account: ACCOUNT });
  stage.clock.advance(15 * 60_000);
  await handle({ account: ACCOUNT }, { reportQueue });
  expect(reportQueue.messages).toEqual([]);
});

it('is done with its message though nobody can be asked for a report, and says so', async () => {
  const away = new TransientError('queue.unavailable', 'planted');
  const reportQueue = { send: () => Promise.reject(away) };
  const { failures, telemetry } = await handle({ account: ACCOUNT }, { reportQueue });
  expect(failures).toBe(0);
  expect(created()).toBe(3);
  expect(telemetry.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('report') as string }),
  );
});

it('looks at the roles of the message alone', async () => {
  await handle({ account: ACCOUNT, roles: ['ROLE-B'] });
  expect(created()).toBe(1);
  const token = await stage.token('Shop', stage.id('Shop/b'));
  expect(await stage.assume('role-b', token)).toBe('in');
});

it('begins no change when its time is over, and leaves the rest to the next run', async () => {
  const { clock } = stage;
  const slow: ReconcilePorts = {
    ...stage.ports,
    accounts: {
      observe: (account, scope) => {
        clock.advance(200_000);
        return stage.ports.accounts.observe(account, scope);
      },
      open: (account, steps, until) => stage.ports.accounts.open(account, steps, until),
    },
  };
  const late = await handle({ account: ACCOUNT }, { ports: slow, secondsLeft: 200 });
  expect(late.failures).toBe(0);
  expect(created()).toBe(0);
  expect(late.telemetry.lines).toContainEqual(
    expect.objectContaining({ outcome: 'partial', codes: ['out-of-time'] }),
  );
  await handle({ account: ACCOUNT });
  expect(created()).toBe(3);
});

/** IAM whose every write takes a minute. */
function slowly(): ReconcilePorts {
  const { accounts } = stage.ports;
  return {
    ...stage.ports,
    accounts: {
      observe: (account, scope) => accounts.observe(account, scope),
      open: async (account, steps, until) => {
        const writer = await accounts.open(account, steps, until);
        return {
          ...writer,
          write: async (step) => {
            await writer.write(step);
            stage.clock.advance(60_000);
          },
        };
      },
    },
  };
}

it('asks for the next run at once when it got on and ran out of time, ten times at most', async () => {
  const reconcileQueue = createMemoryQueue<ReconcileMessage>(stage.clock);
  // The provider takes the time that the roles would need.
  await handle({ account: ACCOUNT, round: 9 }, { ports: slowly(), secondsLeft: 370, reconcileQueue });
  expect(created()).toBe(0);
  expect(reconcileQueue.messages).toEqual([{ account: ACCOUNT, round: 10 }]);
  await handle({ account: ACCOUNT, round: 10 }, { ports: slowly(), secondsLeft: 300, reconcileQueue });
  expect(reconcileQueue.messages).toHaveLength(1);
});

it('asks for no further run where nothing could be begun', async () => {
  const reconcileQueue = createMemoryQueue<ReconcileMessage>(stage.clock);
  const { telemetry } = await handle({ account: ACCOUNT }, { secondsLeft: 60, reconcileQueue });
  expect(telemetry.lines).toContainEqual(expect.objectContaining({ codes: ['out-of-time'] }));
  expect(reconcileQueue.messages).toEqual([]);
});

it.each([
  ['no JSON', 'account'],
  ['an account that is no id', { account: '12' }],
  ['a name that no role can have', { account: ACCOUNT, roles: ['../x'] }],
  ['more than it knows', { account: ACCOUNT, force: true }],
])('gives back a message with %s, and does nothing', async (_what, body) => {
  expect((await handle(body)).failures).toBe(1);
  expect(created()).toBe(0);
});

it('is done with an account that the configuration does not name', async () => {
  const { failures, telemetry } = await handle({ account: '999999999999' });
  expect(failures).toBe(0);
  expect(telemetry.lines).toMatchObject([{ level: 'warn', account: '999999999999' }]);
});

it('rejects when every change has failed and may succeed later, so that the error metric of the function is true', async () => {
  const refusing: ReconcilePorts = {
    ...stage.ports,
    accounts: {
      observe: (account, scope) => stage.ports.accounts.observe(account, scope),
      open: async (account, steps, until) => ({
        ...(await stage.ports.accounts.open(account, steps, until)),
        write: () => Promise.reject(new TransientError('unavailable', 'planted')),
      }),
    },
  };
  await expect(handle({ account: ACCOUNT }, { ports: refusing })).rejects.toMatchObject({
    code: 'run.all-failed',
  });
  await handle({ account: ACCOUNT });
  expect(created()).toBe(3);
});

it('is done with its message when AWS refuses every change for good, and says so', async () => {
  const refusing: ReconcilePorts = {
    ...stage.ports,
    accounts: {
      observe: (account, scope) => stage.ports.accounts.observe(account, scope),
      open: async (account, steps, until) => ({
        ...(await stage.ports.accounts.open(account, steps, until)),
        write: () => Promise.reject(new PermissionError('iam:CreateRole', 'planted')),
      }),
    },
  };
  const { failures, telemetry } = await handle({ account: ACCOUNT }, { ports: refusing });
  expect(failures).toBe(0);
  expect(telemetry.total(metrics.changesFailed)).toBe(1);
  expect(telemetry.lines).toContainEqual(expect.objectContaining({ level: 'warn', account: ACCOUNT }));
});

it('rejects with a bug of our own', async () => {
  const bug = new InvariantError('planted', 'A planted bug.');
  const state = { ...stage.ports.state, readControls: () => Promise.reject(bug) };
  await expect(handle({ account: ACCOUNT }, { ports: { ...stage.ports, state } })).rejects.toBe(bug);
});

it('rejects with a bug of our own in one change after the others are done, and counts the run', async () => {
  const bug = new TypeError('planted');
  const ports: ReconcilePorts = {
    ...stage.ports,
    accounts: {
      observe: (account, scope) => stage.ports.accounts.observe(account, scope),
      open: async (account, steps, until) => {
        const writer = await stage.ports.accounts.open(account, steps, until);
        return {
          ...writer,
          write: (step) =>
            step.action === 'createRole' && step.role.endsWith('role-b')
              ? Promise.reject(bug)
              : writer.write(step),
        };
      },
    },
  };
  const telemetry = createMemoryTelemetry();
  await expect(handle({ account: ACCOUNT }, { ports, telemetry })).rejects.toMatchObject({ errors: [bug] });
  expect(created()).toBe(2);
  expect(telemetry.total(metrics.runs)).toBe(1);
  expect(telemetry.total(metrics.changesFailed)).toBe(1);
});

it('gives the message back when the table cannot be read for now', async () => {
  const away = new TransientError('state.unavailable', 'planted');
  const state = { ...stage.ports.state, readControls: () => Promise.reject(away) };
  expect((await handle({ account: ACCOUNT }, { ports: { ...stage.ports, state } })).failures).toBe(1);
});
