import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { serve } from '../../functions/cli/commands/local/local-serve.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, MINUTE_MS, ORGANIZATION, roleArn } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering, document, ownStatement } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Pay/b': 'role-b' };

let stage: ServiceStage;
beforeEach(async () => {
  stage = await setServiceStage({ connections });
});
afterEach(() => stage.close());

const assumeRole = async (project: string, connection: string, role: string) =>
  stage.assume(role, await stage.token(project, stage.id(connection)));
const calls = (operation: string) =>
  stage.cloud.aws.calls.filter((call) => call.operation === operation && call.errorCode === undefined).length;
const receivedTypes = () => stage.notified().map(({ type }) => type);
const outcomes = () => stage.counted(metrics.runs, 'outcome');
const dead = () =>
  [...stage.service.queues.discoverDead.messages(), ...stage.service.queues.reconcileDead.messages()].length;

/** Everything was made, long enough ago to be converged. */
async function federated(): Promise<void> {
  await stage.letWrite();
  await stage.tick();
  stage.clock.advance(15 * MINUTE_MS);
}

describe('a schedule', () => {
  it('only observes until a person has let the deployment write', async () => {
    await stage.tick();
    expect(calls('CreateRole')).toBe(0);
    // Asked for by what discovery has found and by the schedule of all accounts: waiting runs of an account are one.
    expect(outcomes()).toEqual({ held: 1 });
    expect(receivedTypes()).toEqual(['deployment.first-look.v1']);
    await stage.letWrite();
    await stage.tick();
    expect(calls('CreateRole')).toBe(2);
    expect(outcomes()).toEqual({ held: 1, changed: 1 });
  });

  it('leads to roles that let their connections in, and to an event of each', async () => {
    await federated();
    expect(await assumeRole('Shop', 'Shop/a', 'role-a')).toBe('in');
    expect(await assumeRole('Pay', 'Pay/b', 'role-b')).toBe('in');
    expect(await assumeRole('Pay', 'Pay/b', 'role-a')).toBe('refused');
    expect(receivedTypes().filter((type) => type === 'connection.federated.v1')).toHaveLength(2);
    expect(stage.telemetry.total(metrics.discoveries)).toBe(1);
  });

  it('tells in which run things happened', async () => {
    await federated();
    const runs = stage
      .notified()
      .filter(({ type }) => !type.startsWith('deployment.'))
      .map(({ data }) => data['run']);
    expect(runs).toHaveLength(3);
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(1);
    expect(runs[0]).toEqual({ id: expect.any(String) as string, trigger: 'schedule' });
  });

  it('over a world that has not changed writes nothing, neither in IAM nor in the table', async () => {
    await federated();
    await stage.tick();
    const [table, trail] = [await stage.tableItems(), stage.cloud.aws.events.length];
    await stage.tick();
    expect(await stage.tableItems()).toEqual(table);
    expect(stage.cloud.aws.events).toHaveLength(trail);
    expect(outcomes()).toMatchObject({ converged: 2 });
  });

  it('that fires twice at once does the work once and tells of it once', async () => {
    await stage.letWrite();
    await Promise.all([stage.service.schedule(), stage.service.schedule()]);
    await stage.drain();
    expect(calls('CreateRole')).toBe(2);
    expect(calls('CreateOpenIDConnectProvider')).toBe(1);
    expect(receivedTypes().filter((type) => type === 'connection.federated.v1')).toHaveLength(2);
    expect(outcomes()).toEqual({ changed: 1 });
  });

  it('puts nothing but ids into queues', async () => {
    await federated();
    stage.cloud.azureDevOps.connections.rename(ORGANIZATION, stage.id('Shop/a'), 'a-secret-plan');
    await stage.drain();
    const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    expect(stage.bodies.length).toBeGreaterThan(1);
    for (const body of stage.bodies)
      if (!['{"report":true}', '{"sweep":"accounts"}'].includes(body))
        for (const value of Object.values(JSON.parse(body) as Record<string, string>))
          expect(value === ACCOUNT || guid.test(value)).toBe(true);
  });
});

describe('a service hook', () => {
  it('of a connection that was renamed leads to a role that lets the new name in', async () => {
    await federated();
    stage.cloud.azureDevOps.connections.rename(ORGANIZATION, stage.id('Shop/a'), 'a-new');
    expect(await assumeRole('Shop', 'Shop/a', 'role-a')).toBe('refused');
    await stage.drain();
    expect(await assumeRole('Shop', 'Shop/a', 'role-a')).toBe('in');
    expect(receivedTypes()).toContain('connection.renamed.v1');
    expect(stage.telemetry.total(metrics.hooksQueued)).toBe(1);
  });

  it('costs three requests to Azure DevOps and one look at the account', async () => {
    await federated();
    const before = stage.cloud.azureDevOps.calls.length;
    stage.cloud.azureDevOps.connections.rename(ORGANIZATION, stage.id('Shop/a'), 'a-new');
    await stage.drain();
    expect(stage.cloud.azureDevOps.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'connectionData',
      'project',
      'endpoints',
    ]);
    expect(Object.values(outcomes()).reduce((sum, count) => sum + count)).toBe(2);
  });

  it('of a connection that is nothing for us wakes no account', async () => {
    await federated();
    stage.cloud.azureDevOps.connections.create(ORGANIZATION, {
      project: 'Shop',
      name: 'registry',
      type: 'dockerregistry',
    });
    await stage.drain();
    expect(stage.telemetry.total(metrics.hooksQueued)).toBe(1);
    expect(outcomes()).toEqual({ changed: 1 });
  });
});

