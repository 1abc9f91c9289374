import type { Place, Said } from './command-line.ts';
import { findConnectionId, enterPlace } from './command-line.ts';

let place: Place;
let refused: Said;
const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);

beforeAll(async () => {
  place = await enterPlace();
  await azfed('apply', '--yes');
  await azfed('local', 'tamper', 'open-trust', 'network');
  place.cloud.aws.faults.next({ operation: 'UpdateAssumeRolePolicy' }, 'accessDenied', Infinity);
  for (let run = 0; run < 2; run++) refused = await azfed('apply', '--yes');
});
afterAll(() => place.leave());

it('a repair that keeps failing has a state of its own, with the text of AWS, and exit code 2', async () => {
  const [status, json, plan] = [
    await azfed('status'),
    await azfed('status', '--json'),
    await azfed('plan', '--json'),
  ];

  expect([status.code, json.code]).toEqual([2, 2]);
  expect(status.stdout).toMatch(/^Platform \/ aws-network +drifted +critical, failing, trust /m);
  expect(status.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /Platform \/ aws-network: The repair of the role has failed 2 times since .+ UTC, last at .+ UTC \(refused, AccessDenied\): iam:UpdateAssumeRolePolicy on arn:/,
  );
  const { connections } = JSON.parse(json.stdout) as { connections: readonly { connectionId: string }[] };
  const id = findConnectionId(place.cloud, 'Platform', 'aws-network');
  expect(connections.find(({ connectionId }) => connectionId === id)).toMatchObject({
    state: 'failing',
    failing: { kind: 'repair', times: 2, nature: 'refused', awsCode: 'AccessDenied' },
    findings: expect.arrayContaining(['role.failing']) as unknown,
  });
  const { findings } = JSON.parse(plan.stdout) as { findings: readonly unknown[] };
  expect(findings).toContainEqual(expect.objectContaining({ code: 'role.failing', severity: 'high' }));
});

it('the history says that it failed, and with which text', async () => {
  const [text, json] = [
    await azfed('history', 'Platform/aws-network'),
    await azfed('history', 'Platform/aws-network', '--json'),
  ];
  const failed = text.stdout.split('\n\n').find((block) => block.includes('connection.failed.v1'));
  expect(failed).toContain('The repair of the role has failed once');
  expect(failed).toContain('iam:UpdateAssumeRolePolicy on commerce/network');
  expect(failed).not.toContain('put back');
  const { events } = JSON.parse(json.stdout) as { events: readonly unknown[] };
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'connection.failed.v1',
      data: expect.objectContaining({
        error: expect.objectContaining({ code: 'permission' }) as unknown,
      }) as unknown,
    }),
  );
});

it('what to do next depends on whether AWS refused or did not answer', async () => {
  expect(refused.stderr).toContain(
    'Next: the message says what AWS refused. Fix it, then: azfed apply --local\n',
  );
  const roleArn = 'arn:aws:iam::123456789012:role/azure-devops/shop/late';
  place.cloud.azureDevOps.connections.create('contoso', {
    project: 'Shop',
    name: 'aws-late',
    roleArn,
    useOidc: true,
  });
  place.cloud.aws.faults.next({ operation: 'CreateRole' }, 'applyThenDrop');
  const unanswered = await azfed('apply', '--grant', 'shop', '--yes');
  expect(unanswered.code).toBe(1);
  expect(unanswered.stderr).toContain(
    'Next: AWS was busy or did not answer. Try again: azfed apply --local\n',
  );
});
