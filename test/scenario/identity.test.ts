import { transferClaims } from '../../shared/application/connections/hand-over.ts';
import { readDesiredState } from '../../shared/application/observe/observe.ts';
import { viewConnections } from '../../shared/domain/azure-devops/inventory.ts';
import { listPredecessorClaims } from '../../shared/domain/recording/succession.ts';
import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, parsePlace, required, setStage } from '../builders/stage.ts';
import { makeSubject } from '../builders/tampering.ts';

const ANA = 'arn:aws:iam::999999999999:user/ana';
const world = {
  'Shop/x': 'role-x',
  'Shop/y': 'role-y',
  'Pay/x': 'role-pay',
};
type Connection = keyof typeof world;
const keys = Object.keys(world) as Connection[];

describe('the identity of a connection', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections: world });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });

  afterEach(() => stage.close());

  const play = () => stage.cloud.azureDevOps;
  const notified = (mark: number) => stage.cloud.receiver.received.slice(mark).map(({ type }) => type);
  const mark = () => stage.cloud.receiver.received.length;

  /** Which roles each connection gets into with a fresh token. Projects may have other names by now. */
  const entries = async (project = (connection: Connection) => parsePlace(connection).project) => {
    const opened: Record<string, readonly string[]> = {};
    for (const connection of keys) {
      const token = await stage.token(project(connection), stage.id(connection));
      const verdicts = await Promise.all(
        Object.values(world).map(async (role) => ({ role, verdict: await stage.assume(role, token) })),
      );
      opened[connection] = verdicts.filter(({ verdict }) => verdict === 'in').map(({ role }) => role);
    }
    return opened;
  };
  /** A person says that the connection takes the place of whoever had its name. */
  const sayRightful = async (id: string) => {
    const { desiredRoles, inventories } = await readDesiredState(stage.ports, stage.configuration());
    const [inventory] = inventories;
    const found = [...(inventory ? viewConnections(inventory).connections.values() : [])].find(
      (one) => one.id === id,
    );
    const { id: connectionId, references } = required(found, 'connection');
    const { id: organizationId } = required(stage.configuration().organizations[0], 'organization');
    const successor = { organizationId, connectionId, references };
    const claims = listPredecessorClaims(desiredRoles, connectionId);
    await transferClaims(stage.ports.state, { successor, claims, by: ANA }, stage.clock.now());
  };
  const own = { 'Shop/x': ['role-x'], 'Shop/y': ['role-y'], 'Pay/x': ['role-pay'] };

  const expectRest = async (rest = 'converged') => {
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: rest, iam: [], table: 0 });
  };

  it('outlives a rename, and the old name ends half an hour later', async () => {
    const [before, old] = [mark(), await stage.token('Shop', stage.id('Shop/x'))];
    play().connections.rename(ORGANIZATION, stage.id('Shop/x'), 'renamed');

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(await entries()).toEqual(own);
    expect(await stage.assume('role-x', old)).toBe('in');
    expect(notified(before)).toEqual(['connection.renamed.v1']);
    await expectRest();

    stage.clock.advance(31 * MINUTE_MS);
    expect((await stage.runOnce()).writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect((await viewRole(stage.console, 'role-x')).trust).not.toContain(`"${makeSubject('Shop/x')}`);
    expect(await entries()).toEqual(own);
    await expectRest();
  });

  it('gives an old name up at once when another connection takes it', async () => {
    play().connections.rename(ORGANIZATION, stage.id('Shop/x'), 'renamed');
    await stage.runOnce();
    const taker = play().connections.create(ORGANIZATION, { project: 'Shop', name: 'x' });

    await stage.runOnce();

    expect(await stage.assume('role-x', await stage.token('Shop', taker.id))).toBe('refused');
    expect(await entries()).toEqual(own);
    await expectRest();
  });

  it('outlives a rename of its project, which is one write for each role of it', async () => {
    const [before, old] = [mark(), await stage.token('Shop', stage.id('Shop/x'))];
    play().projects.rename(ORGANIZATION, 'Shop', 'Shop Europe');
    const project = (connection: Connection) => parsePlace(connection).project.replace('Shop', 'Shop Europe');

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy', 'UpdateAssumeRolePolicy']);
    expect(await entries(project)).toEqual(own);
    expect(await stage.assume('role-x', old)).toBe('in');
    expect(notified(before)).toEqual(['connection.renamed.v1', 'connection.renamed.v1']);
    stage.clock.advance(31 * MINUTE_MS);
    await stage.runOnce();
    expect(JSON.stringify(await viewIam(stage.console))).not.toContain(makeSubject('Shop/'));
    expect(await entries(project)).toEqual(own);
    await expectRest();
  });

  it('follows two connections that swap their names', async () => {
    const old = await stage.token('Shop', stage.id('Shop/x'));
    const rename = (connection: Connection, name: string) =>
      play().connections.rename(ORGANIZATION, stage.id(connection), name);
    rename('Shop/x', 'aside');
    rename('Shop/y', 'x');
    rename('Shop/x', 'y');

    await stage.runOnce();

    expect(await entries()).toEqual(own);
    expect(await stage.assume('role-x', old)).toBe('refused');
    await expectRest();
  });

  it('follows two projects that swap their names', async () => {
    const old = await stage.token('Shop', stage.id('Shop/x'));
    play().projects.rename(ORGANIZATION, 'Shop', 'aside');
    play().projects.rename(ORGANIZATION, 'Pay', 'Shop');
    play().projects.rename(ORGANIZATION, 'aside', 'Pay');
    const swapped = (connection: Connection) => (connection === 'Pay/x' ? 'Shop' : 'Pay');

    await stage.runOnce();

    expect(await entries(swapped)).toEqual(own);
    expect(await stage.assume('role-x', old)).toBe('refused');
    stage.clock.advance(31 * MINUTE_MS);
    await stage.runOnce();
    expect(await entries(swapped)).toEqual(own);
    await expectRest();
  });

  it.each([undefined, 'aws', 'dockerregistry'])(
    'is not inherited by one that is made under its name as %s',
    async (type) => {
      const before = mark();
      const again = play().connections.recreate(ORGANIZATION, stage.id('Shop/x'), type);
      const impostor = async () => stage.assume('role-x', await stage.token('Shop', again.id));
      expect(await impostor()).toBe('in');

      const { writes, plan } = await stage.runOnce();

      expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
      expect(plan.findings.map(({ code }) => code)).toContain('connection.recreated');
      expect(notified(before)).toContain('connection.recreated.v1');
      expect(await impostor()).toBe('refused');
      for (const [connection, role] of [['Shop/y', 'role-y'] as const, ['Pay/x', 'role-pay'] as const]) {
        const token = await stage.token(parsePlace(connection).project, stage.id(connection));
        expect(await stage.assume(role, token)).toBe('in');
        expect(await stage.assume('role-x', token)).toBe('refused');
      }
      await expectRest();
      stage.clock.advance(48 * 60 * MINUTE_MS);
      await expectRest();
      expect(await impostor()).toBe('refused');
    },
  );

  it('passes to one that is made under its name when a person says so, and to no other after that', async () => {
    const again = play().connections.recreate(ORGANIZATION, stage.id('Shop/x'), 'AWS');
    await stage.runOnce();
    const attempts = async (id: string) => stage.assume('role-x', await stage.token('Shop', id));
    expect(await attempts(again.id)).toBe('refused');

    await sayRightful(again.id);
    expect(await attempts(again.id)).toBe('refused');
    // The mark of the role names the earlier one: no run but the person's own runs it on.
    await stage.runOnce();
    expect(await attempts(again.id)).toBe('refused');
    const before = mark();
    const account = required(stage.configuration().accounts[0], 'account').id;
    const scope = { account, roles: ['role-x'], asks: 'adopt' } as const;
    const { writes } = await stage.runOnce({ trigger: 'person', actor: ANA, scope });

    // Who it is kept for stands in its description and its marks; it is opened last.
    expect(writes.iam).toEqual(['UpdateRole', 'TagRole', 'UpdateAssumeRolePolicy']);
    expect(await attempts(again.id)).toBe('in');
    expect(notified(before)).toEqual(['connection.adopted.v1']);
    await expectRest();

    const third = play().connections.recreate(ORGANIZATION, again.id, 'AWS');
    await stage.runOnce();
    expect(await attempts(third.id)).toBe('refused');
    await expectRest();
  });

  it('keeps its role while it is missing, and loses it to whoever takes the name', async () => {
    const federated = await viewIam(stage.console);
    play().connections.remove(ORGANIZATION, stage.id('Shop/x'));
    const { writes, plan } = await stage.runOnce();
    expect(writes.iam).toEqual([]);
    expect(plan.findings.map(({ code }) => code)).toContain('connection.missing');
    expect(await viewIam(stage.console)).toEqual(federated);
    await expectRest('held');

    const input = { project: 'Shop', name: 'x', roleArn: '', useOidc: true };
    const taker = play().connections.create(ORGANIZATION, input);
    expect(await stage.assume('role-x', await stage.token('Shop', taker.id))).toBe('in');
    await stage.runOnce();
    expect(await stage.assume('role-x', await stage.token('Shop', taker.id))).toBe('refused');
    await expectRest();
  });
});
