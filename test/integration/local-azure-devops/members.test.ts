import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { LocalEntra } from '../../../infra/local/entra/local-entra.ts';
import { startLocalEntra } from '../../../infra/local/entra/local-entra.ts';
import type { ApplicationRecord } from '../../../infra/local/entra/state.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const STRANGER = '0a000000-0000-4000-8000-000000000009';
const version = 'api-version=7.1-preview.1';

let azdo: LocalAzureDevOps;
let entra: LocalEntra;
let application: ApplicationRecord;
let projectId: string;

beforeEach(async () => {
  entra = await startLocalEntra({ now: () => NOW });
  application = entra.register(entra.addTenant());
  azdo = await startLocalAzureDevOps({
    now: () => NOW,
    resolveTenant: (issuer) => entra.resolveIssuer(issuer),
    findApplication: (_tenant, objectId) =>
      objectId === application.objectId ? application.clientId : undefined,
  });
  azdo.organizations.create({ name: 'contoso', tenantId: application.tenantId });
  projectId = azdo.projects.create('contoso', 'Shop').id;
  azdo.projects.create('contoso', 'Other');
  const { id } = azdo.connections.create('contoso', {
    project: 'Shop',
    name: 'aws-prod',
    roleArn: 'arn:aws:iam::123456789012:role/shop',
    useOidc: true,
  });
  azdo.connections.share('contoso', id, 'Other');
});
afterEach(() => Promise.all([azdo.close(), entra.close()]));

async function ask(
  method: string,
  path: string,
  body?: unknown,
  { token = 'local-pat', type = 'json' } = {},
) {
  const answer = await fetch(`${azdo.url}/contoso/_apis/${path}?${version}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(`:${token}`)}`,
      ...(body === undefined ? {} : { 'content-type': `application/${type}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const entitle = (originId: string, token?: string) =>
  ask(
    'POST',
    'serviceprincipalentitlements',
    {
      accessLevel: { accountLicenseType: 'express' },
      servicePrincipal: { origin: 'aad', originId, subjectKind: 'servicePrincipal' },
    },
    token === undefined ? {} : { token },
  );

async function addMember(): Promise<string> {
  const { body } = await entitle(application.objectId);
  return (body['servicePrincipalEntitlement'] as { readonly id: string }).id;
}

const join = (member: string, project: string, type: string) =>
  ask(
    'PATCH',
    `serviceprincipalentitlements/${member}`,
    [
      {
        from: '',
        op: 'add',
        path: `/projectEntitlements/${project}`,
        value: { group: { groupType: 'projectReader' }, projectRef: { id: project } },
      },
    ],
    { type },
  );

const findRolesPath = (project: string) =>
  `securityroles/scopes/distributedtask.project.serviceendpointrole/roleassignments/resources/${project}`;

/** What the member itself is shown: how many connections, and of how many the type. */
async function look(project: string) {
  const answer = await fetch(`${azdo.url}/contoso/${project}/_apis/serviceendpoint/endpoints`, {
    headers: { authorization: `Bearer ${await entra.mintToken(application.clientId)}` },
  });
  if (answer.status !== 200) return answer.status;
  const { value } = (await answer.json()) as { readonly value: readonly { readonly type?: string }[] };
  return [value.length, value.filter(({ type }) => type !== undefined).length];
}

it.each<readonly [string, readonly number[]]>([
  ['Reader', [1, 0]],
  ['Creator', [1, 0]],
  ['User', [1, 1]],
  ['Administrator', [1, 1]],
])('shows a member with the role %s %j connections and types, in that project alone', async (role, shown) => {
  const member = await addMember();
  for (const { id } of azdo.snapshot().organizations[0]?.projects ?? [])
    expect((await join(member, id, 'json-patch+json')).status).toBe(200);
  expect(await look('Shop')).toEqual([0, 0]);
  const given = await ask('PUT', findRolesPath(projectId), [{ roleName: role, userId: member }]);
  expect(given).toMatchObject({ status: 200, body: { count: 1 } });
  expect(await look('Shop')).toEqual(shown);
  expect(await look('Other')).toEqual([0, 0]);
  await ask('PATCH', findRolesPath(projectId), [member]);
  expect(await look('Shop')).toEqual([0, 0]);
});

it('shows a member of no project none, whatever its role', async () => {
  await ask('PUT', findRolesPath(projectId), [{ roleName: 'User', userId: await addMember() }]);
  expect(await look('Shop')).toBe(404);
});

it('adds nobody whom the tenant does not know, and lets nobody add members who may not manage all projects', async () => {
  expect(await entitle(STRANGER)).toMatchObject({ status: 200, body: { isSuccess: false } });
  azdo.organizations.setPat('contoso', { token: 'one-project', projects: [projectId] });
  expect((await entitle(application.objectId, 'one-project')).status).toBe(403);
  azdo.organizations.setPat('contoso', { token: 'reader', access: 'read' });
  expect((await entitle(application.objectId, 'reader')).status).toBe(403);
});

it('leaves an identity out that it does not know, and has no list of a project that is not there', async () => {
  const roles = [{ roleName: 'User', userId: STRANGER }];
  expect(await ask('PUT', findRolesPath(projectId), roles)).toMatchObject({
    status: 200,
    body: { count: 0 },
  });
  expect(await ask('GET', findRolesPath(STRANGER))).toMatchObject({ status: 200, body: { count: 0 } });
  expect(await ask('GET', findRolesPath('Shop'))).toMatchObject({ status: 200, body: { count: 0 } });
  expect((await ask('PUT', findRolesPath(STRANGER), roles)).status).toBe(403);
});

it('takes changes of a member as a JSON patch alone', async () => {
  expect((await join(await addMember(), projectId, 'json')).status).toBe(415);
});
