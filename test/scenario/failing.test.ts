import { statusRows } from '../../shared/application/observe/connection-status.ts';
import { reportDocument } from '../../shared/application/reporting/report-document.ts';
import type { FailingChange } from '../../shared/domain/records/connection-record.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, PROVIDER_ARN, roleArn, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering } from '../builders/tampering.ts';
import { createTrouble } from '../builders/wire.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const trouble = createTrouble();
let stage: Stage;

const prepare = async (isMade = true, restMs = DAY_MS) => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Shop/b': 'role-b' }, trouble });
  if (isMade) await stage.runOnce();
  stage.clock.advance(restMs);
};
afterEach(async () => {
  trouble.fix();
  await stage.close();
});

const recorded = async (): Promise<readonly FailingChange[]> => {
  const { organizations, accounts } = stage.configuration();
  const { state } = stage.ports;
  const connections = await Promise.all(organizations.map(({ id }) => state.readConnections(id)));
  const providers = await Promise.all(accounts.map(({ id }) => state.readProviders(id)));
  return [...connections.flat(), ...providers.flat()].flatMap(
    ({ failing }): readonly FailingChange[] => failing ?? [],
  );
};
const iso = (time: number) => new Date(time).toISOString();
interface Notified {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const notified = (type: string) =>
  stage.cloud.receiver.received
    .map(({ body }) => JSON.parse(body) as Notified)
    .filter((event) => event.type === type)
    .map(({ data }) => data);

describe('a change that AWS refuses for ever', () => {
  it('is recorded, shown and reminded of since when, how often and why, and is over with the first success', async () => {
    await prepare();
    const since = stage.clock.now();
    await createTampering(stage.console).detach('role-a', READ_ONLY);
    trouble.refuse('AttachRolePolicy');
    for (let day = 0; day <= 7; day++) {
      expect((await stage.runOnce()).outcome).toBe('failed');
      stage.clock.advance(DAY_MS);
    }

    const plan = await stage.plan();
    const failing = {
      ...{ arn: roleArn('role-a'), kind: 'repair', since: iso(since), lastAt: iso(since + 7 * DAY_MS) },
      ...{ times: 8, nature: 'refused', code: 'permission', awsCode: 'AccessDenied' },
    };
    expect(await recorded()).toMatchObject([{ ...failing, since, lastAt: since + 7 * DAY_MS }]);
    expect(statusRows(plan, plan.controls)).toMatchObject([
      { state: 'failing', failing, findings: ['role.failing'] },
      { state: 'converged' },
    ]);
    expect(plan.findings[0]).toMatchObject({ code: 'role.failing', severity: 'high' });
    expect(notified('connection.failed.v1')).toMatchObject([{ failing: { times: 1 } }]);
    expect(notified('connection.drift-unresolved.v1')).toMatchObject([
      { reminder: 1, action: { decision: 'failed' }, failing: { since: iso(since), times: 8 } },
    ]);
    const nothing = { entries: [], unreadable: 0 };
    const remembered = { history: nothing, runs: nothing };
    const report = reportDocument(stage.configuration(), plan, remembered, stage.clock.now());
    expect(report.connections[0]?.failing).toMatchObject({ times: 8 });

    trouble.fix();
    expect((await stage.runOnce()).outcome).toBe('changed');
    expect(await recorded()).toEqual([]);
    expect(await stage.runOnce()).toMatchObject({ outcome: 'converged', writes: { table: 0 } });
  });

  it('is tried less and less, told once, and no hindrance for the other roles of the account', async () => {
    await prepare(false);
    trouble.refuse('CreateRole');
    const attempts: number[] = [];
    for (let minutes = 0; minutes <= 12 * 60; minutes += 15) {
      const { results } = await stage.runOnce();
      if (results.some(({ result }) => result === 'failed')) attempts.push(minutes);
      stage.clock.advance(15 * MINUTE_MS);
    }
    expect(attempts).toEqual([0, 15, 45, 105, 225, 465]);
    expect(notified('connection.failed.v1')).toHaveLength(2);
    expect(notified('connection.held.v1')).toEqual([]);
    const plan = await stage.plan();
    const rows = statusRows(plan, plan.controls);
    expect(rows.map(({ state, held }) => [state, held])).toEqual([
      ['failing', 'retry-later'],
      ['failing', 'retry-later'],
    ]);
    // A person tries at once.
    trouble.fix();
    expect((await stage.runOnce({ trigger: 'person', actor: 'arn:aws:iam::1:user/a' })).outcome).toBe(
      'changed',
    );
    expect(await recorded()).toEqual([]);
  });

  it('is tried by every run where it takes access away', async () => {
    await prepare();
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    trouble.refuse('DetachRolePolicy');
    for (let run = 0; run < 6; run++) {
      const { results } = await stage.runOnce();
      expect(results).toMatchObject([{ result: 'failed', error: { nature: 'refused' } }]);
      stage.clock.advance(15 * MINUTE_MS);
    }
    trouble.fix();
    expect((await stage.runOnce()).outcome).toBe('changed');
  });

  it('is over, with one write, when nothing is to be done any more', async () => {
    await prepare();
    const by = createTampering(stage.console);
    await by.detach('role-a', READ_ONLY);
    trouble.refuse('AttachRolePolicy');
    await stage.runOnce();
    await by.attach('role-a', READ_ONLY);
    stage.clock.advance(15 * MINUTE_MS);
    trouble.fix();
    await stage.runOnce();
    expect(await recorded()).toEqual([]);
    expect(await stage.runOnce()).toMatchObject({ outcome: 'converged', writes: { table: 0 } });
  });

  it('is recorded of a creation, and of a provider at the connections that need it', async () => {
    await prepare(false);
    trouble.refuse('CreateRole');
    await stage.runOnce();
    expect(await recorded()).toMatchObject([
      { kind: 'create', times: 1 },
      { kind: 'create', times: 1 },
    ]);
    await createTampering(stage.console).deleteProvider();
    trouble.refuse('CreateOpenIDConnectProvider');
    await stage.runOnce();
    await stage.runOnce();
    const plan = await stage.plan();
    expect(plan.findings.map(({ code }) => code)).toContain('provider.failing');
    const rows = statusRows(plan, plan.controls);
    expect(rows.map(({ state }) => state)).toEqual(['failing', 'failing']);
    expect((await recorded()).find(({ arn }) => arn === PROVIDER_ARN)).toMatchObject({ times: 2 });
    trouble.fix();
    stage.clock.advance(30 * MINUTE_MS);
    await stage.runOnce();
    expect(await recorded()).toEqual([]);
  });

  it('is recorded, and drift is told, where the account cannot be written to at all', async () => {
    // The session for reading goes on; none for writing is had any more.
    await prepare(true, 15 * MINUTE_MS);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    trouble.refuse('AssumeRole');
    for (let run = 0; run < 2; run++) {
      const { outcome, results } = await stage.runOnce();
      expect(outcome).toBe('partial');
      expect(results).toMatchObject([{ result: 'skipped', error: { code: 'permission' } }]);
    }
    expect(await recorded()).toMatchObject([{ kind: 'repair', times: 2, nature: 'refused' }]);
    expect(notified('connection.drift-detected.v1')).toHaveLength(1);
    expect(notified('connection.failed.v1')).toHaveLength(1);
  });
});
