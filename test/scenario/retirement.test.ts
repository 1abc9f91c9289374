import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, roleArn, setStage, wholeGrant } from '../builders/stage.ts';
import { createTampering, ownStatement } from '../builders/tampering.ts';

describe('a connection that asks no more', () => {
  const setRetiring = async (retire: string) => {
    const stage = await setStage({
      connections: { 'Shop/x': 'role-x', 'Shop/y': 'role-y' },
      grants: [{ ...wholeGrant, retire }],
    });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    return stage;
  };
  const assume = async (stage: Stage, role: string) =>
    stage.assume(role, await stage.token('Shop', stage.id('Shop/x')));
  const turns = [
    {
      what: 'it names another role',
      turn: (stage: Stage) =>
        stage.cloud.azureDevOps.connections.setRoleArn(ORGANIZATION, stage.id('Shop/x'), roleArn('role-new')),
      newRole: 'in',
    },
    {
      what: 'its OIDC is turned off',
      turn: (stage: Stage) =>
        stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/x'), false),
      newRole: 'refused',
    },
  ];

  it.each(turns)('loses its role when $what and the grant says close', async ({ turn, newRole }) => {
    const stage = await setRetiring('close');
    turn(stage);

    const { plan } = await stage.runOnce();

    expect(plan.findings.map(({ code }) => code)).not.toContain('role.kept');
    expect(await assume(stage, 'role-x')).toBe('refused');
    expect(await assume(stage, 'role-new')).toBe(newRole);
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
    await stage.close();
  });

  it('keeps its role when its OIDC is turned off and the grant says keep', async () => {
    const stage = await setRetiring('keep');
    const before = await viewRole(stage.console, 'role-x');
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Shop/x'), false);

    const { plan } = await stage.runOnce();

    expect(plan.findings.map(({ code }) => code)).toContain('role.kept');
    expect(await viewRole(stage.console, 'role-x')).toEqual(before);
    expect(await assume(stage, 'role-x')).toBe('in');
    const { writes } = await stage.runOnce();
    expect(writes).toEqual({ iam: [], table: 0 });
    await stage.close();
  });

  it('has one role, also where the grant says keep: the earlier one is closed when it names another', async () => {
    const stage = await setRetiring('keep');
    stage.cloud.azureDevOps.connections.setRoleArn(ORGANIZATION, stage.id('Shop/x'), roleArn('role-new'));

    await stage.runOnce();

    expect(await assume(stage, 'role-x')).toBe('refused');
    expect(await assume(stage, 'role-new')).toBe('in');
    const { writes } = await stage.runOnce();
    expect(writes).toEqual({ iam: [], table: 0 });
    await stage.close();
  });

  it('gets its role back when it asks again', async () => {
    const stage = await setRetiring('close');
    const before = await viewIam(stage.console);
    const { connections } = stage.cloud.azureDevOps;
    connections.setOidc(ORGANIZATION, stage.id('Shop/x'), false);
    await stage.runOnce();
    connections.setOidc(ORGANIZATION, stage.id('Shop/x'), true);

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(await viewIam(stage.console)).toEqual(before);
    expect(await assume(stage, 'role-x')).toBe('in');
    await stage.close();
  });

  it('is revoked again when somebody opens its closed role', async () => {
    const stage = await setRetiring('close');
    const { connections } = stage.cloud.azureDevOps;
    connections.setOidc(ORGANIZATION, stage.id('Shop/x'), false);
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    await createTampering(stage.console).setTrust('role-x', ownStatement('Shop/x'));
    expect(await assume(stage, 'role-x')).toBe('in');

    await stage.runOnce();

    expect(await assume(stage, 'role-x')).toBe('refused');
    await stage.close();
  });
});
