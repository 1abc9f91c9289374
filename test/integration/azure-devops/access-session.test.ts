import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createAccessSession } from '../../../shared/adapters/azure-devops/access-session.ts';
import { resolveServiceUrl } from '../../../shared/adapters/azure-devops/address.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import { parseMemberId, parseProjectId } from '../../../shared/domain/kernel/ids.ts';
import type { AccessEditor } from '../../../shared/ports/service-connections.ts';
import { contoso } from '../../builders/configuration.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const member = parseMemberId(ID) ?? fail();
const project = parseProjectId('00000000-0000-4000-8000-00000000000a') ?? fail();
const CLIENT = '00000000-0000-4000-8000-00000000000c';

function fail(): never {
  throw new Error('It is no id.');
}

type Reply = readonly [body: object | null, headers?: Readonly<Record<string, string>>];

/** Answers request after request. */
async function ask<Result>(replies: readonly Reply[], work: (editor: AccessEditor) => Promise<Result>) {
  const left = [...replies];
  const server = await startLoopbackServer(() => {
    const [body = {}, headers = {}] = left.shift() ?? [];
    const type = { 'content-type': 'application/json' };
    return Promise.resolve({ status: 200, headers: { ...type, ...headers }, text: JSON.stringify(body) });
  });
  const getCredential = () => Promise.resolve({ type: 'pat', token: 'planted' } as const);
  const session = createAccessSession(createOperator({ clock: createVirtualClock(), getCredential }));
  try {
    return await session({ ...contoso, url: `${server.url}/contoso` }, work);
  } finally {
    await server.close();
  }
}

const list = (...value: readonly object[]) => ({ count: value.length, value });
const more = { 'x-ms-continuationtoken': 'next' };
const other = { applicationId: null, descriptor: 'aadsp.b3RoZXI' };
const ours = { applicationId: CLIENT.toUpperCase(), descriptor: 'aadsp.b3Vycw' };

describe('the member that an application is', () => {
  it.each<readonly [string, readonly Reply[], object]>([
    [
      'is found on a later page, in any case',
      [[list(other), more], [list(ours)], [{ value: ID }]],
      { value: ID },
    ],
    [
      'is found beside one that cannot be read',
      [[list({ ...other, descriptor: null }, ours)], [{ value: ID }]],
      { value: ID },
    ],
    [
      'is unknown where one that cannot be read may be it',
      [[list({ ...ours, descriptor: 'a b' }), more], [list(other)]],
      { code: 'unreadable-entry' },
    ],
    ['is none where the last page does not list it', [[list(other), more], [list()]], { state: 'complete' }],
    [
      'is unknown where pages go in a circle',
      [
        [list(), more],
        [list(), more],
      ],
      { code: 'repeated-continuation-token' },
    ],
    ['is unknown where the list is cut short', [[{ count: 2, value: [other] }]], { code: 'count-mismatch' }],
    ['is unknown where there is no answer', [[null]], { code: 'null-answer' }],
    ['is unknown where its id is odd', [[list(ours)], [{ value: 'me' }]], { code: 'unexpected-shape' }],
  ])('%s', async (_title, replies, expected) => {
    expect(await ask(replies, (editor) => editor.findMember(CLIENT))).toMatchObject(expected);
  });
});

const assign = (editor: AccessEditor) => editor.assignRole(member, project, 'User');
const add = (editor: AccessEditor) => editor.addMember(ID);
const join = (editor: AccessEditor) => editor.join(member, project);

describe('a write', () => {
  it.each<readonly [string, object, (editor: AccessEditor) => Promise<unknown>, object]>([
    ['of a role was refused where the answer leaves the identity out', list(), assign, { code: 'refused' }],
    ['of a member was refused where it says so with 200', { isSuccess: false }, add, { code: 'refused' }],
    ['of a member is not done where no id comes', { isSuccess: true }, add, { code: 'refused' }],
    [
      'of a member gives its id',
      { isSuccess: true, servicePrincipalEntitlement: { id: ID } },
      add,
      { value: ID },
    ],
    [
      'of a membership was refused where it says so with 200',
      { isSuccess: false },
      join,
      { code: 'refused' },
    ],
  ])('%s', async (_title, body, work, expected) => {
    expect(await ask([[body]], work)).toMatchObject(expected);
  });
});

describe('the role in a project', () => {
  const role = (name: string, access: string, id = ID) => ({ identity: { id }, role: { name }, access });
  it.each<readonly [string, object, object]>([
    ['is that of the identity alone', list(role('Administrator', 'assigned', CLIENT)), { value: undefined }],
    [
      'is the one that was given there, before one that is inherited',
      list(role('User', 'inherited'), role('Reader', 'assigned')),
      { value: { name: 'Reader', isInherited: false } },
    ],
    ['may be inherited', list(role('User', 'Inherited')), { value: { name: 'User', isInherited: true } }],
    ['is unknown where an entry is odd', list({ identity: { id: ID } }), { code: 'unexpected-shape' }],
  ])('%s', async (_title, body, expected) => {
    expect(await ask([[body]], (editor) => editor.readRole(member, project))).toMatchObject(expected);
  });
});

it('is asked for at the hosts of the service, and at one address of the embedded one', () => {
  const legacy = { name: 'Contoso', url: 'https://Contoso.visualstudio.com' };
  expect(resolveServiceUrl(legacy, 'vsaex')).toBe('https://vsaex.dev.azure.com/Contoso');
  const local = { name: 'contoso', url: 'http://127.0.0.1:9/contoso' };
  expect(resolveServiceUrl(local, 'vssps')).toBe(local.url);
});
