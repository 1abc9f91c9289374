import { UpdateRoleCommand } from '@aws-sdk/client-iam';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../builders/local-dynamo.ts';
import { readControls, resumeScopes } from '../../shared/application/records/controls.ts';
import { decide } from '../../shared/application/records/records.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import { applyRun, planRun, reconcile } from '../../shared/application/run/reconcile.ts';
import {
  recordApproval,
  recordBootstrap,
  recordPause,
} from '../../shared/domain/guard/controls-recording.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { Initiator } from '../../shared/domain/guard/controls.ts';
import { parseAccountId, parseConnectionId, parseOrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { Pause, PauseScope } from '../../shared/domain/records/deployment-record.ts';
import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage, StageOptions } from '../builders/stage.ts';
import {
  ACCOUNT,
  MINUTE_MS,
  ORGANIZATION,
  required,
  roleArn,
  setStage,
  wholeGrant,
} from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c', 'Pay/d': 'role-d' };
const roles = Object.values(connections);
const [ana, ben] = ['arn:aws:iam::999999999999:user/ana', 'arn:aws:iam::999999999999:user/ben'];
const HOUR_MS = 60 * MINUTE_MS;

let stage: Stage;
const prepare = async (options: Partial<StageOptions> = {}) => {
  stage = await setStage({ connections, ...options });
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
};
afterEach(() => stage.close());

const attach = async (...to: readonly string[]) => {
  for (const role of to) await createTampering(stage.console).attach(role, ADMINISTRATOR);
};
/** They lack what their grant gives them. */
const lose = async (...those: readonly string[]) => {
  for (const role of those) await createTampering(stage.console).detach(role, READ_ONLY);
};
const regain = async (...those: readonly string[]) => {
  for (const role of those) await createTampering(stage.console).attach(role, READ_ONLY);
};
const attached = async (role: string) => (await viewRole(stage.console, role)).managedPolicies;
const notified = (type: string) =>
  stage.cloud.receiver.received.filter((event) => event.type === type).length;
const at = (hours: number) => stage.clock.now() + hours * HOUR_MS;
const suspend = (scope: PauseScope, fields: Partial<Pause> = {}) => {
  const pause = { scope, until: at(4), reason: 'audit', by: ana, at: at(0), ...fields };
  return decide(stage.ports.state, (controls) => recordPause(controls, pause, stage.clock.now()));
};
const resume = (scope: PauseScope) =>
  resumeScopes(stage.ports.state, stage.configuration().accounts, [scope], ana, stage.clock.now());

describe('a suspension', () => {
  const scopes: Readonly<Record<PauseScope['of'], () => PauseScope>> = {
    everything: () => ({ of: 'everything' }),
    organization: () => ({
      of: 'organization',
      id: required(parseOrganizationId(stage.configuration().organizations[0]?.id ?? ''), 'organization'),
    }),
    account: () => ({ of: 'account', id: required(parseAccountId(ACCOUNT), 'account') }),
    grant: () => ({ of: 'grant', name: 'shop' }),
    connection: () => ({
      of: 'connection',
      id: required(parseConnectionId(stage.id('Shop/a')), 'connection'),
    }),
  };
  it('made while a run is under way stops what the run has not begun', async () => {
    await prepare({ limits: { driftPercent: 100 } });
    await attach(...roles);
    const planned = await stage.plan();
    await suspend({ of: 'everything' });

    const { results } = await applyRun(stage.ports, stage.configuration(), planned);

    expect(results).toMatchObject(roles.map(() => ({ result: 'skipped', error: { code: 'paused' } })));
    for (const role of roles) expect(await attached(role)).toContain(ADMINISTRATOR);
    await resume({ of: 'everything' });
    expect((await stage.runOnce()).outcome).toBe('changed');
  });

  const selectProject = (project: string) => ({ ...wholeGrant.connections, project });
  const grants = [
    { ...wholeGrant, name: 'shop', connections: selectProject('Shop') },
    { ...wholeGrant, name: 'pay', connections: selectProject('Pay') },
  ];

  it.each<[PauseScope['of'], readonly string[]]>([
    ['everything', []],
    ['organization', []],
    ['account', []],
    ['grant', ['role-c']],
    ['connection', ['role-c']],
  ])('of %s stops every write there, while looking and telling go on', async (of, elsewhere) => {
    await prepare({ grants });
    const federated = await viewIam(stage.console);
    await suspend(scopes[of]());
    await attach('role-a', 'role-c');

    const paused = await stage.runOnce();

    expect(paused.writes.iam).toEqual(elsewhere.map(() => 'DetachRolePolicy'));
    expect(await attached('role-a')).toContain(ADMINISTRATOR);
    expect(notified('connection.drift-detected.v1')).toBe(2);
    expect(await stage.runOnce()).toMatchObject({ outcome: 'held', writes: { iam: [], table: 0 } });
    expect((await stage.runOnce({ trigger: 'person' })).writes.iam).toEqual([]);

    await resume(scopes[of]());
    expect((await stage.runOnce()).outcome).toBe('changed');
    expect(await viewIam(stage.console)).toEqual(federated);
  });

  it('ends by itself', async () => {
    await prepare();
    await suspend({ of: 'everything' }, { until: at(1) });
    await attach('role-a');
    expect((await stage.runOnce()).writes.iam).toEqual([]);

    stage.clock.advance(HOUR_MS);

    expect((await stage.runOnce()).writes.iam).toEqual(['DetachRolePolicy']);
  });

  it('of more than seven days is refused, and nothing is suspended', async () => {
    await prepare();
    await expect(suspend({ of: 'everything' }, { until: at(7 * 24 + 0.001) })).rejects.toBeInstanceOf(
      ConfigError,
    );
    await attach('role-a');
    expect((await stage.runOnce()).writes.iam).toEqual(['DetachRolePolicy']);
    await suspend({ of: 'everything' }, { until: at(7 * 24) });
    await attach('role-a');
    expect((await stage.runOnce()).writes.iam).toEqual([]);
  });

  it('that is made while another person decides too is made on top of it', async () => {
    await prepare();
    await Promise.all([suspend({ of: 'everything' }), suspend({ of: 'grant', name: 'all' })]);
    const { pauses } = await stage.ports.state.readControls();
    expect(pauses.map(({ scope }) => scope.of).sort()).toEqual(['everything', 'grant']);
  });
});

