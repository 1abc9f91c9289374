import { createConnectionSession } from '../../../shared/adapters/azure-devops/connection-editor.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import type { ConnectionPlace, Switched } from '../../../shared/application/connections/migrate-keys.ts';
import { readEditable, switchCredentials } from '../../../shared/application/connections/migrate-keys.ts';
import { parseConnectionId, parseProjectId } from '../../../shared/domain/kernel/ids.ts';
import type { ConnectionSession, CredentialOrder } from '../../../shared/ports/service-connections.ts';
import { required } from '../../builders/stage.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { Session } from './desk.ts';
import { openSession } from './desk.ts';

const ADMIN = 'may-change-everything';
const KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'planted-secret' };
const OIDC: CredentialOrder = { use: 'oidc', roleArn: 'arn:aws:iam::123456789012:role/azure-devops/shop' };

let session: Session;
let place: ConnectionPlace;
beforeEach(async () => {
  session = await openSession();
  session.azdo.organizations.setPat('contoso', { token: ADMIN, access: 'manage' });
  const input = { project: 'Shop', name: 'aws-legacy', ...KEY };
  const { id, references } = session.azdo.connections.create('contoso', input);
  place = {
    organization: session.organization,
    project: required(parseProjectId(references[0]?.projectId ?? ''), 'project'),
    id: required(parseConnectionId(id), 'connection'),
  };
});
afterEach(() => session.azdo.close());

const connections = (): ConnectionSession =>
  createConnectionSession(
    createOperator({
      clock: createVirtualClock(),
      getCredential: () => Promise.resolve({ type: 'pat', token: ADMIN }),
    }),
  );

/** What stands there is read, something happens, and then the order is given. */
async function switched(happens: () => void, order = OIDC): Promise<Switched> {
  const before = await readEditable(connections(), place);
  if (before.state === 'unknown') throw new Error(before.message);
  happens();
  return switchCredentials(connections(), place, before.value, order);
}

const faults = () => session.azdo.faults;
const setFields = (fields: Parameters<Session['azdo']['connections']['setFields']>[2]) => {
  session.azdo.connections.setFields('contoso', place.id, fields);
};

it.each<readonly [string, () => void, Switched['outcome']]>([
  ['is done', () => undefined, 'as-ordered'],
  [
    'is done, though its answer was lost',
    () => {
      faults().next({ operation: 'write' }, 'cut-json');
    },
    'as-ordered',
  ],
  [
    'was refused',
    () => {
      faults().next({ operation: 'write' }, '403');
    },
    'not-done',
  ],
  [
    'had no effect',
    () => {
      faults().next({ operation: 'write' }, '500');
    },
    'not-done',
  ],
  [
    'met a key that stays',
    () => {
      session.azdo.organizations.keepStaleKeys('contoso', 'all');
    },
    'key-kept',
  ],
  [
    'came too late: somebody has changed the key',
    () => {
      setFields({ accessKeyId: 'AKIAI44QH8DHBEXAMPLE' });
    },
    'not-done',
  ],
])('tells an order that %s', async (_what, happens, outcome) => {
  expect((await switched(happens)).outcome).toBe(outcome);
});

it('does not know what came of an order when nothing can be read after it', async () => {
  const { outcome } = await switched(() => {
    // The first of the three lists is the one that the write compares with.
    faults().next({ operation: 'endpoints' }, 'retry-after-on-200');
    faults().next({ operation: 'endpoints' }, '403', Infinity);
  });
  expect(outcome).toBe('unknown');
});

it('knows that nothing was done when nothing was sent, though nothing can be read', async () => {
  const { outcome } = await switched(() => {
    setFields({ accessKeyId: 'AKIAI44QH8DHBEXAMPLE' });
    faults().next({ operation: 'endpoints' }, 'retry-after-on-200');
    faults().next({ operation: 'endpoints' }, '403', Infinity);
  });
  expect(outcome).toBe('not-done');
});
