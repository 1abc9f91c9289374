import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';

const loopback = { AZFED_ALLOW_LOOPBACK: '1' };
const [main, second] = sample.accounts;
const grants = `grants:
  - name: pairs
    mode: enforce
    roles:
      - { project: Shop, connection: aws-prod, role: "arn:aws:iam::${main}:role/azure-devops/shop/shop-prod" }
      - { project: Shop, connection: aws-staging, role: "arn:aws:iam::${main}:role/azure-devops/shop/other" }
      - { project: Platform, connection: registry, role: "arn:aws:iam::${main}:role/az-registry", type: any }
      - { project: Platform, connection: Registry, role: "arn:aws:iam::${main}:role/az-mistyped", type: any }
    boundary: "arn:aws:iam::{account}:policy/azfed-boundary"
  - name: lists
    mode: enforce
    connections: { organization: contoso, project: [Payments, Nowhere], name: [aws-prod, aws-stag*] }
    accounts: ["${second}"]
    role: { path: /azure-devops/payments/, name: [payments-prod, "payments-st*"] }
    boundary: none
    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    trust:
      statements: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::{account}:root" }, Action: "sts:AssumeRole" }]
`;

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  const text = sampleConfiguration(place.cloud);
  const [beginning, end] = [text.indexOf('grants:\n'), text.indexOf('limits:')];
  place.write('federation.yaml', text.slice(0, beginning) + grants + text.slice(end));
});
afterAll(() => place.leave());
const azfed = (...typed: readonly string[]) =>
  place.azfed([...typed, '--local', '--config', './federation.yaml'], loopback);

it('shows and makes the roles of pairs, lists and connections of any type, and is then at rest', async () => {
  const plan = await azfed('plan');
  expect(plan.stdout).toContain('The configuration gives Platform / registry a role; its role is made.');
  expect(plan.stdout).toContain('+ boundary: none');
  expect(plan.stdout).toMatch(
    new RegExp(`\\+ {3}Allow {4}anybody whom account ${second} allows {3}sts:AssumeRole$`, 'm'),
  );
  expect(plan.stdout).toContain('Shop / aws-staging names a role outside its grant (pairs).');
  expect(await azfed('apply', '--yes')).toMatchObject({ code: 0 });
  const again = await azfed('plan', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ changes: [] });

  const verified = await azfed('verify', 'Platform/registry', '--json');
  expect(verified.code).toBe(0);
  expect(verified.stdout).not.toContain('connection.no-oidc');
  expect((await azfed('explain', 'Platform/registry')).stdout).toContain('commerce/az-registry');
  const doctor = await azfed('doctor', '--json');
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({ code: 'account.writes', verdict: 'ok' }),
      expect.objectContaining({
        code: 'grant.matched',
        verdict: 'warning',
        says: 'No connection that can be seen is Platform/Registry.',
      }),
    ]) as unknown,
  });
});