describe('a breaker', () => {
  const account = () => ({ of: 'account', id: required(parseAccountId(ACCOUNT), 'account') }) as const;
  const tripped = async () => {
    await prepare({ limits: { driftPercent: 20 } });
    await lose(...roles);
    return stage.runOnce();
  };

  it('that trips is told once, and stays so when less has drifted, and over a restart', async () => {
    expect((await tripped()).writes.iam).toEqual([]);
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
    await regain('role-a', 'role-b', 'role-c');
    const less = await stage.runOnce();
    expect({ outcome: less.outcome, iam: less.writes.iam }).toEqual({ outcome: 'held', iam: [] });

    const client = createLocalDynamoClient(stage.cloud.dynamoDb.url);
    const fresh = createDynamoState({ table: 'azfed', clock: stage.clock, client });
    const ports = { ...stage.ports, ...fresh };
    const restarted = await reconcile(ports, stage.configuration(), { trigger: 'schedule' });
    client.destroy();

    expect(restarted.outcome).toBe('held');
    expect(await attached('role-d')).not.toContain(READ_ONLY);
    expect(notified('deployment.breaker-tripped.v1')).toBe(1);
  });

  it('lets automatic runs go on when a person resumes, and for an hour does not trip again', async () => {
    await tripped();
    const federated = { outcome: 'converged' };
    await resume(account());
    expect((await stage.runOnce()).writes.iam).toEqual(roles.map(() => 'AttachRolePolicy'));

    stage.clock.advance(HOUR_MS - MINUTE_MS);
    await lose(...roles);
    expect((await stage.runOnce()).writes.iam).toEqual(roles.map(() => 'AttachRolePolicy'));
    expect(await stage.runOnce()).toMatchObject(federated);

    stage.clock.advance(MINUTE_MS * 15);
    await lose(...roles);
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    expect(notified('deployment.breaker-tripped.v1')).toBe(2);
  });

  it('does not keep a person from acting, and is not reset by it', async () => {
    await tripped();
    expect((await stage.runOnce({ trigger: 'person' })).writes.iam).toHaveLength(roles.length);
    stage.clock.advance(15 * MINUTE_MS);
    await lose('role-a');
    expect((await stage.runOnce()).writes.iam).toEqual([]);
  });

  it('that has tripped keeps no role from being narrowed', async () => {
    await tripped();
    await attach('role-a');
    expect((await stage.runOnce()).writes.iam).toEqual(['DetachRolePolicy']);
    expect(await attached('role-a')).not.toContain(ADMINISTRATOR);
  });
});

