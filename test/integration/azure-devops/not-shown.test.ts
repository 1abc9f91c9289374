import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import type { Session } from './desk.ts';
import { observeConnection, openSession, summarizeInventory } from './desk.ts';

const READER = 'may-read-and-no-more';

let session: Session;
beforeEach(async () => {
  session = await openSession(['Bank', 'Shop']);
});
afterEach(() => session.azdo.close());

const findId = (project: string) => {
  const [organization] = session.azdo.snapshot().organizations;
  const at = organization?.projects.find(({ name }) => name === project)?.id;
  const found = organization?.connections.find(({ references }) =>
    references.some(({ projectId }) => projectId === at),
  );
  if (!found) throw new Error(`There is no connection in ${project}.`);
  return found.id;
};
const lookAsReader = () =>
  observeConnection(session.organization, {
    getCredential: () => Promise.resolve({ type: 'pat', token: READER }),
  });
const viewFacts = (inventory: Awaited<ReturnType<Session['observe']>>) =>
  new Map([...viewConnections(inventory).connections.values()].map((one) => [one.id as string, one]));

describe('what a Reader sees', () => {
  it.each(['absent', 'null', 'empty'] as const)(
    'is that a connection is there, and not what it asks for: the members are %s',
    async (members) => {
      const [bank, shop] = [findId('Bank'), findId('Shop')];
      session.azdo.organizations.setPat('contoso', { token: READER, access: 'read', authorizations: [bank] });
      session.azdo.organizations.keepFromReaders('contoso', { members, lists: 'kept-back' });
      const seen = viewFacts(await lookAsReader());
      expect(seen.get(bank)).toMatchObject({ type: 'AWS', oidc: 'on' });
      expect(seen.get(shop)).toMatchObject({ type: null, oidc: null, requestedRoleArn: null });
      expect(seen.get(shop)?.references).toMatchObject([{ projectName: 'Shop', name: 'aws-prod' }]);
    },
  );

  it('is all of it where lists show what get-by-id keeps back', async () => {
    session.azdo.organizations.setPat('contoso', { token: READER, access: 'read', authorizations: [] });
    session.azdo.organizations.keepFromReaders('contoso', { members: 'absent', lists: 'shown' });
    expect(viewFacts(await lookAsReader())).toEqual(viewFacts(await session.observe()));
  });
});

it.each<[string, Parameters<Session['azdo']['connections']['show']>[2], object]>([
  ['no id', { id: 'absent' }, { Bank: 0, Shop: 1 }],
  ['null for an id', { id: 'null' }, { Bank: 0, Shop: 1 }],
  ['no name', { name: 'absent' }, { Bank: 1, Shop: 1 }],
  ['a number for a name', { name: { value: 7 } }, { Bank: 1, Shop: 1 }],
  ['a reference without a name', { serviceEndpointProjectReferences: { value: [{}] } }, { Bank: 1, Shop: 1 }],
  ['a number for the role', { 'authorization.parameters.assumeRoleArn': { value: 7 } }, { Bank: 1, Shop: 1 }],
])('knows every other connection beside one with %s', async (_what, members, projects) => {
  session.azdo.connections.show('contoso', findId('Bank'), members);
  const inventory = await session.observe();
  expect(summarizeInventory(inventory)).toEqual({ identity: 'known', projects });
  const isLost = 'id' in (members ?? {});
  expect(viewConnections(inventory).isComplete).toBe(!isLost);
  const unreadable =
    inventory.projects.state === 'complete'
      ? inventory.projects.value.flatMap((one) => one.unreadable ?? [])
      : [];
  expect(unreadable.map(({ message }) => message)).toEqual(
    isLost ? [expect.stringContaining('"aws-prod"') as string] : [],
  );
});
