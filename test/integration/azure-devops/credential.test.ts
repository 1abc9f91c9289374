import type { Organization } from '../../../shared/domain/configuration/configuration.ts';
import type { OrganizationInventory } from '../../../shared/domain/azure-devops/inventory.ts';
import type { Credential } from '../../../shared/ports/credentials.ts';
import { TOKEN, openSession, summarizeInventory } from './desk.ts';
import type { Session } from './desk.ts';

const describeIdentity = ({ identity }: OrganizationInventory) =>
  identity.state === 'unknown' ? identity.message : 'known';

describe('the credential of a look', () => {
  let session: Session;

  beforeEach(async () => {
    session = await openSession();
  });
  afterEach(() => session.azdo.close());

  /** The tokens that a source gives, one after the other, and those that it is told were not taken. */
  function tokens(...all: readonly string[]) {
    const refused: string[] = [];
    let asked = 0;
    return {
      refused,
      source: {
        getCredential: (): Promise<Credential> =>
          Promise.resolve({ type: 'pat', token: all[Math.min(asked++, all.length - 1)] ?? '' }),
        refused: (_organization: Organization, { token }: Credential) => {
          refused.push(token);
        },
      },
    };
  }

  it.each([
    ['401', 'unauthorized'],
    ['sign-in-page-203', 'sign-in-page'],
  ] as const)('is named with its organization when it meets %s', async (fault, code) => {
    session.azdo.faults.next({ operation: 'connectionData' }, fault);
    const inventory = await session.observe();
    expect(summarizeInventory(inventory).identity).toBe(code);
    expect(describeIdentity(inventory)).toContain('the token in the variable UNUSED for contoso');
    expect(describeIdentity(inventory)).toContain('Issue a new token');
    expect(describeIdentity(inventory)).not.toContain(TOKEN);
  });

  it('is asked for anew when a rotated one is still remembered, and the look goes on', async () => {
    const { source, refused } = tokens('of yesterday', TOKEN);
    const inventory = await session.observe(source);
    expect(summarizeInventory(inventory)).toEqual({ identity: 'known', projects: { Shop: 1 } });
    // Refused; then identity, spelling of the organization, projects, connections.
    expect(inventory.requests).toBe(1 + 4);
    expect(refused).toEqual(['of yesterday']);
  });

  it('is not taken where the answer is one to the public', async () => {
    session.azdo.projects.setVisibility('contoso', 'Shop', 'public');
    const { source, refused } = tokens('of yesterday', TOKEN);
    expect(summarizeInventory(await session.observe(source)).projects).toEqual({ Shop: 1 });
    expect(refused).toEqual(['of yesterday']);
    const inventory = await session.observe(tokens('of yesterday').source);
    expect(summarizeInventory(inventory)).toEqual({ identity: 'unauthorized', projects: 'unauthorized' });
    expect(describeIdentity(inventory)).toContain('anonymous');
  });

  it('is tried once more, and no oftener', async () => {
    const { source, refused } = tokens('one', 'two', TOKEN);
    expect(summarizeInventory(await session.observe(source)).identity).toBe('unauthorized');
    expect(refused).toEqual(['one', 'two']);
    expect(session.azdo.counts().connectionData).toBe(2);
  });

  it('is not tried again when the same one comes', async () => {
    const { source } = tokens('one');
    expect(summarizeInventory(await session.observe(source)).identity).toBe('unauthorized');
    expect(session.azdo.counts().connectionData).toBe(1);
  });

  it('is not given up for a fault that is not its own', async () => {
    session.azdo.faults.next({ operation: 'connectionData' }, '403');
    const { source, refused } = tokens(TOKEN, 'two');
    expect(summarizeInventory(await session.observe(source)).identity).toBe('forbidden');
    expect(refused).toEqual([]);
  });

  it('tells its end along with what was seen, and with what was not', async () => {
    const expiresAt = Date.parse('2027-01-31');
    const ending = (token: string) => ({
      getCredential: () => Promise.resolve({ type: 'pat', token, expiresAt } as const),
    });
    const [seen, unseen] = [await session.observe(ending(TOKEN)), await session.observe(ending('expired'))];
    expect([seen.identity.state, unseen.identity.state]).toEqual(['complete', 'unknown']);
    expect([seen.credentialExpiresAt, unseen.credentialExpiresAt]).toEqual([expiresAt, expiresAt]);
    expect(await session.observe()).not.toHaveProperty('credentialExpiresAt');
  });
});
