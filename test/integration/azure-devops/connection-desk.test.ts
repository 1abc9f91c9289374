import type { ConnectionRecord } from '../../../infra/local/azure-devops/state/state.ts';
import { createConnectionSession } from '../../../shared/adapters/azure-devops/connection-editor.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import type { ConnectionId, ProjectId } from '../../../shared/domain/kernel/ids.ts';
import { parseConnectionId, parseProjectId } from '../../../shared/domain/kernel/ids.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
import type { ConnectionEditor, CredentialOrder } from '../../../shared/ports/service-connections.ts';
import { required } from '../../builders/stage.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { Session } from './desk.ts';
import { TOKEN, openSession } from './desk.ts';

const ADMIN = 'may-change-everything';
const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop';
const KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'planted-secret' };
const OIDC: CredentialOrder = { use: 'oidc', roleArn: ROLE };

let session: Session;
let project: ProjectId;
let id: ConnectionId;

beforeEach(async () => {
  session = await openSession(['Shop', 'Payments']);
  const { azdo } = session;
  azdo.organizations.setPat('contoso', { token: ADMIN, access: 'manage' });
  const made = azdo.connections.create('contoso', {
    project: 'Shop',
    name: 'aws-legacy',
    description: 'made long ago',
    ...KEY,
    sessionToken: 'planted-session',
    parameters: { regionHint: 'eu-central-1' },
  });
  azdo.connections.share('contoso', made.id, 'Payments', 'aws-legacy-payments');
  id = required(parseConnectionId(made.id), 'connection');
  project = required(parseProjectId(made.references[0]?.projectId ?? ''), 'project');
});
afterEach(() => session.azdo.close());

const stored = (): ConnectionRecord =>
  required(
    session.azdo.snapshot().organizations[0]?.connections.find((one) => one.id === id),
    'connection',
  );

function at<Result>(work: (editor: ConnectionEditor) => Promise<Result>, token = ADMIN): Promise<Result> {
  const getCredential = () => Promise.resolve({ type: 'pat', token } as const);
  return createConnectionSession(createOperator({ clock: createVirtualClock(), getCredential }))(
    session.organization,
    work,
  );
}

async function readConnection(token?: string) {
  const read = await at((editor) => editor.read(project, id), token);
  if (read.state === 'unknown') throw new Error(read.message);
  return read.value;
}

const order = async (wanted: CredentialOrder, token?: string) => {
  const before = await readConnection(token);
  return at((editor) => editor.write(project, before, wanted), token);
};

it('reads what stands there, of the key its last four characters alone', async () => {
  const seen = await readConnection();
  expect(seen).toMatchObject({
    connection: { id, oidc: 'off', hasAccessKey: true, requestedRoleArn: '' },
    accessKeyEnding: 'MPLE',
    isManageable: true,
  });
  expect(JSON.stringify(seen)).not.toMatch(/AKIA|planted/);
});

it('says whether the identity may change it', async () => {
  expect((await readConnection(TOKEN)).isManageable).toBe(false);
  expect(await order(OIDC, TOKEN)).toMatchObject({ state: 'unknown', code: 'forbidden' });
  expect(stored().parameters).toMatchObject({ username: KEY.accessKeyId, useOIDC: 'false' });
});

it('turns OIDC on and empties the keys in place: same id, same names, everything else as it was', async () => {
  const before = stored();
  expect(await order(OIDC)).toEqual(complete(undefined));
  const { parameters, modifiedAt: _, ...rest } = stored();
  const { parameters: former, modifiedAt: __, ...restBefore } = before;
  expect(rest).toEqual(restBefore);
  expect(parameters).toEqual({
    ...former,
    useOIDC: 'true',
    assumeRoleArn: ROLE,
    username: '',
    password: '',
    sessionToken: '',
  });
  expect(await readConnection()).toMatchObject({ connection: { oidc: 'on', hasAccessKey: false } });
});

it('brings keys back, those that are given or those that are stored', async () => {
  await order(OIDC);
  await order({ use: 'keys', roleArn: '', key: KEY });
  expect(stored().parameters).toMatchObject({
    useOIDC: 'false',
    assumeRoleArn: '',
    username: KEY.accessKeyId,
    password: KEY.secretAccessKey,
    sessionToken: '',
  });
  await order({ use: 'keys', roleArn: ROLE, key: 'stored' });
  expect(stored().parameters).toMatchObject({ assumeRoleArn: ROLE, password: KEY.secretAccessKey });
});

it('sends nothing when somebody has changed the connection since it was read', async () => {
  const before = await readConnection();
  session.azdo.connections.setKeys('contoso', id, 'AKIAI44QH8DHBEXAMPLE', 'renewed-by-somebody');
  expect(await at((editor) => editor.write(project, before, OIDC))).toMatchObject({ code: 'moved' });
  expect(stored().parameters).toMatchObject({ useOIDC: 'false', password: 'renewed-by-somebody' });
});

it('shows a key id that Azure DevOps does not let go', async () => {
  session.azdo.organizations.keepStaleKeys('contoso', 'all');
  await order(OIDC);
  expect(await readConnection()).toMatchObject({
    connection: { oidc: 'on', hasAccessKey: true },
    accessKeyEnding: 'MPLE',
  });
});

it('cannot see a secret that stays behind alone', async () => {
  session.azdo.organizations.keepStaleKeys('contoso', 'secrets');
  await order(OIDC);
  expect(await readConnection()).toMatchObject({ connection: { oidc: 'on', hasAccessKey: false } });
  expect(stored().parameters['password']).toBe(KEY.secretAccessKey);
});

it.each<readonly [string, () => void, string]>([
  [
    'a cut answer',
    () => {
      session.azdo.faults.next({ operation: 'endpoints' }, 'cut-json');
    },
    'cut-short',
  ],
  [
    'a connection that is gone',
    () => {
      session.azdo.connections.remove('contoso', id);
    },
    'not-found',
  ],
  [
    'one that it may not read',
    () => {
      session.azdo.organizations.setPat('contoso', { token: ADMIN, connections: [] });
    },
    'not-found',
  ],
])('takes %s for unknown', async (_what, happens, code) => {
  happens();
  expect(await at((editor) => editor.read(project, id))).toMatchObject({ state: 'unknown', code });
});

it('says that nobody knows when the answer to a write is lost, and the next reading tells', async () => {
  const before = await readConnection();
  session.azdo.faults.next({ operation: 'write' }, 'cut-json');
  expect(await at((editor) => editor.write(project, before, OIDC))).toMatchObject({ code: 'cut-short' });
  expect((await readConnection()).connection.oidc).toBe('on');
});
