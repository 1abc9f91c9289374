import { GetRoleCommand } from '@aws-sdk/client-iam';
import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { createTampering } from '../builders/tampering.ts';
import { createTrouble } from '../builders/wire.ts';

const role = 'shop-prod';
const deny = (condition: object) => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sts:AssumeRole*',
  Condition: condition,
});

/** What the remediation of a company puts on every new trust. */
const guards: Readonly<Record<string, object>> = {
  'an address': deny({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
  'another action': { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' },
};

/** The trust that is there, with one more statement. */
async function guard(stage: Stage, statement: object): Promise<void> {
  const { Role: live } = await stage.console.send(new GetRoleCommand({ RoleName: role }));
  const trust = decodeURIComponent(live?.AssumeRolePolicyDocument ?? '');
  const statements = [(JSON.parse(trust) as { Statement: object | object[] }).Statement].flat();
  await createTampering(stage.console).setTrust(role, ...statements, statement);
}

describe.each(Object.entries(guards))('a company that denies %s in every trust', (_what, statement) => {
  const trouble = createTrouble();
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections: { 'Shop/prod': role }, trouble });
  });
  afterEach(() => stage.close());

  const isWhole = async () => {
    const { trust, boundary, managedPolicies, inlinePolicies } = await viewRole(stage.console, role);
    expect(trust).toContain('Deny');
    expect(trust).toContain('sc://contoso/Shop/prod');
    expect(boundary).toBeDefined();
    expect(managedPolicies).toHaveLength(1);
    expect(Object.keys(inlinePolicies)).toEqual(['deploy']);
  };

  it.each(['CreateRole', 'AttachRolePolicy', 'PutRolePolicy', 'UpdateAssumeRolePolicy'])(
    'right after %s keeps its Deny, and azfed its role',
    async (operation) => {
      trouble.visit(operation, () => guard(stage, statement));
      const { results } = await stage.runOnce();
      expect(results.map(({ result }) => result)).toEqual(['done', 'done']);
      await isWhole();

      stage.clock.advance(15 * MINUTE_MS);
      const { plan, writes } = await stage.runOnce();
      expect(writes.iam).toEqual([]);
      const codes = plan.findings.map(({ code }) => code);
      expect(codes).toContain('role.incident');
      expect(codes).not.toContain('role.not-owned');
    },
  );

  it('and a run that ended before it could record still owns the role', async () => {
    trouble.visit('CreateRole', async () => {
      await guard(stage, statement);
      trouble.plan(1, 'end');
    });
    await stage.runOnce().catch(() => undefined);
    trouble.fix();
    stage.clock.advance(15 * MINUTE_MS);
    await stage.runOnce();
    await stage.runOnce();
    await isWhole();
    expect(await stage.records()).toMatchObject([{ role: { id: expect.stringMatching(/^AROA/) as string } }]);
  });

  it('sees what drifts beside it repaired, whole', async () => {
    await stage.runOnce();
    await guard(stage, statement);
    const by = createTampering(stage.console);
    await by.detach(role, 'arn:aws:iam::aws:policy/ReadOnlyAccess');
    await by.dropBoundary(role);
    stage.clock.advance(15 * MINUTE_MS);
    await stage.runOnce();
    await isWhole();
  });
});
