import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { decide } from '../../shared/application/records/records.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { recordApproval } from '../../shared/domain/guard/controls-recording.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import {
  ACCOUNT,
  MINUTE_MS,
  ORGANIZATION,
  required,
  roleArn,
  setStage,
  wholeGrant,
} from '../builders/stage.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b', 'Shop/c': 'role-c' };

describe('roles whose grant says to delete them', () => {
  let stage: Stage;
  /** The trust of role-a while it let its connection in. */
  let open: string;
  const setOidc = (connection: string, isOn: boolean) =>
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id(connection), isOn);
  const approve = async (by = 'arn:aws:iam::999999999999:user/ben') => {
    const { snapshot, changes } = await stage.plan();
    const approval = { planId: snapshot.plan.id, changes: changes.map(({ id }) => id), by };
    await decide(stage.ports.state, (controls) => recordApproval(controls, approval, stage.clock.now()));
  };
  const readTrust = async (RoleName: string) => {
    const { Role } = await stage.console.send(new GetRoleCommand({ RoleName }));
    return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
  };
  const setTrust = (RoleName: string, PolicyDocument: string) =>
    stage.console.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  const roles = async () => Object.keys((await viewIam(stage.console)).roles).sort();
  const assume = async (connection: string, role: string) =>
    stage.assume(role, await stage.token('Shop', stage.id(connection)));
  const notified = (type: string) =>
    stage.cloud.receiver.received.filter((event) => event.type === type).length;
  const restore = (role: string) =>
    reconcile(
      stage.ports,
      stage.configuration(),
      { trigger: 'person', actor: 'arn:aws:iam::999999999999:user/ana' },
      { scope: { account: required(parseAccountId(ACCOUNT), 'account'), roles: [role], asks: 'restore' } },
    );

  beforeEach(async () => {
    stage = await setStage({ connections, grants: [{ ...wholeGrant, retire: 'delete' }] });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    open = await readTrust('role-a');
    for (const connection of ['Shop/a', 'Shop/b']) setOidc(connection, false);
    await stage.runOnce();
  });
  afterEach(() => stage.close());

  it('are closed at once, and deleted one a run after the waiting time when a second person says yes', async () => {
    expect(await assume('Shop/a', 'role-a')).toBe('refused');
    stage.clock.advance(29 * DAY_MS);
    expect((await stage.runOnce()).plan.findings.map(({ code }) => code)).toContain('role.retired-waiting');

    stage.clock.advance(2 * DAY_MS);
    const waiting = await stage.runOnce();
    expect(waiting.plan.changes).toMatchObject([
      { kind: 'delete', blockedBy: 'approval' },
      { kind: 'delete', blockedBy: 'approval' },
    ]);
    expect(waiting.writes.iam).toEqual([]);
    expect(await roles()).toEqual(['role-a', 'role-b', 'role-c']);

    await approve();
    const first = await stage.runOnce();
    expect(first.plan.changes).toMatchObject([{ decision: 'allowed' }, { blockedBy: 'limit-deletions' }]);
    expect(first.writes.iam.at(-1)).toBe('DeleteRole');
    expect(await roles()).toHaveLength(2);
    await stage.runOnce();
    expect(await roles()).toEqual(['role-c']);
    expect(notified('connection.role-deleted.v1')).toBe(2);
    expect(await assume('Shop/c', 'role-c')).toBe('in');
    stage.clock.advance(15 * MINUTE_MS);
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('wait on from the last time that somebody used them, whoever opened and closed them again', async () => {
    stage.clock.advance(30 * MINUTE_MS);
    const closed = await readTrust('role-a');
    await setTrust('role-a', open);
    expect(await assume('Shop/a', 'role-a')).toBe('in');
    await setTrust('role-a', closed);
    expect(await assume('Shop/a', 'role-a')).toBe('refused');
    expect((await stage.runOnce()).writes.iam).toEqual([]);
    stage.clock.advance(30 * DAY_MS - 15 * MINUTE_MS);

    const { changes, findings } = (await stage.runOnce()).plan;

    expect(changes).toMatchObject([{ kind: 'delete', roleArn: roleArn('role-b') }]);
    const waiting = findings.filter((found) => found.roleArn === roleArn('role-a'));
    expect(waiting.map(({ code }) => code).sort()).toEqual(['role.in-use', 'role.retired-waiting']);
    stage.clock.advance(20 * MINUTE_MS);
    const due = (await stage.runOnce()).plan.changes.map(
      (change) => change.target === 'role' && change.roleArn,
    );
    expect(due).toEqual([roleArn('role-a'), roleArn('role-b')]);
  });

  it('are made again closed from their snapshot, and open when their connection asks and a second person says yes', async () => {
    const before = await viewRole(stage.console, 'role-a');
    stage.clock.advance(31 * DAY_MS);
    await approve();
    await stage.runOnce();
    await stage.runOnce();
    expect(await roles()).toEqual(['role-c']);

    expect((await restore('role-a')).outcome).toBe('changed');

    expect(await viewRole(stage.console, 'role-a')).toEqual({ ...before });
    expect(await assume('Shop/a', 'role-a')).toBe('refused');
    expect(await assume('Shop/c', 'role-c')).toBe('in');
    stage.clock.advance(15 * MINUTE_MS);
    setOidc('Shop/a', true);
    const asked = await stage.runOnce();
    expect(asked.plan.changes).toMatchObject([{ kind: 'repair', blockedBy: 'approval' }]);
    expect(await assume('Shop/a', 'role-a')).toBe('refused');
    await approve();
    await stage.runOnce();
    expect(await assume('Shop/a', 'role-a')).toBe('in');
    expect(notified('connection.role-restored.v1')).toBe(1);
  });

  it('are made anew from their grant when their connection asks again after the deletion', async () => {
    stage.clock.advance(31 * DAY_MS);
    await approve();
    await stage.runOnce();
    await stage.runOnce();
    setOidc('Shop/b', true);
    expect((await stage.runOnce()).plan.changes).toMatchObject([{ kind: 'create', cause: 'new' }]);
    expect(await assume('Shop/b', 'role-b')).toBe('in');
  });
});
