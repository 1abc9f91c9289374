import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { viewIam } from '../builders/iam-view.ts';
import type { Stage, StageOptions } from '../builders/stage.ts';
import {
  ACCOUNT,
  MINUTE_MS,
  ORGANIZATION,
  parsePlace,
  roleArn,
  setStage,
  wholeGrant,
} from '../builders/stage.ts';
import { document } from '../builders/tampering.ts';

describe('a role that a connection names', () => {
  const stages: Stage[] = [];
  const set = async (connections: StageOptions['connections'], grant: object = {}) => {
    const stage = await setStage({ connections, grants: [{ ...wholeGrant, ...grant }] });
    stages.push(stage);
    return stage;
  };
  afterEach(async () => {
    await Promise.all(stages.splice(0).map((stage) => stage.close()));
  });

  const assume = async (stage: Stage, connection: string, role: string) =>
    stage.assume(role, await stage.token(parsePlace(connection).project, stage.id(connection)));
  const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

  it('goes to nobody when two ask for it at once', async () => {
    const stage = await set({ 'Shop/a': 'wanted', 'Pay/b': 'wanted' });

    const { writes, plan } = await stage.runOnce();

    expect(writes).toEqual({ iam: [], table: 0 });
    expect(codes(plan.findings).filter((code) => code === 'role.claimed')).toHaveLength(2);
    expect((await viewIam(stage.console)).roles).toEqual({});
  });

  it('stays with the connection that has it when a contributor types its ARN elsewhere', async () => {
    const stage = await set({ 'Shop/prod': 'shop-prod' });
    await stage.runOnce();
    const federated = await viewIam(stage.console);
    const thief = stage.cloud.azureDevOps.connections.create(ORGANIZATION, {
      project: 'Shop',
      name: 'thief',
      roleArn: roleArn('shop-prod'),
      useOidc: true,
    });

    const { writes, plan } = await stage.runOnce();

    expect(writes).toEqual({ iam: [], table: 0 });
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: 'role.claimed', connectionId: thief.id }),
    );
    expect(await viewIam(stage.console)).toEqual(federated);
    expect(await stage.assume('shop-prod', await stage.token('Shop', thief.id))).toBe('refused');
    expect(await assume(stage, 'Shop/prod', 'shop-prod')).toBe('in');
  });

  it('costs a connection its own role when it asks for that of another team', async () => {
    const stage = await set({ 'Shop/prod': 'shop-prod', 'Pay/prod': 'pay-prod' });
    await stage.runOnce();
    const { connections } = stage.cloud.azureDevOps;
    connections.setRoleArn(ORGANIZATION, stage.id('Pay/prod'), roleArn('shop-prod'));

    const { plan } = await stage.runOnce();

    expect(codes(plan.findings)).toContain('role.claimed');
    expect(await assume(stage, 'Pay/prod', 'shop-prod')).toBe('refused');
    expect(await assume(stage, 'Pay/prod', 'pay-prod')).toBe('refused');
    expect(await assume(stage, 'Shop/prod', 'shop-prod')).toBe('in');
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('is shared where the grant says so, by those who ask for it alone', async () => {
    const connections = { 'Shop/a': 'shared', 'Pay/b': 'shared', 'Pay/c': 'own' };
    const stage = await set(connections, { shareRole: true });

    const { outcome } = await stage.runOnce();

    expect(outcome).toBe('changed');
    expect(await assume(stage, 'Shop/a', 'shared')).toBe('in');
    expect(await assume(stage, 'Pay/b', 'shared')).toBe('in');
    expect(await assume(stage, 'Pay/c', 'shared')).toBe('refused');
    expect(await assume(stage, 'Pay/b', 'own')).toBe('refused');
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('is left by one of those who share it, and stays open for the other', async () => {
    const stage = await set({ 'Shop/a': 'shared', 'Pay/b': 'shared' }, { shareRole: true });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    stage.cloud.azureDevOps.connections.setOidc(ORGANIZATION, stage.id('Pay/b'), false);

    await stage.runOnce();

    expect(await assume(stage, 'Shop/a', 'shared')).toBe('in');
    expect(await assume(stage, 'Pay/b', 'shared')).toBe('refused');
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('is joined later by another that the sharing grant covers', async () => {
    const stage = await set({ 'Shop/a': 'shared' }, { shareRole: true });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    const late = stage.cloud.azureDevOps.connections.create(ORGANIZATION, {
      project: 'Shop',
      name: 'late',
      roleArn: roleArn('shared'),
      useOidc: true,
    });

    await stage.runOnce();

    expect(await stage.assume('shared', await stage.token('Shop', late.id))).toBe('in');
    expect(await assume(stage, 'Shop/a', 'shared')).toBe('in');
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it.each([
    ['an admin role', `arn:aws:iam::${ACCOUNT}:role/OrganizationAdmin`, 'role.outside-grant'],
    ['the role of azfed itself', `arn:aws:iam::${ACCOUNT}:role/azfed-spoke`, 'role.outside-grant'],
    ['a path that only begins alike', `arn:aws:iam::${ACCOUNT}:role/azure-devops-2/x`, 'role.outside-grant'],
    [
      'a role of an account elsewhere',
      'arn:aws:iam::999999999999:role/azure-devops/x',
      'account.not-configured',
    ],
    ['another partition', `arn:aws-cn:iam::${ACCOUNT}:role/azure-devops/x`, 'account.other-partition'],
    ['no role at all', 'arn:aws:iam::123456789012:user/azure-devops/x', 'connection.role-malformed'],
  ])('is not touched when it is %s', async (_what, arn, code) => {
    const stage = await set({ 'Shop/admin': arn });

    const { writes, plan } = await stage.runOnce();

    expect(writes).toEqual({ iam: [], table: 0 });
    expect(codes(plan.findings)).toContain(code);
  });

  it('is not touched when somebody else made it', async () => {
    const stage = await set({ 'Shop/prod': 'by-hand', 'Shop/other': 'other' });
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
    const trust = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
    const input = { RoleName: 'by-hand', Path: '/azure-devops/', AssumeRolePolicyDocument: trust };
    await stage.console.send(new CreateRoleCommand(input));
    const before = (await viewIam(stage.console)).roles['by-hand'];

    const { plan } = await stage.runOnce();

    expect(codes(plan.findings)).toContain('role.not-owned');
    expect((await viewIam(stage.console)).roles['by-hand']).toEqual(before);
    expect(await assume(stage, 'Shop/other', 'other')).toBe('in');
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('is not touched when another differs from it in case alone', async () => {
    const stage = await set({ 'Shop/a': 'wanted' });
    await stage.runOnce();
    const federated = await viewIam(stage.console);
    stage.cloud.azureDevOps.connections.create(ORGANIZATION, {
      project: 'Shop',
      name: 'b',
      roleArn: roleArn('WANTED'),
      useOidc: true,
    });

    const { writes, plan } = await stage.runOnce();

    expect(writes).toEqual({ iam: [], table: 0 });
    expect(codes(plan.findings)).toContain('role.claimed');
    expect(await viewIam(stage.console)).toEqual(federated);
  });
});
