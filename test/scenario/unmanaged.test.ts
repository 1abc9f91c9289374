import { AttachRolePolicyCommand, CreateRoleCommand, UpdateRoleCommand } from '@aws-sdk/client-iam';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, setStage } from '../builders/stage.ts';
import { createTampering, looseStatements, ownStatement } from '../builders/tampering.ts';

const ROLE = 'az-serviceconnection';
const ARN = `arn:aws:iam::${ACCOUNT}:role/${ROLE}`;
const breakGlass = {
  Sid: 'BreakGlass',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 'sts:AssumeRole',
};
const guard = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sts:AssumeRole',
  Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
};
const grant = {
  name: 'all',
  mode: 'enforce',
  permissions: 'unmanaged',
  connections: { organization: 'contoso', project: 'Shop', name: 'prod' },
  accounts: [ACCOUNT],
  role: { path: '/', name: ROLE },
  retire: 'close',
  trust: { statements: [breakGlass], expectDeny: 'any' },
} as const;

describe('a role at the root path whose permissions Terraform keeps', () => {
  let stage: Stage;
  const assume = async () => stage.assume(ARN, await stage.token('Shop', stage.id('Shop/prod')));
  /** All of it but what azfed keeps. */
  const viewRest = async () => {
    const { trust: _, tags, ...role } = await viewRole(stage.console, ROLE);
    return { ...role, tags: Object.entries(tags).filter(([key]) => !key.startsWith('azfed:')) };
  };
  const runLater = () => {
    stage.clock.advance(15 * MINUTE_MS);
    return stage.runOnce();
  };

  beforeEach(async () => {
    stage = await setStage({ connections: { 'Shop/prod': ARN }, grants: [grant] });
    const { console } = stage;
    await console.send(
      new CreateRoleCommand({
        RoleName: ROLE,
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [breakGlass] }),
        Description: 'by Terraform',
        MaxSessionDuration: 43_200,
        Tags: [{ Key: 'owner', Value: 'platform' }],
      }),
    );
    const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await console.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn: admin }));
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  it('is adopted, repaired and closed by its trust and its marks alone', async () => {
    const before = await viewRest();
    const scope = {
      account: required(parseAccountId(ACCOUNT), 'account'),
      roles: [ROLE],
      asks: 'adopt' as const,
    };
    const adopted = await stage.runOnce({ trigger: 'person', actor: 'ana', scope });
    expect(adopted.writes.iam).toEqual(['TagRole', 'UpdateAssumeRolePolicy']);
    expect([await assume(), await viewRest()]).toEqual(['in', before]);

    const by = createTampering(stage.console);
    await by.putInline(ROLE, 'more', { Effect: 'Allow', Action: 's3:*', Resource: '*' });
    await stage.console.send(new UpdateRoleCommand({ RoleName: ROLE, MaxSessionDuration: 3_600 }));
    const after = await viewRest();
    const quiet = await runLater();
    expect([quiet.outcome, quiet.writes.iam, await viewRest()]).toEqual(['converged', [], after]);

    await by.setTrust(ROLE, ownStatement('Shop/prod'), looseStatements.wildcard, breakGlass, guard);
    const repaired = await runLater();
    expect(repaired.writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    const { trust } = await viewRole(stage.console, ROLE);
    expect(trust).toContain('Deny');
    expect(repaired.plan.findings.map(({ code }) => code)).not.toContain('role.incident');
    expect([await assume(), await viewRest()]).toEqual(['in', after]);

    stage.configure({ grants: [{ ...grant, connections: { ...grant.connections, name: 'other' } }] });
    const closed = await runLater();
    expect(closed.writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect([await assume(), await viewRest()]).toEqual(['refused', after]);
    expect((await viewRole(stage.console, ROLE)).trust).toMatch(/"AWS\W+123456789012\W/);
  });
});