describe('an emptied table', () => {
  const runAutomatically = () => stage.runOnce({ isBootstrapped: false });
  const emptied = async () => {
    await prepare();
    await stage.emptyTable();
    const { connections: play } = stage.cloud.azureDevOps;
    play.create(ORGANIZATION, { project: 'Shop', name: 'new', roleArn: roleArn('role-new'), useOidc: true });
  };
  const hasNew = async () => Object.keys((await viewIam(stage.console)).roles).includes('role-new');

  it('is only observed, until a person bootstraps', async () => {
    await emptied();
    for (let run = 0; run < 3; run++) expect((await runAutomatically()).writes.iam).toEqual([]);
    await decide(stage.ports.state, (controls) => recordBootstrap(controls, ana, stage.clock.now()));
    await runAutomatically();
    expect(await hasNew()).toBe(true);
  });

  it('is only observed, until a known person applies', async () => {
    await emptied();
    expect((await runAutomatically()).writes.iam).toEqual([]);
    await stage.runOnce({ isBootstrapped: false, trigger: 'person' });
    expect((await stage.ports.state.readControls()).bootstrapped).toBeUndefined();
    await stage.runOnce({ isBootstrapped: false, trigger: 'person', actor: ana });
    expect(await hasNew()).toBe(true);
    stage.clock.advance(15 * MINUTE_MS);
    await attach('role-new');
    expect((await runAutomatically()).writes.iam).toEqual(['DetachRolePolicy']);
  });
});

describe('what a run decides, while events of earlier decisions are delivered', () => {
  const runPlan = (initiator: Initiator) => planRun(stage.ports, stage.configuration(), initiator);
  const delivered = () => deliver(stage.ports, stage.configuration().webhooks);

  it("is not lost: a person's first apply lets the deployment write", async () => {
    stage = await setStage({ connections });
    await reconcile(stage.ports, stage.configuration(), { trigger: 'schedule' });
    const planned = await runPlan({ trigger: 'person', actor: ana });
    // While the person reads the plan, the stream of the table has the first look told.
    await delivered();

    await applyRun(stage.ports, stage.configuration(), planned);

    expect(await stage.ports.state.readControls()).toMatchObject({ bootstrapped: { by: ana } });
    stage.clock.advance(15 * MINUTE_MS);
    await attach('role-a');
    expect((await stage.runOnce({ isBootstrapped: false })).writes.iam).toEqual(['DetachRolePolicy']);
  });

  it('is not lost: a breaker that trips stays so', async () => {
    await prepare({ limits: { driftPercent: 20 } });
    await suspend({ of: 'grant', name: 'other' });
    await lose(...roles);
    const planned = await stage.plan();
    await delivered();

    await applyRun(stage.ports, stage.configuration(), planned);

    const { breakers } = await readControls(stage.ports.state, stage.configuration().accounts);
    expect(breakers).toMatchObject([{ scope: { of: 'drift' } }]);
  });

  it('does not take back what a person allows meanwhile: the breaker does not trip again', async () => {
    await prepare({ limits: { driftPercent: 20 } });
    await lose(...roles);
    const planned = await stage.plan();
    await stage.runOnce();
    await resume({ of: 'everything' });

    await applyRun(stage.ports, stage.configuration(), planned);

    expect((await stage.runOnce()).writes.iam).toEqual(roles.map(() => 'AttachRolePolicy'));
    expect(notified('deployment.breaker-tripped.v1')).toBe(1);
  });
});

describe('an approval', () => {
  /** Somebody shortens the sessions of a role while its grant makes them longer. */
  const torn = async () => {
    await prepare();
    await shorten(3_600);
    stage.configure({ grants: [{ ...wholeGrant, maxSessionDuration: 14_400 }] });
    for (const role of roles.slice(1)) await lengthen(role);
    return stage.runOnce();
  };
  const shorten = (seconds: number) =>
    stage.console.send(new UpdateRoleCommand({ RoleName: 'role-a', MaxSessionDuration: seconds }));
  const lengthen = (role: string) =>
    stage.console.send(new UpdateRoleCommand({ RoleName: role, MaxSessionDuration: 14_400 }));
  const approve = async (by: string) => {
    const { snapshot, changes } = await stage.plan();
    const approval = { planId: snapshot.plan.id, changes: changes.map(({ id }) => id), by };
    return decide(stage.ports.state, (controls) => recordApproval(controls, approval, stage.clock.now()));
  };
  const session = async () => (await viewRole(stage.console, 'role-a')).maxSessionDuration;

  it('lets an automatic run carry out what waits', async () => {
    expect((await torn()).plan.changes).toMatchObject([{ decision: 'held', blockedBy: 'conflict' }]);
    await approve(ana);
    expect((await stage.runOnce()).writes.iam).toEqual(['UpdateRole']);
    expect(await session()).toBe(14_400);
    expect(notified('deployment.approved.v1')).toBe(1);
  });

  it('ends after an hour', async () => {
    await torn();
    await approve(ana);
    stage.clock.advance(HOUR_MS);
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    await approve(ben);
    stage.clock.advance(HOUR_MS - MINUTE_MS);
    expect((await stage.runOnce()).writes.iam).toEqual(['UpdateRole']);
  });

  it('does not cover a change that has moved since', async () => {
    await torn();
    await approve(ana);
    await shorten(7_100);
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    expect(await session()).toBe(7_100);
    await shorten(3_600);
    expect((await stage.runOnce()).writes.iam).toEqual(['UpdateRole']);
  });
});
