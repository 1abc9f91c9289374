import { joinRoleArn } from '../../shared/domain/kernel/arn.ts';
import { serviceLimits } from '../../shared/contract/service-limits.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ACCOUNT, MINUTE_MS, ORGANIZATION, required } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering, looseStatements, ownStatement } from '../builders/tampering.ts';

const UNREACHABLE = '210987654321';
const connections = { 'Shop/a': 'role-a' };

let stage: ServiceStage;
afterEach(() => stage.close());

async function begin(options: Partial<Parameters<typeof setServiceStage>[0]> = {}): Promise<void> {
  stage = await setServiceStage({ connections, ...options });
  await stage.letWrite();
}

const outcomes = () => stage.counted(metrics.runs, 'outcome');
const deadBodies = () => stage.service.queues.reconcileDead.messages().map(({ body }) => body);

/** A second account, in which nothing answers to azfed. */
function withUnreachable(configuration: Configuration): Configuration {
  const id = required(parseAccountId(UNREACHABLE), UNREACHABLE);
  const second = {
    id,
    partition: 'aws',
    assumeRole: joinRoleArn('aws', id, '/azfed-spoke'),
  } as const;
  return {
    ...configuration,
    accounts: [...configuration.accounts, second],
    grants: configuration.grants.map((grant) => ({ ...grant, accounts: [...grant.accounts, id] })),
  };
}

describe('two accounts of which one is unreachable', () => {
  beforeEach(async () => {
    await begin({ alter: withUnreachable });
    stage.cloud.azureDevOps.connections.create(ORGANIZATION, {
      project: 'Shop',
      name: 'elsewhere',
      roleArn: `arn:aws:iam::${UNREACHABLE}:role/azure-devops/elsewhere`,
      useOidc: true,
    });
    await stage.service.notify();
    await stage.tick();
  });

  it('bring the other to rest, and tell of a run that is partial', async () => {
    const token = await stage.token('Shop', stage.id('Shop/a'));
    expect(await stage.assume('role-a', token)).toBe('in');
    expect(outcomes()).toMatchObject({ changed: 1, partial: expect.any(Number) as number });
    const ended = stage.telemetry.lines.filter(({ message }) => message === 'A run has ended.');
    expect(
      ended.filter(({ account }) => account === UNREACHABLE).map(({ outcome }) => outcome),
    ).not.toContain('converged');
    expect(ended.filter(({ account }) => account === UNREACHABLE).length).toBeGreaterThan(0);
  });

  it('go on being two: neither waits for the other', async () => {
    const before = outcomes();
    await stage.tick();
    expect(outcomes()).toEqual({
      ...before,
      converged: (before['converged'] ?? 0) + 1,
      partial: (before['partial'] ?? 0) + 1,
    });
  });
});

describe('a message that nobody can read', () => {
  const poison = '{"account":"everything","secret":"planted-secret"}';

  beforeEach(async () => {
    await begin();
    await stage.tick();
    stage.clock.advance(15 * MINUTE_MS);
    await stage.sendRaw(poison, ACCOUNT);
    await stage.service.schedule();
    for (let rounds = 0; rounds < 8; rounds++) await stage.drain();
  });

  it('ends in the dead-letter queue, and holds its group up no longer than that', () => {
    expect(deadBodies()).toEqual([poison]);
    expect(stage.service.queues.reconcile.messages()).toEqual([]);
    expect(outcomes()).toEqual({ changed: 1, converged: 1 });
  });

  it('is logged by its ids, never by what it holds', () => {
    const log = stage.telemetry.lines.filter(({ level }) => level === 'error');
    expect(log).toHaveLength(serviceLimits.mostReceives);
    expect(log[0]).toMatchObject({ group: ACCOUNT, receives: 1, messageId: expect.any(String) as string });
    expect(JSON.stringify(stage.telemetry.lines)).not.toContain('planted-secret');
    expect(JSON.stringify(stage.notified())).not.toContain('planted-secret');
  });
});

it('sets aside what nobody can read in the other queue as well, within minutes', async () => {
  await begin();
  const { discover, discoverDead } = stage.service.queues;
  await stage.sendRaw('{"organization":"everything"}', ORGANIZATION, 'discover');
  const begun = stage.clock.now();
  while (discoverDead.messages().length === 0 && stage.clock.now() < begun + 10 * MINUTE_MS) {
    stage.clock.advance(15_000);
    await stage.service.processBatch();
  }
  expect(discoverDead.messages()).toHaveLength(1);
  expect(discover.messages()).toEqual([]);
});

