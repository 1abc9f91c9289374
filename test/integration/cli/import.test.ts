import { AttachRolePolicyCommand, GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { brownfield } from '../../builders/brownfield.ts';
import type { BrownfieldWorld } from '../../builders/brownfield.ts';
import {
  beginConfiguration,
  listBrownfieldVariables,
  seedBrownfield,
} from '../../builders/brownfield-cloud.ts';
import type { SeededBrownfield } from '../../builders/brownfield-cloud.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { samePolicy } from '../../../shared/domain/policy/canonical-policy.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import type { Folder } from './command-line.ts';
import { createFolder } from './command-line.ts';
import { ImportDocument, parsePlan } from './documents.ts';

let cloud: LocalCloud;
let folder: Folder;
let seeded: SeededBrownfield;

async function enter(world: BrownfieldWorld): Promise<void> {
  cloud = await startLocalCloud({ pageSize: 25 });
  seeded = await seedBrownfield(cloud, world);
  folder = createFolder();
}

afterEach(async () => {
  seeded.close();
  folder.remove();
  await cloud.close();
});

const azfed = (...typed: readonly string[]) => folder.azfed(typed, listBrownfieldVariables(cloud));

const importedDocument = (stdout: string) => ImportDocument.parse(JSON.parse(stdout));

async function readRole(iam: IAMClient, name: string) {
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
  const trust = JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? '')) as PolicyDocument;
  return { trust, boundary: role?.PermissionsBoundary };
}

it("imports the recipe's own role, which is then adopted, drifts and is repaired", async () => {
  const world = brownfield({ only: ['recipe'], connections: 1, accounts: 1 });
  await enter(world);
  const [connection] = world.connections;
  const [role] = world.roles;
  if (!connection || !role) throw new Error('The world is empty.');
  const iam = seeded.console(role.account);

  const address = `${cloud.azureDevOps.url}/${world.organization.name}`;
  expect(await azfed('init', '--organization', address)).toMatchObject({ code: 0 });
  expect(await azfed('import', '--assume-role', 'azfed-spoke')).toMatchObject({ code: 0 });
  expect(await azfed('validate')).toMatchObject({ code: 0 });
  const writes = cloud.aws.calls.filter(
    ({ operation }) => !/^(?:Get|List|Assume|Create|Attach|Put)/.test(operation),
  );
  expect(writes).toEqual([]);

  expect(parsePlan((await azfed('plan', '--json')).stdout).changes).toEqual([]);
  expect(await azfed('adopt', `${connection.project}/${connection.name}`, '--yes')).toMatchObject({
    code: 0,
  });
  const adopted = await readRole(iam, role.name);
  expect(samePolicy(adopted.trust, role.trust)).toBe(true);
  expect(adopted.boundary).toBeUndefined();

  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: role.name,
      PolicyDocument: JSON.stringify(role.trust)
        .replace(connection.name, '*')
        .replace('"StringEquals"', '"StringLike"'),
    }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: role.name,
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
  );
  expect(await azfed('plan', '--detailed-exitcode')).toMatchObject({ code: 2 });
  expect(await azfed('apply', '--yes')).toMatchObject({ code: 0 });
  expect(samePolicy((await readRole(iam, role.name)).trust, role.trust)).toBe(true);
  const detached = cloud.aws.calls.filter(({ operation }) => operation === 'DetachRolePolicy');
  expect(detached).toEqual([]);

  // The pair of the file follows the connection, also when nothing of its former name is in the trust any more.
  cloud.azureDevOps.connections.rename(
    world.organization.name,
    seeded.ids.get(connection.id) ?? '',
    'renamed',
  );
  expect(await azfed('apply', '--yes')).toMatchObject({ code: 0 });
  const followed = await readRole(iam, role.name);
  expect(JSON.stringify(followed.trust)).toContain(`/${connection.project}/renamed"`);
  const { changes, findings } = parsePlan((await azfed('plan', '--json')).stdout);
  expect([changes, findings.map(({ code }) => code)]).toEqual([
    [],
    expect.arrayContaining(['connection.pair-renamed']),
  ]);
});

it('grants or names every connection of a whole world, and a plan then changes nothing', async () => {
  const world = brownfield({ connections: 75, accounts: 5, seed: 11 });
  await enter(world);
  folder.write('federation.yaml', beginConfiguration(cloud, world));

  const first = await azfed('import', '--assume-role', 'azfed-spoke', '--json');
  expect(first.code).toBe(0);
  const { grants, findings } = importedDocument(first.stdout);
  expect(grants.length).toBeGreaterThan(3);
  expect(new Set(findings.map(({ code }) => code))).toContain('import.never-works');
  const [text, planned] = [folder.read('federation.yaml'), await azfed('plan', '--json')];
  expect(parsePlan(planned.stdout).changes).toEqual([]);

  const again = await azfed('import', '--assume-role', 'azfed-spoke', '--json');
  expect(importedDocument(again.stdout).written).toEqual([]);
  expect(folder.read('federation.yaml')).toBe(text);

  const wrong = await azfed('import', '--project', 'Nope', '--account', '999999999999');
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('No project has this name.')]);
  expect(wrong.stderr).toContain('no connection asks for a role in it');

  const typed = ['--organization', world.organization.name.toUpperCase()];
  expect((await azfed('import', ...typed)).code).toBe(0);
  const other = await azfed('import', '--organization', 'fabrikam', '--credential', 'AZFED_OTHER');
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining(world.organization.name)]);
  expect(other.stderr).toContain('--credential AZFED_OTHER\n');
  expect(folder.read('federation.yaml')).toBe(text);

  // Accounts that the file does not name are asked with the role that was typed.
  const role = await azfed('import', '--assume-role', 'other-role');
  expect([role.code, role.stderr]).toEqual([
    3,
    expect.stringContaining('--assume-role other-role was not used everywhere.'),
  ]);
});

