import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering, looseStatements } from '../builders/tampering.ts';

const allow = { Effect: 'Allow', Action: '*', Resource: '*' };

describe('a narrowing that AWS refuses for good', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections: { 'Shop/a': 'role-a' } });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const role = () => viewRole(stage.console, 'role-a');
  const attack = async () => {
    const by = createTampering(stage.console);
    await by.setTrust('role-a', looseStatements.wildcard);
    await by.attach('role-a', ADMINISTRATOR);
    await by.putInline('role-a', 'backdoor', allow);
    await by.putInline('role-a', 'deploy', allow);
    await by.dropBoundary('role-a');
  };

  it.each([
    'PutRolePermissionsBoundary',
    'PutRolePolicy',
    'DetachRolePolicy',
    'DeleteRolePolicy',
    'UpdateAssumeRolePolicy',
  ] as const)('of %s keeps no other narrowing from being made, and is told', async (operation) => {
    const before = await role();
    await attack();
    stage.cloud.aws.faults.next({ operation }, 'accessDenied', Infinity);

    const { results, writes } = await stage.runOnce();

    const now = await role();
    const left = {
      PutRolePermissionsBoundary: now.boundary !== before.boundary,
      PutRolePolicy: now.inlinePolicies['deploy'] !== before.inlinePolicies['deploy'],
      DetachRolePolicy: now.managedPolicies.includes(ADMINISTRATOR),
      DeleteRolePolicy: 'backdoor' in now.inlinePolicies,
      UpdateAssumeRolePolicy: now.trust !== before.trust,
    };
    expect(Object.entries(left).flatMap(([what, is]) => (is ? [what] : []))).toEqual([operation]);
    expect(results).toMatchObject([{ result: 'failed', error: { code: 'permission' } }]);
    expect(writes.iam).not.toContain('AttachRolePolicy');
    const notified = stage.cloud.receiver.received.map(({ type }) => type);
    expect(notified).toContain('connection.failed.v1');
  });
});
