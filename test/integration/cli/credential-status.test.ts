import type { Place } from './command-line.ts';
import { enterPlace } from './command-line.ts';
import { sample } from '../../../infra/local/sample.ts';

const PROPOSED = 'arn:aws:iam::123456789012:role/azure-devops/shop/aws-legacy';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const credentials = (...typed: readonly string[]) =>
  place.azfed(['status', '--credentials', '--local', ...typed]);

it('says of each AWS connection what pipelines sign in with, granted or not, what is left to do first', async () => {
  const { code, stdout, stderr } = await credentials();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('13 AWS connections: 1 keys, 1 mixed, 1 nothing, 10 federated');
  expect(lines[2]).toMatch(/^CONNECTION +CREDENTIALS +ROLE$/);
  expect(lines[3]).toMatch(/^Shop \/ aws-legacy +keys$/);
  expect(lines[4]).toMatch(/^Shop \/ aws-mixed +mixed +commerce\/shop-mixed$/);
  expect(stdout).toMatch(/^Platform \/ aws-sandbox +nothing/m);
  expect(stdout).toMatch(/^Payments \/ aws-admin +federated/m);
  expect(stdout).not.toContain('registry');
  expect(lines.slice(-3)).toEqual([
    'To take the keys away:',
    `  azfed migrate keys Shop/aws-legacy --role ${PROPOSED} --local`,
    '  azfed migrate keys Shop/aws-mixed --local',
  ]);
});

it('shows no key, and marks what is disabled', async () => {
  const { azureDevOps } = place.cloud;
  const mixed = azureDevOps
    .snapshot()
    .organizations[0]?.connections.find(({ references }) =>
      references.some(({ name }) => name === 'aws-mixed'),
    );
  azureDevOps.connections.setDisabled(sample.organization, mixed?.id ?? '', true);
  const [text, json] = [await credentials(), await credentials('--json')];
  expect(text.stdout).toMatch(/^Shop \/ aws-mixed +mixed \(disabled\)/m);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schemaVersion: 1,
    isPartial: false,
    connections: [
      {
        connection: 'Shop / aws-legacy',
        credentials: 'keys',
        roleArn: '',
        isDisabled: false,
        next: `azfed migrate keys Shop/aws-legacy --role ${PROPOSED} --local`,
      },
      { connection: 'Shop / aws-mixed', credentials: 'mixed', isDisabled: true, connectionId: mixed?.id },
      ...Array<unknown>(11).fill(expect.anything()),
    ],
  });
  expect(text.stdout + json.stdout).not.toMatch(/AKIA|EXAMPLE/);
});

it('says what could not be read, and exits with 3', async () => {
  place.cloud.azureDevOps.faults.next(
    { operation: 'endpoints', project: 'Shop' },
    'sign-in-page-203',
    Infinity,
  );
  const { code, stdout, stderr } = await credentials();
  expect(code).toBe(3);
  expect(stderr).toContain('Could not be read: ');
  expect(stdout).toContain('Platform / aws-network');
  expect(stdout).not.toContain('Shop / ');
});