describe('a change of IAM', () => {
  const repaired = () => stage.notified().find(({ type }) => type === 'connection.repaired.v1')?.data;

  it('is repaired at once, and the event names who made it', async () => {
    await federated();
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    const lookups = stage.cloud.azureDevOps.calls.length;
    await stage.drain();
    expect(calls('DetachRolePolicy')).toBe(1);
    expect(repaired()).toMatchObject({
      aws: { roleArn: roleArn('role-a') },
      actor: {
        source: 'event',
        principal: `arn:aws:iam::${ACCOUNT}:user/admin`,
        eventName: 'AttachRolePolicy',
        sourceIp: '127.0.0.1',
      },
    });
    expect(stage.cloud.azureDevOps.calls).toHaveLength(lookups);
    expect(stage.telemetry.total(metrics.drift)).toBe(1);
  });

  it('of which no event came is repaired by the schedule, and who made it is looked up', async () => {
    await federated();
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    // The event is lost on its way.
    await stage.service.schedule();
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    await stage.service.followStream();
    expect(calls('DetachRolePolicy')).toBe(1);
    expect(repaired()).toMatchObject({ actor: { source: 'lookup', eventName: 'AttachRolePolicy' } });
  });

  it('of a hundred roles that are nothing for azfed queues nothing', async () => {
    await federated();
    const trust = { AssumeRolePolicyDocument: document(ownStatement('Shop/a')) };
    for (let index = 0; index < 100; index++) {
      const RoleName = `stack-${index}`;
      // Names that differ from ours, and on our path one that nobody asks for.
      const Path = index % 2 === 0 ? '/' : '/azure-devops/';
      await stage.console.send(new CreateRoleCommand({ RoleName, Path, ...trust }));
      await createTampering(stage.console).attach(RoleName, ADMINISTRATOR);
    }
    const [table, runs] = [await stage.tableItems(), outcomes()];
    await stage.service.notify();
    expect(stage.service.queues.discover.messages()).toEqual([]);
    expect(await stage.tableItems()).toEqual(table);
    await stage.drain();
    expect(outcomes()).toEqual(runs);
    expect(stage.telemetry.total(metrics.iamChangesQueued)).toBe(0);
  });

  it('that azfed made itself wakes no account', async () => {
    await stage.letWrite();
    await stage.tick();
    expect(stage.cloud.aws.events.length).toBeGreaterThan(5);
    expect(outcomes()).toEqual({ changed: 1 });
    expect(stage.telemetry.total(metrics.iamChangesQueued)).toBe(0);
  });
});

describe('a hundred changes of IAM in one slot', () => {
  it('are one message and one run, which reads these roles alone', async () => {
    await stage.close();
    const names = Array.from({ length: 8 }, (_, index) => `role-${index}`);
    const connections = Object.fromEntries(names.map((name) => [`Shop/${name}`, name]));
    stage = await setServiceStage({ connections, pageSize: 1_000 });
    await federated();
    const countRuns = () => Object.values(outcomes()).reduce((sum, count) => sum + count);
    const before = countRuns();
    const tampering = createTampering(stage.console);
    for (let round = 0; round < 50; round++)
      for (const name of ['role-1', 'role-2']) await tampering.tag(name, `round-${round % 5}`, `${round}`);
    // As late as events are: names of roles are read once for all that are older.
    stage.clock.advance(6_000);
    await stage.service.notify();
    expect(stage.telemetry.total(metrics.iamChangesQueued)).toBe(100);
    expect(stage.service.queues.discover.messages()).toHaveLength(1);
    const from = stage.cloud.aws.calls.length;
    stage.clock.advance(30_000);
    await stage.service.processBatch();
    expect(countRuns()).toBe(before + 1);
    const read = stage.cloud.aws.calls.slice(from);
    expect(read.map(({ operation }) => operation)).not.toContain('GetAccountAuthorizationDetails');
    const roles = read.flatMap(({ operation, resource = '' }) => (operation === 'GetRole' ? [resource] : []));
    expect(new Set(roles)).toEqual(new Set(['role-1', 'role-2'].map(roleArn)));
  });
});

describe('a process that ends', () => {
  it('between a repair and its delivery loses no event: the sweep tells it', async () => {
    await federated();
    const before = stage.notified().length;
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    await stage.service.notify();
    // The end of the slot in which changes are gathered.
    stage.clock.advance(30_000);
    await stage.service.processBatch();
    expect(calls('DetachRolePolicy')).toBe(1);
    expect(stage.notified()).toHaveLength(before);
    await stage.service.sweep();
    expect(receivedTypes().slice(before)).toEqual(['connection.drift-detected.v1', 'connection.repaired.v1']);
    await stage.drain();
    expect(stage.notified()).toHaveLength(before + 2);
    expect(stage.telemetry.total(metrics.eventsDelivered)).toBe(stage.notified().length);
  });
});

describe('the loop that serves', () => {
  it('brings everything to rest by itself, and ends when it is told to', async () => {
    await stage.letWrite();
    const end = stage.clock.now() + 3 * MINUTE_MS;
    await serve(stage.service, {
      clock: stage.clock,
      everyMs: MINUTE_MS,
      roundMs: 10_000,
      isFinished: () => stage.clock.now() >= end,
    });
    expect(await assumeRole('Shop', 'Shop/a', 'role-a')).toBe('in');
    expect(outcomes()).toEqual({ changed: 1, converged: 2 });
    expect(dead()).toBe(0);
  });
});