describe('a run whose changes all fail for now', () => {
  const next = JSON.stringify({ account: ACCOUNT, roles: ['role-a'] });

  /** The run has failed, and the next message of its account waits behind it. */
  beforeEach(async () => {
    await begin();
    for (const operation of ['CreateOpenIDConnectProvider', 'CreateRole'] as const)
      stage.cloud.aws.faults.next({ operation }, 'serviceFailure', Infinity);
    const organization = required(stage.configuration().organizations[0], ORGANIZATION);
    await stage.sendRaw(JSON.stringify({ organizationId: organization.id }), organization.id, 'discover');
    stage.clock.advance(31_000);
    await stage.service.processBatch();
    await stage.sendRaw(next, ACCOUNT);
    await stage.service.processBatch();
    expect(outcomes()).toEqual({ failed: 1 });
  });

  it('is made again soon, and the next message of the account follows at once', async () => {
    stage.cloud.aws.faults.clear();
    stage.clock.advance(15_000);
    await stage.service.processBatch();
    expect(outcomes()).toEqual({ failed: 1, changed: 1, converged: 1 });
    expect(stage.service.queues.reconcile.messages()).toEqual([]);
    expect(deadBodies()).toEqual([]);
  });

  it('is given up when it failed too often, and holds its account up no longer', async () => {
    const begun = stage.clock.now();
    while (deadBodies().length === 0 && stage.clock.now() < begun + 15 * MINUTE_MS) {
      stage.clock.advance(15_000);
      await stage.service.processBatch();
    }
    expect(deadBodies().map((body): unknown => JSON.parse(body))).toEqual([
      { account: ACCOUNT, discovery: expect.stringMatching(/^\w{24,}$/) as string },
    ]);
    expect(stage.service.queues.reconcile.messages()).toMatchObject([{ body: next }]);
    stage.cloud.aws.faults.clear();
    stage.clock.advance(15_000);
    await stage.service.processBatch();
    expect(outcomes()).toEqual({ failed: serviceLimits.mostReceives + 1, changed: 1 });
    expect(stage.clock.now() - begun).toBeLessThan(10 * MINUTE_MS);
  });
});

describe('a webhook that refuses', () => {
  it('has the event later, once, with the actor in it', async () => {
    await begin();
    await stage.tick();
    stage.clock.advance(15 * MINUTE_MS);
    const before = stage.notified().length;
    stage.cloud.receiver.failNext(500, 500);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    await stage.drain();
    for (let minutes = 0; minutes < 15; minutes++) {
      stage.clock.advance(MINUTE_MS);
      await stage.service.sweep();
    }
    const news = stage.notified().slice(before);
    const taken = stage.cloud.receiver.received.slice(before).filter(({ attempt }) => attempt > 0);
    expect(new Set(news.map(({ type }) => type))).toEqual(
      new Set(['connection.drift-detected.v1', 'connection.repaired.v1']),
    );
    expect(taken.length).toBeGreaterThan(2);
    expect(news.at(-1)).toMatchObject({
      type: 'connection.repaired.v1',
      data: { actor: { source: 'event', eventName: 'AttachRolePolicy' } },
    });
    expect((await stage.ports.state.readPending()).items).toEqual([]);
  });
});

describe('an Azure DevOps that does not answer', () => {
  it('lets a trust be closed to impostors all the same, and calls nothing missing', async () => {
    await begin();
    await stage.tick();
    stage.clock.advance(15 * MINUTE_MS);
    stage.cloud.azureDevOps.faults.next({ operation: 'connectionData' }, '403', Infinity);
    await stage.tick();
    await createTampering(stage.console).setTrust('role-a', ownStatement('Shop/a'), looseStatements.wildcard);
    await stage.drain();
    expect(stage.notified().map(({ type }) => type)).toContain('connection.repaired.v1');
    expect(stage.notified().map(({ type }) => type)).not.toContain('connection.missing.v1');
    expect(outcomes()).toMatchObject({ partial: expect.any(Number) as number });
    expect(stage.telemetry.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'A discovery has ended that could not read everything.',
      }),
    );
    expect(stage.telemetry.total(metrics.discoveries)).toBe(1);
  });
});
