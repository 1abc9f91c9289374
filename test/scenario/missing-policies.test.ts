import { CreatePolicyCommand } from '@aws-sdk/client-iam';
import type { Stage } from '../builders/stage.ts';
import { setStage, wholeGrant } from '../builders/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'a', 'Shop/b': 'b' } });
});
afterEach(() => stage.close());

const asked = () =>
  stage.cloud.aws.calls.filter(({ operation }) => operation === 'GetPolicy').map(({ resource }) => resource);

it('asks for each policy once, begins nothing that needs one that is not there, and asks for none at rest', async () => {
  const boundary = wholeGrant.boundary.replace(/policy\/.*/, 'policy/later');
  stage.configure({ grants: [{ ...wholeGrant, boundary }] });
  const first = await stage.runOnce();
  expect(first.plan.changes.filter(({ target }) => target === 'role')).toEqual([
    expect.objectContaining({ blockedBy: 'missing-policy' }),
    expect.objectContaining({ blockedBy: 'missing-policy' }),
  ]);
  expect(first.plan.findings.map(({ code }) => code)).toContain('policy.missing');
  expect(first.writes.iam).toEqual(['CreateOpenIDConnectProvider']);
  expect(asked()).toHaveLength(2);
  expect(new Set(asked()).size).toBe(2);

  await stage.console.send(
    new CreatePolicyCommand({
      PolicyName: 'later',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    }),
  );
  const second = await stage.runOnce();
  expect(second.writes.iam).toContain('CreateRole');
  stage.clock.advance(10 * 60_000);
  const before = asked().length;
  const rest = await stage.runOnce();
  expect(rest.outcome).toBe('converged');
  expect(asked()).toHaveLength(before);
});

it('takes a policy that it may not ask for as there', async () => {
  stage.cloud.aws.faults.next({ operation: 'GetPolicy' }, 'accessDenied', Infinity);
  const { writes, plan } = await stage.runOnce();
  expect(plan.findings.map(({ code }) => code)).not.toContain('policy.missing');
  expect(writes.iam).toContain('CreateRole');
});
