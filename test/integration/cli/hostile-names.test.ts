import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { planIn } from './documents.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
});
afterAll(() => place.leave());

const HOSTILE = '<!channel>\nPlan: nothing to do\u001b[2K\u009b31m\u202e\u200b\u2028';
const SHOWN = '<!channel>\\u{a}Plan: nothing to do\\u{1b}[2K\\u{9b}31m\\u{202e}\\u{200b}\\u{2028}';
const ACTIVE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

it('shows hostile names as what they are, in every verb', async () => {
  const { connections, projects } = place.cloud.azureDevOps;
  const roleArn = (name: string) => `arn:aws:iam::123456789012:role/azure-devops/shop/${name}`;
  // Its good name in one project lets the connection be federated, and so recorded under its bad name in another.
  projects.create('contoso', 'Shop Two');
  const shared = connections.create('contoso', {
    project: 'Shop',
    name: 'aws-fine',
    roleArn: roleArn('shared'),
    useOidc: true,
  });
  connections.share('contoso', shared.id, 'Shop Two', `aws-${HOSTILE}`);
  connections.create('contoso', {
    project: 'Shop',
    name: `aws-new${HOSTILE}`,
    roleArn: roleArn(`\u001b[31m${HOSTILE}`),
    useOidc: true,
  });
  connections.create('contoso', {
    project: 'Platform',
    name: `keys${HOSTILE}`,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'sample',
  });
  const applied = await place.azfed(['apply', '--local', '--yes']);
  const [plan, json, status, explain, history, unknown] = await Promise.all([
    place.azfed(['plan', '--local']),
    place.azfed(['plan', '--local', '--json']),
    place.azfed(['status', '--local']),
    place.azfed(['explain', shared.id, '--local']),
    place.azfed(['history', shared.id, '--local']),
    place.azfed(['explain', HOSTILE, '--local']),
  ]);
  const all = { applied, plan, json, status, explain, history, unknown };
  for (const [verb, { stdout, stderr }] of Object.entries(all))
    expect({ verb, stdout: ACTIVE.exec(stdout), stderr: ACTIVE.exec(stderr) }).toStrictEqual({
      verb,
      stdout: null,
      stderr: null,
    });
  expect(plan.stdout).toContain(`Shop Two / aws-${SHOWN} has a name that cannot stand in a trust policy.`);
  expect(plan.stdout).toContain(`Platform / keys${SHOWN} holds a static access key.`);
  expect(plan.stdout.match(/^Plan: /gm)).toHaveLength(1);
  expect(status.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(explain.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(explain.stdout).toContain('allowed  sc://contoso/Shop/aws-fine');
  expect(history.stdout).toContain(`Shop Two / aws-${SHOWN} (+1)`);
  expect(unknown.stderr).toContain(`connection ${SHOWN}`);
  // Programs get the name as it is.
  expect(planIn(json.stdout).findings.some(({ message }) => message.includes(`keys${HOSTILE}`))).toBe(true);
});
