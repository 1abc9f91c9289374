import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { Session } from './desk.ts';
import { TOKEN, openSession } from './desk.ts';

const ADMIN = 'may-change-everything';
const endpoints = '/_apis/serviceendpoint/endpoints';
const version = { 'api-version': '7.1' };

let session: Session;

beforeEach(async () => {
  session = await openSession();
  session.azdo.organizations.setPat('contoso', { token: ADMIN, access: 'manage' });
});
afterEach(() => session.azdo.close());

const makeOperator = (token: string) =>
  createOperator({
    clock: createVirtualClock(),
    getCredential: () => Promise.resolve({ type: 'pat', token }),
  });

const connection = () => {
  const [found] = session.azdo.snapshot().organizations[0]?.connections ?? [];
  if (!found) throw new Error('There is no connection.');
  return found;
};

async function remove(token = ADMIN) {
  const { id, references } = connection();
  const projectIds = references.map(({ projectId }) => projectId).join();
  return makeOperator(token)(session.organization, ({ send }) =>
    send('DELETE', `${endpoints}/${id}`, { projectIds, ...version }),
  );
}

describe('what a person does in Azure DevOps', () => {
  it('is done, and an empty answer is a whole one', async () => {
    expect(await remove()).toEqual(complete(undefined));
    expect(session.azdo.snapshot().organizations[0]?.connections).toEqual([]);
  });

  it('is refused to somebody who may only read, and nothing is changed', async () => {
    expect(await remove(TOKEN)).toMatchObject({ state: 'unknown', code: 'forbidden' });
    expect(connection().references).toEqual([expect.objectContaining({ name: 'aws-prod' })]);
  });

  it('names the kind of a refusal and not the text, which may quote what was sent', async () => {
    const refused = await makeOperator(ADMIN)(session.organization, ({ send }) =>
      send('POST', endpoints, version, { name: 'secret-text', type: 'AWS', url: 'https://aws.amazon.com/' }),
    );
    expect(refused).toMatchObject({ state: 'unknown', code: 'refused' });
    expect(JSON.stringify(refused)).toContain('ArgumentException');
    expect(JSON.stringify(refused)).not.toContain('secret-text');
  });

  it('is sent again when Azure DevOps asks to wait, which says that nothing was done', async () => {
    session.azdo.faults.next({ operation: 'write' }, '429');
    expect(await remove()).toEqual(complete(undefined));
  });

  it('is not sent again when nobody knows whether it was done', async () => {
    session.azdo.faults.next({ operation: 'write' }, '503');
    expect(await remove()).toMatchObject({ state: 'unknown', code: 'server-error' });
    expect(session.azdo.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('gets no token to an address that is not of Azure DevOps', async () => {
    const elsewhere = { ...session.organization, url: 'https://dev.azure.com.example.net/contoso' };
    await expect(
      makeOperator(ADMIN)(elsewhere, ({ get }) => get('/_apis/projects', version)),
    ).rejects.toThrow(/is not a host of Azure DevOps/);
  });
});
