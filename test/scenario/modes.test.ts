import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage, StageOptions } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, setStage, wholeGrant } from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering, looseStatements } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Pay/c': 'role-c', 'Pay/d': 'role-d' };

describe('what a run may do', () => {
  let stage: Stage;

  const set = async (options: Partial<StageOptions> = {}) => {
    stage = await setStage({ connections, ...options });
  };
  const prepare = async (options: Partial<StageOptions> = {}) => {
    await set(options);
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  };
  afterEach(() => stage.close());

  const inMode = (mode: string) => ({ grants: [{ ...wholeGrant, mode }] });
  const types = () => stage.cloud.receiver.received.map(({ type }) => type);

  it('is to report alone in mode observe, once', async () => {
    await set(inMode('observe'));

    const first = await stage.runOnce();

    expect({ outcome: first.outcome, iam: first.writes.iam }).toEqual({ outcome: 'held', iam: [] });
    expect(await viewIam(stage.console)).toEqual({ roles: {}, providers: {} });
    expect(types()).toEqual(Object.keys(connections).map(() => 'connection.held.v1'));
    const second = await stage.runOnce();
    expect({ outcome: second.outcome, ...second.writes }).toEqual({ outcome: 'held', iam: [], table: 0 });
  });

  it('is to report alone in mode observe, also of drift, retirement and takeover', async () => {
    await prepare();
    stage.configure(inMode('observe'));
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/b'), false);
    const before = await viewIam(stage.console);

    const { outcome, writes } = await stage.runOnce();

    expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'held', iam: [] });
    expect(await viewIam(stage.console)).toEqual(before);
    expect(types()).toContain('connection.drift-detected.v1');
  });

  it('is to fix but to create nothing new in mode repair', async () => {
    await prepare();
    stage.configure(inMode('repair'));
    const federated = await viewIam(stage.console);
    const input = { project: 'Shop', name: 'new', roleArn: '', useOidc: true };
    const { connections: play } = stage.cloud.azureDevOps;
    const { id } = play.create(ORGANIZATION, input);
    play.setRoleArn(ORGANIZATION, id, `arn:aws:iam::${wholeGrant.accounts[0]}:role/azure-devops/role-new`);
    await createTampering(stage.console).setTrust('role-a', looseStatements.wildcard);

    const { writes, plan } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(await viewIam(stage.console)).toEqual(federated);
    const held = plan.changes.filter(({ decision }) => decision === 'held');
    expect(held).toMatchObject([{ kind: 'create', blockedBy: 'mode-repair' }]);
  });

  it('is to report alone before a person has let azfed write', async () => {
    await set();

    const { outcome, writes } = await stage.runOnce({ isBootstrapped: false });

    expect({ outcome, iam: writes.iam }).toEqual({ outcome: 'held', iam: [] });
    expect(types()).toEqual(['deployment.first-look.v1']);
    const { outcome: byPerson } = await stage.runOnce({ isBootstrapped: false, trigger: 'person' });
    expect(byPerson).toBe('changed');
  });

  it('is limited in number, the least dangerous first to wait, and the next runs finish', async () => {
    await prepare({ limits: { changesPerPass: 2 } });
    const outcomes: string[] = [];
    for (let run = 0; run < 3; run++) outcomes.push((await stage.runOnce()).outcome);
    const federated = await viewIam(stage.console);
    expect(Object.keys(federated.roles).sort()).toEqual(Object.values(connections));
    expect(outcomes.at(-1)).toBe('converged');

    stage.clock.advance(15 * MINUTE_MS);
    const by = createTampering(stage.console);
    for (const role of Object.values(connections)) await by.detach(role, READ_ONLY);
    await by.attach('role-d', ADMINISTRATOR);
    await by.deleteProvider();
    const first = await stage.runOnce();
    expect(first.writes.iam).toEqual(['CreateOpenIDConnectProvider', 'DetachRolePolicy', 'AttachRolePolicy']);
    expect((await stage.runOnce()).writes.iam).toEqual(['AttachRolePolicy', 'AttachRolePolicy']);
    expect((await stage.runOnce()).writes.iam).toEqual(['AttachRolePolicy']);
    expect((await stage.runOnce()).outcome).toBe('converged');
    expect(await viewIam(stage.console)).toEqual(federated);
  });

  it('is limited in closings of its own', async () => {
    await prepare({ limits: { closuresPerPass: 1 } });
    for (const connection of Object.keys(connections))
      stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id(connection), false);

    const { writes, plan } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(plan.changes.filter(({ decision }) => decision === 'held')).toMatchObject(
      [1, 2, 3].map(() => ({ kind: 'close', blockedBy: 'limit-closures' })),
    );
  });

  it('is nothing but narrowing when more drifted than is likely, until a person looks', async () => {
    await prepare({ limits: { driftPercent: 20 } });
    const federated = await viewIam(stage.console);
    const by = createTampering(stage.console);
    for (const role of Object.values(connections)) await by.detach(role, READ_ONLY);
    await by.attach('role-a', ADMINISTRATOR);

    const runAutomatically = await stage.runOnce();

    expect(runAutomatically.writes.iam).toEqual(['DetachRolePolicy']);
    expect(runAutomatically.plan.findings.map(({ code }) => code)).toContain('account.drift-breaker');
    expect((await stage.runOnce({ trigger: 'person' })).outcome).toBe('changed');
    expect(await viewIam(stage.console)).toEqual(federated);
  });

  it('is nothing but narrowing in a project that lost more from view than is likely', async () => {
    await prepare({ limits: { absencePercent: 10 } });
    const federated = await viewIam(stage.console);
    stage.cloud.azureDevOps.organizations.setPat(ORGANIZATION, {
      token: READER_PAT,
      access: 'read',
      connections: [],
    });
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

    const { writes, plan } = await stage.runOnce();

    expect(writes.iam).toEqual(['DetachRolePolicy']);
    expect(plan.findings.map(({ code }) => code)).toContain('organization.absence-breaker');
    expect((await viewRole(stage.console, 'role-b')).trust).toBe(federated.roles['role-b']?.trust);
  });
});
