import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace } from './command-line.ts';

let place: Place;
beforeAll(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
  await place.azfed(['local', 'tamper', 'open-trust', 'shop-prod']);
});
afterAll(() => place.leave());

it('explains who may assume a role, and why nothing is decided where nothing is', async () => {
  const network = findConnectionId(place.cloud, 'Platform', 'aws-network');
  const [closed, byId, open, twice, admin, json, foreign] = await Promise.all([
    place.azfed(['explain', 'aws-network', '--local']),
    place.azfed(['explain', network, '--local']),
    place.azfed(['explain', 'Shop/aws-prod', '--local']),
    place.azfed(['explain', 'aws-prod', '--local']),
    place.azfed(['explain', 'aws-admin', '--local']),
    place.azfed(['explain', 'Shop/aws-prod', '--local', '--json']),
    place.azfed(['explain', 'aws-by-hand', '--local']),
  ]);
  expect(foreign.stdout).toMatch(
    /^ {2}state {5}not managed by azfed: .* exists, but azfed did not make it\.$/m,
  );
  expect(byId).toStrictEqual(closed);
  expect(closed).toMatchObject({ code: 0, stderr: '' });
  expect(closed.stdout).toContain(`Platform / aws-network  ${network}\n`);
  expect(closed.stdout).toContain('  state     as it should be\n');
  expect(closed.stdout).toContain('    allowed  sc://contoso/Platform/aws-network  this connection');
  expect(closed.stdout.match(/^ {4}denied {3}\w+:\/\//gim)).toHaveLength(5);
  expect(open.stdout).toContain('  state     repair (drift): ');
  expect(open.stdout.match(/^ {4}allowed/gm)?.length).toBeGreaterThan(1);
  expect(open.stdout).toContain('! trust.loose');
  expect(JSON.parse(json.stdout)).toMatchObject({
    schemaVersion: 1,
    connection: 'Shop / aws-prod',
    roleState: 'present',
    change: { kind: 'repair', cause: 'drift' },
  });
  expect([twice.code, admin.code]).toStrictEqual([1, 1]);
  expect(twice.stderr).toMatch(/2 connections have this name\.\n {2}Choose one of: Payments\/aws-prod \(/);
  expect(admin.stderr).toContain('Payments / aws-admin names a role outside its grant (payments).');
  expect(admin.stderr).toContain('role.outside-grant: Correct the ARN');
});

it('tells the state of each connection, and what was told about it', async () => {
  const [status, statusJson, history, historyJson, unknown] = await Promise.all([
    place.azfed(['status', '--local']),
    place.azfed(['status', '--local', '--json']),
    place.azfed(['history', 'aws-network', '--local']),
    place.azfed(['history', 'Platform/aws-network', '--local', '--json']),
    place.azfed(['history', 'registry', '--local']),
  ]);
  const [summary, rows = ''] = status.stdout.split('\n\n');
  expect(summary).toBe('13 AWS connections in 2 accounts: 1 drifted (1 critical), 6 unmanaged, 6 ok.');
  const lines = rows.split('\n');
  expect(lines).toHaveLength(14);
  expect(lines[0]).toMatch(/^CONNECTION +STATE +WHY +AGE +ACCOUNT +ROLE +FINDINGS$/);
  expect(lines[1]).toMatch(/^Shop \/ aws-prod +drifted +critical, trust +commerce +shop-prod +trust\.loose$/);
  const stateAt = lines[0]?.indexOf('STATE') ?? -1;
  expect(lines.slice(1).every((line) => /^ {2}\S/.test(line.slice(stateAt - 2)))).toBe(true);
  expect(status.stdout).toMatch(
    /^Payments \/ aws-by-hand +unmanaged +left alone +finance +made-by-hand +role\.not-owned$/m,
  );
  expect(status.stdout).toMatch(/^Platform \/ aws-network +ok +\d+s +commerce +network$/m);
  expect(status.stdout).toMatch(/^Platform \/ old-deploy +unmanaged +OIDC +commerce +old-deploy /m);
  expect(JSON.parse(statusJson.stdout)).toMatchObject({
    schemaVersion: 1,
    isPartial: false,
    summary: { drifted: 1, unmanaged: 6, ok: 6 },
    connections: expect.arrayContaining([
      expect.objectContaining({
        connection: 'Shop / aws-prod',
        status: 'drifted',
        state: 'repair',
        fields: ['trust'],
      }),
      expect.objectContaining({
        connection: 'Platform / aws-network',
        status: 'ok',
        accountName: 'commerce',
      }),
      expect.objectContaining({ connection: 'Shop / aws-legacy', state: 'no role', credentials: 'keys' }),
    ]) as unknown,
  });

  expect(history.stdout).toMatch(
    /^\S+ \S+ UTC {2}connection\.federated\.v1\n {2}Platform \/ aws-network has a role in AWS\. .+\n {2}by azfed; outcome done; webhook ops: delivered\n$/,
  );
  expect(JSON.parse(historyJson.stdout)).toMatchObject({
    schemaVersion: 1,
    events: [{ type: 'connection.federated.v1', deliveries: { ops: { state: 'delivered' } } }],
  });
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('connection registry\n  No AWS connection that is known has this name');
});

it.each<readonly [string, string, (root: string) => string]>([
  ['in other capitals', 'new', (root) => `${root}/CONTOSO`],
  ['with its project and page', 'new', (root) => `${root}/contoso/Shop/_settings/adminservices?x=1`],
  ['at its legacy primary address', 'legacy', (root) => `${root}/contoso`],
])('writes the spelling that tokens hold where the organization is typed %s', async (_what, primary, url) => {
  const { organizations, url: root } = place.cloud.azureDevOps;
  organizations.rename('contoso', 'ContosO');
  organizations.setAddress('ContosO', { primary: primary === 'new' ? 'new' : 'legacy' });
  const file = join(mkdtempSync(join(tmpdir(), 'azfed-init-')), 'federation.yaml');
  const wrote = await place.azfed(['init', '--json', '--organization', url(root), '--config', file], {
    AZURE_DEVOPS_PAT: 'sample-reader',
  });
  organizations.setAddress('ContosO', { primary: 'new' });
  organizations.rename('ContosO', 'contoso');
  expect(wrote.code).toBe(0);
  expect(JSON.parse(wrote.stdout)).toMatchObject({ organizationName: 'ContosO' });
  expect(readFileSync(file, 'utf8')).toContain('name: "ContosO"\n');
  expect(readFileSync(file, 'utf8')).toContain(`url: "${root}/ContosO"\n`);
});

it('says so where the spelling of the organization is not told', async () => {
  const { organizations, url: root } = place.cloud.azureDevOps;
  organizations.setAddress('contoso', { primary: 'legacy', hostCase: 'lower' });
  const file = join(mkdtempSync(join(tmpdir(), 'azfed-init-')), 'federation.yaml');
  const wrote = await place.azfed(['init', '--organization', `${root}/Contoso`, '--config', file], {
    AZURE_DEVOPS_PAT: 'sample-reader',
  });
  organizations.setAddress('contoso', { primary: 'new', hostCase: 'stored' });
  expect(wrote.code).toBe(3);
  expect(wrote.stderr).toContain('Whether the organization is spelled Contoso is not known');
});

it('writes a first configuration that is valid, acts on nothing and is not overwritten', async () => {
  const url = `${place.cloud.azureDevOps.url}/contoso`;
  const variables = { AZURE_DEVOPS_PAT: 'sample-reader' };
  const wrote = await place.azfed(['init', '--organization', url], variables);
  expect(wrote).toMatchObject({
    code: 0,
    stdout:
      'Wrote federation.yaml: contoso is 5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01, with 13 AWS connections. Every grant only observes.\n',
    stderr:
      '1 connection with a role at the root path: left out. Such roles exist already; azfed import writes grants that keep them as they are.\n' +
      'Next: read it, then azfed validate, then azfed plan. You have roles already: azfed import.\n',
  });
  const text = readFileSync(join(place.path, 'federation.yaml'), 'utf8');
  const [again, valid, local, schema, plan] = await Promise.all([
    place.azfed(['init', '--organization', url], variables),
    place.azfed(['validate'], { AZFED_ALLOW_LOOPBACK: '1' }),
    place.azfed(['--local', 'validate', '--json']),
    place.azfed(['schema']),
    place.azfed(['plan', '--local', '--config', 'federation.yaml', '--json']),
  ]);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('This file exists already; it is not overwritten.');
  expect(readFileSync(join(place.path, 'federation.yaml'), 'utf8')).toBe(text);
  expect(text).not.toMatch(/mode: (?!observe)/);
  expect(valid.stdout).toBe('federation.yaml is valid: 1 organization, 2 accounts, 3 grants.\n');
  expect(JSON.parse(local.stdout)).toStrictEqual({ valid: true, organizations: 1, accounts: 2, grants: 3 });
  expect(JSON.parse(schema.stdout)).toMatchObject({ type: 'object' });
  expect(plan.code).toBe(0);
});
