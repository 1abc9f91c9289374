import { brownfield } from '../builders/brownfield.ts';
import type { BrownfieldConnection, BrownfieldWorld } from '../builders/brownfield-world.ts';
import { beginConfiguration, listBrownfieldVariables, seedBrownfield } from '../builders/brownfield-cloud.ts';
import type { SeededBrownfield } from '../builders/brownfield-cloud.ts';
import { assume } from '../builders/door.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import type { Folder } from '../integration/cli/command-line.ts';
import { createFolder } from '../integration/cli/command-line.ts';

let cloud: LocalCloud;
let folder: Folder;
let seeded: SeededBrownfield;

afterEach(async () => {
  seeded.close();
  folder.remove();
  await cloud.close();
});

const azfed = (...typed: readonly string[]) => folder.azfed(typed, listBrownfieldVariables(cloud));

/** Whether a pipeline gets in with the connection, by the role that the connection names. */
async function runPipeline(world: BrownfieldWorld, { id, project, roleArn }: BrownfieldConnection) {
  const connectionId = seeded.ids.get(id) ?? '';
  const token = await cloud.azureDevOps.mintToken({
    organization: world.organization.name,
    project,
    connectionId,
  });
  return assume(cloud.aws.url, roleArn, token);
}

async function listWorking(world: BrownfieldWorld, connections: readonly BrownfieldConnection[]) {
  const runs = await Promise.all(
    connections.map(async (one) => ((await runPipeline(world, one)) === 'in' ? [one.name] : [])),
  );
  return runs.flat().sort();
}

interface Document {
  readonly items: readonly { readonly group: string; readonly roleArn: string; readonly opens: boolean }[];
  readonly results: readonly { readonly result: string }[];
  readonly batches: readonly object[];
  readonly managed: readonly string[];
}

it('takes over a federation, a few roles at a time, and no pipeline is refused that got in before', async () => {
  const world = brownfield({ connections: 36, accounts: 3, seed: 5 });
  cloud = await startLocalCloud({ pageSize: 50 });
  seeded = await seedBrownfield(cloud, world);
  folder = createFolder();
  folder.write('federation.yaml', beginConfiguration(cloud, world));
  expect(await azfed('import', '--assume-role', 'azfed-spoke')).toMatchObject({ code: 0 });
  const users = world.connections.filter(({ roleArn, isDisabled }) => roleArn !== '' && !isDisabled);
  const before = await listWorking(world, users);
  expect(before.length).toBeGreaterThan(10);

  // One batch in each command, so that every pipeline runs after each batch.
  const places = world.accounts.flatMap(({ id }) =>
    world.projects.map((project) => ['--account', id, '--project', project]),
  );
  let adopted = 0;
  for (const place of places) {
    const { code, stdout, stderr } = await azfed('adopt', '--all', ...place, '--yes', '--json');
    if (code === 1 && stderr.includes('No connection asks for a role there')) continue;
    const { results, batches } = JSON.parse(stdout) as Document;
    expect(results.filter(({ result }) => result !== 'done')).toEqual([]);
    expect(batches.length).toBeLessThan(2);
    if (batches.length > 0) expect(await listWorking(world, users)).toEqual(before);
    adopted += batches.length;
  }
  expect(adopted).toBeGreaterThan(3);

  const called = cloud.aws.calls.length;
  const after = JSON.parse((await azfed('adopt', '--all', '--yes', '--json')).stdout) as Document;
  expect(after.results).toEqual([]);
  expect(after.managed.length).toBeGreaterThan(8);
  // What is left was used by somebody who would lose access, would be opened, or is refused.
  expect(after.items.filter(({ group }) => !['refused', 'opens'].includes(group))).toEqual([]);
  await azfed('reconcile');
  const writes = cloud.aws.calls
    .slice(called)
    .filter(
      ({ operation }) => !/^(?:Get|List|Assume|Lookup|GenerateServiceLastAccessedDetails$)/.test(operation),
    );
  expect(writes).toEqual([]);
  expect(await listWorking(world, users)).toEqual(before);
}, 120_000);
