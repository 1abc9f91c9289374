import { GetRoleCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import { viewRole } from '../../builders/iam-view.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';
import { ReleaseDocument, parsePlan } from './documents.ts';
import { withState } from './state.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const ARN = 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-prod';

async function withConsole<Value>(work: (console: ReturnType<typeof openConsole>) => Promise<Value>) {
  const [account] = sample.accounts;
  const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, account).credentials);
  try {
    return await work(console);
  } finally {
    console.destroy();
  }
}

const shown = () => withConsole((console) => viewRole(console, 'shop-prod'));
const tagKeys = () =>
  withConsole(async (console) =>
    (await console.send(new GetRoleCommand({ RoleName: 'shop-prod' }))).Role?.Tags?.map(({ Key }) => Key),
  );
const readRecord = () =>
  withState(place.cloud, async (state, organization) =>
    (await state.readConnections(organization)).find(({ references }) =>
      references.some(({ projectName, name }) => projectName === 'Shop' && name === 'aws-prod'),
    ),
  );

it('stops managing a role and leaves it as it is, told once, and no run takes it back', async () => {
  await azfed('apply', '--yes');
  const before = await shown();
  expect((await azfed('release', 'Shop/aws-prod')).code).toBe(1);
  const called = listSpokeWrites(place.cloud).length;

  const { code, stdout } = await azfed('release', 'Shop/aws-prod', '--yes', '--json');

  expect(code).toBe(0);
  expect(ReleaseDocument.parse(JSON.parse(stdout))).toMatchObject({
    released: { roleArn: ARN, connections: [{ name: 'Shop / aws-prod' }] },
  });
  expect(await tagKeys()).not.toContain('azfed:connection');
  expect({ ...(await shown()), tags: {} }).toEqual({ ...before, tags: {} });
  expect(listSpokeWrites(place.cloud).slice(called)).toHaveLength(1);
  const record = await readRecord();
  expect(record?.role).toBeUndefined();
  expect(record?.releasing).toBeUndefined();

  const { changes, findings } = parsePlan((await azfed('plan', '--json')).stdout);
  expect(changes.filter(({ roleArn }) => roleArn === ARN)).toEqual([]);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'role.not-owned', roleArn: ARN }));
  await azfed('reconcile');
  expect(listSpokeWrites(place.cloud).slice(called)).toHaveLength(1);
  const history = (await azfed('history', 'Shop/aws-prod')).stdout;
  expect(history.match(/connection\.released/g)).toHaveLength(1);
  expect(history).toContain('connection.federated');

  expect((await azfed('adopt', 'Shop/aws-prod', '--yes')).code).toBe(0);
  expect(await tagKeys()).toContain('azfed:connection');
});

it('finishes what was begun where AWS refused to remove the tags, and nobody takes the role back meanwhile', async () => {
  await azfed('apply', '--yes');
  place.cloud.aws.faults.next({ operation: 'UntagRole' }, 'accessDenied');
  const refused = await azfed('release', 'Shop/aws-prod', '--yes');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('iam:UntagRole');
  expect((await readRecord())?.releasing).toHaveLength(1);
  const called = listSpokeWrites(place.cloud).length;
  await azfed('reconcile');
  expect(listSpokeWrites(place.cloud)).toHaveLength(called);

  // Named as tables show it.
  expect((await azfed('release', 'Shop / aws-prod', '--yes')).code).toBe(0);
  expect(await tagKeys()).not.toContain('azfed:connection');
  expect((await readRecord())?.releasing).toBeUndefined();
  const again = await azfed('release', 'Shop/aws-prod', '--yes');
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('manages no role of') as string });
});

it('needs nothing of Azure DevOps, and works for a connection that nobody lists', async () => {
  await azfed('apply', '--yes');
  await azfed('local', 'azdo', 'delete', 'Shop', 'aws-prod');
  place.cloud.azureDevOps.faults.next({}, 'sign-in-page-203', Infinity);
  const { code, stdout } = await azfed('release', 'Shop/aws-prod', '--yes');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining(`Released: ${ARN}`) as string,
  });
});

it('says why nothing can be released', async () => {
  await azfed('apply', '--yes');
  const other = await azfed('release', 'Shop/aws-prod', '--role', `${ARN}-2`, '--yes');
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean') as string });
  await azfed('suspend', 'everything', '--until', '1h', '--reason', 'night', '--yes');
  const suspended = await azfed('release', 'Shop/aws-prod', '--yes');
  expect(suspended).toMatchObject({ code: 1, stderr: expect.stringContaining('suspended') as string });
  expect(await tagKeys()).toContain('azfed:connection');
});