it('takes the place of what azfed init has proposed, unless somebody has decided about it', async () => {
  const world = brownfield({ only: ['deep path'], connections: 2, accounts: 1 });
  await enter(world);
  const address = `${cloud.azureDevOps.url}/${world.organization.name}`;
  await azfed('init', '--organization', address);
  const proposed = folder.read('federation.yaml');
  const decided = proposed.replace('mode: observe', 'mode: enforce');

  await azfed('import', '--assume-role', 'azfed-spoke');
  const text = folder.read('federation.yaml');
  expect(text).not.toContain('mode: observe');
  expect(text).toContain('# How much one automatic run may do');
  expect(text.match(/type: any|role: "arn/g)).toHaveLength(2);

  folder.write('federation.yaml', decided);
  expect((await azfed('import', '--assume-role', 'azfed-spoke')).code).toBe(0);
  expect(folder.read('federation.yaml')).toContain('mode: enforce');
});

it('says what it could not read, and does not guess it', async () => {
  const world = brownfield({ only: ['I1 model'], connections: 6, accounts: 3 });
  await enter(world);
  folder.write('federation.yaml', beginConfiguration(cloud, world));
  const [closed] = world.roles;
  cloud.aws.faults.next(
    { operation: 'GetAccountAuthorizationDetails', account: closed?.account ?? '' },
    'accessDenied',
  );

  const { code, stdout } = await azfed('import', '--assume-role', 'azfed-spoke', '--json');

  expect(code).toBe(3);
  const { grants, findings, isPartial, unread } = importedDocument(stdout);
  expect(isPartial).toBe(true);
  expect(unread.join()).toContain(closed?.account);
  const granted = grants.flatMap(({ roles }) => roles.map(({ roleArn }) => roleArn));
  expect(granted.filter((arn) => arn.includes(closed?.account ?? ''))).toEqual([]);
  expect(findings.map(({ code: one }) => one)).toContain('import.not-read');

  // Once it can be read, the comments of the first import are out of date.
  expect(folder.read('federation.yaml')).toContain('(import.not-read)');
  expect(await azfed('import', '--assume-role', 'azfed-spoke')).toMatchObject({ code: 0 });
  expect(folder.read('federation.yaml')).not.toMatch(/Not imported|import\.not-read/);
});

it('takes the files that the configuration names along to another folder, and keeps its line breaks', async () => {
  const world = brownfield({ only: ['company deny'], connections: 1, accounts: 1 });
  await enter(world);
  folder.write('federation.yaml', beginConfiguration(cloud, world).replaceAll('\n', '\r\n'));
  expect(await azfed('import', '--assume-role', 'azfed-spoke')).toMatchObject({ code: 0 });
  expect(folder.read('federation.yaml')).not.toMatch(/[^\r]\n/);

  expect(await azfed('import', '--out', 'elsewhere')).toMatchObject({ code: 0 });

  expect(folder.read('elsewhere/federation.yaml')).toBe(folder.read('federation.yaml'));
  expect(await azfed('validate', '--config', 'elsewhere/federation.yaml')).toMatchObject({ code: 0 });
});

it('overwrites no file that differs', async () => {
  const world = brownfield({ only: ['company deny'], connections: 1, accounts: 1 });
  await enter(world);
  folder.write('federation.yaml', beginConfiguration(cloud, world));
  folder.write('proposal/federation.yaml', 'mine');

  const { code, stderr } = await azfed('import', '--assume-role', 'azfed-spoke', '--out', 'proposal');

  expect(code).toBe(1);
  expect(stderr).toContain('not overwritten');
  expect(folder.read('proposal/federation.yaml')).toBe('mine');
  expect(folder.read('federation.yaml')).toBe(beginConfiguration(cloud, world));
});

it('leaves a name that looks like a secret out of the comments, and imports all others', async () => {
  const world = brownfield({ only: ['I1 model', 'static keys'], connections: 3, accounts: 1 });
  await enter(world);
  folder.write('federation.yaml', beginConfiguration(cloud, world));
  const keys = world.connections.find(({ shape }) => shape === 'static keys');
  const id = keys && seeded.ids.get(keys.id);
  if (id === undefined) throw new Error('The world has no connection with keys.');
  cloud.azureDevOps.connections.rename(world.organization.name, id, 'AKIAIOSFODNN7EXAMPLE');

  const { code, stdout } = await azfed('import', '--assume-role', 'azfed-spoke', '--json');

  expect(code).toBe(0);
  expect(importedDocument(stdout).findings.map((one) => one.code)).toContain('import.without-oidc');
  expect(folder.read('federation.yaml')).not.toContain('AKIA');
  expect(await azfed('validate')).toMatchObject({ code: 0 });
});
