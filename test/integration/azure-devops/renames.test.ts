import { createServer } from 'node:http';
import type { Session } from './desk.ts';
import { TOKEN, observeConnection, openSession, makeOrganization, summarizeInventory } from './desk.ts';

const unlike = (code: string): unknown => expect.objectContaining({ state: 'unknown', code });

const all = { identity: 'known', projects: { Shop: 1 } };

describe('a look at an organization that was renamed', () => {
  let session: Session;

  beforeEach(async () => {
    session = await openSession();
    session.azdo.organizations.rename('contoso', 'Fabrikam');
  });
  afterEach(() => session.azdo.close());

  it('finds it by its GUID under its new name, asks it who it is, and reads it there', async () => {
    const seen = await session.observe();
    expect(summarizeInventory(seen)).toEqual(all);
    expect(seen).toMatchObject({
      organizationName: 'contoso',
      identity: { value: { id: session.organization.id, name: 'Fabrikam' } },
      // One under the old name, one for where it is, three under the new one.
      requests: 5,
    });
  });

  it('reads nothing of another organization that has its old name', async () => {
    session.azdo.organizations.create({ name: 'contoso', pats: [{ token: TOKEN, access: 'read' }] });
    const seen = await session.observe();
    expect(summarizeInventory(seen)).toEqual({ identity: 'known', projects: 'identity-mismatch' });
    expect(seen).not.toMatchObject({ identity: { value: { id: session.organization.id } } });
  });

  it('reads nothing when the GUID is nowhere', async () => {
    const seen = await observeConnection({
      ...session.organization,
      id: makeOrganization('http://127.0.0.1', '0aa00000-0000-4000-a000-000000000009').id,
    });
    expect(summarizeInventory(seen)).toEqual({ identity: 'not-found', projects: 'not-found' });
  });
});

describe('what is answered about where an organization is', () => {
  const ID = '0aa00000-0000-4000-a000-000000000001';
  const impostor = '0aa00000-0000-4000-a000-000000000002';

  interface Answers {
    /** Where the service says that the GUID is. */
    readonly locationUrl: (root: string) => unknown;
    /** Who answers there. */
    readonly instanceId?: string;
    /** The old name still answers, with projects whose addresses hold this name. */
    readonly alias?: string;
  }

  /** A service of which the old name is nobody's, or an alias; what its other addresses answer is up to the row. */
  async function observeAnswers({ locationUrl, instanceId = ID, alias }: Answers) {
    const asked: { path: string; isSigned: boolean }[] = [];
    const projects = alias
      ? [{ id: impostor, name: 'Shop', url: `https://dev.azure.com/${alias}/_apis/projects/${impostor}` }]
      : [];
    const answerPath = (path: string, root: string): unknown => {
      if (path.startsWith('/_apis/')) return { locationUrl: locationUrl(root) };
      if (path.startsWith('/contoso/') && alias === undefined) return undefined;
      if (path.endsWith('/connectionData')) return { instanceId };
      return path.endsWith('/projects')
        ? { count: projects.length, value: projects }
        : { count: 0, value: [] };
    };
    const server = createServer(({ url = '', headers }, response) => {
      const path = url.split('?')[0] ?? '';
      asked.push({ path, isSigned: headers.authorization !== undefined });
      const answer = answerPath(path, `http://${headers.host ?? ''}`);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      const seen = await observeConnection(makeOrganization(`http://127.0.0.1:${port}/contoso`, ID));
      return { seen: summarizeInventory(seen), identity: seen.identity, asked };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('is asked for without the token', async () => {
    const { seen, asked } = await observeAnswers({ locationUrl: (root) => `${root}/Fabrikam/` });
    expect(seen).toEqual({ identity: 'known', projects: {} });
    expect(asked.map(({ path, isSigned }) => [path.split('/')[1], isSigned])).toEqual([
      ['contoso', true],
      ['_apis', false],
      ['Fabrikam', true],
      ['Fabrikam', true],
    ]);
  });

  it.each<[string, (root: string) => unknown]>([
    ['another host', () => 'https://dev.azure.com.evil.example/fabrikam'],
    ['another port', () => 'http://127.0.0.1:1/fabrikam'],
    ['the same name', (root) => `${root}/CONTOSO`],
    ['the same name at its legacy address', () => 'https://Contoso.visualstudio.com/'],
    ['a host of another service', () => 'https://Contoso.visualstudio.com.example.net/'],
    ['a name that none can have', (root) => `${root}/${encodeURIComponent('${aws:username}')}`],
    ['a deeper path', (root) => `${root}/fabrikam/contoso`],
    ['no name', (root) => root],
    ['no URL', () => 'fabrikam'],
    ['nothing', () => undefined],
  ])('is not followed to %s', async (_where, locationUrl) => {
    const { seen, asked } = await observeAnswers({ locationUrl });
    expect(seen).toEqual({ identity: 'not-found', projects: 'not-found' });
    expect(asked).toHaveLength(2);
  });

  it('is not believed when somebody else answers there', async () => {
    const { seen } = await observeAnswers({
      locationUrl: (root) => `${root}/fabrikam`,
      instanceId: impostor,
    });
    expect(seen).toEqual({ identity: 'not-found', projects: 'not-found' });
  });

  it.each<[string, Answers['locationUrl'], object]>([
    ['is the one that the service has', (root) => `${root}/Fabrikam`, { name: 'Fabrikam' }],
    ['has the capitals that the service has', (root) => `${root}/CONTOSO/`, { name: 'CONTOSO' }],
    [
      'is told by the primary address of the old form',
      () => 'https://Contoso.visualstudio.com/',
      { name: 'Contoso' },
    ],
    [
      'is told by the primary address with its collection',
      () => 'https://Contoso.visualstudio.com/DefaultCollection',
      { name: 'Contoso' },
    ],
    ['is told by an address of the service', () => 'https://dev.azure.com/Contoso/', { name: 'Contoso' }],
    ['is the configured one, where the service agrees', (root) => `${root}/contoso`, { name: 'contoso' }],
    [
      'is the configured one, where a host in small letters agrees',
      () => 'https://contoso.visualstudio.com/',
      { name: 'contoso', nameProblem: unlike('no-capitals') },
    ],
    [
      'is not confirmed, where nothing is said',
      () => undefined,
      { name: 'contoso', nameProblem: unlike('unexpected-shape') },
    ],
    [
      'is not confirmed by another host',
      () => 'https://contoso.visualstudio.com.evil.example/',
      { name: 'contoso', nameProblem: unlike('unexpected-shape') },
    ],
    [
      'is not confirmed by a deeper path',
      (root) => `${root}/Contoso/Shop`,
      { name: 'contoso', nameProblem: unlike('unexpected-shape') },
    ],
    [
      'is followed to a host in small letters, which does not tell its capitals',
      () => 'https://fabrikam.visualstudio.com/',
      { name: 'fabrikam', nameProblem: unlike('no-capitals') },
    ],
  ])('the name of one that answers %s', async (_what, locationUrl, expected) => {
    const { identity } = await observeAnswers({ locationUrl, alias: 'CONTOSO-2' });
    expect(identity).toEqual({ state: 'complete', value: { id: ID, ...expected } });
  });
});

describe('the name of an organization on the embedded Azure DevOps', () => {
  let session: Session;

  beforeEach(async () => {
    session = await openSession();
  });
  afterEach(() => session.azdo.close());

  const spellings = [
    { primary: 'new' },
    { primary: 'new', projectUrls: 'asked' },
    { primary: 'legacy' },
    { primary: 'legacy', projectUrls: 'asked' },
  ] as const;
  it.each(spellings)('is its own, asked in other capitals, with %j', async (address) => {
    session.azdo.organizations.rename('contoso', 'Contoso');
    session.azdo.organizations.setAddress('Contoso', address);
    expect(await session.observe()).toMatchObject({ identity: { value: { name: 'Contoso' } } });
  });

  it('is not confirmed by a legacy host in small letters, and the configured spelling stands', async () => {
    session.azdo.organizations.setAddress('contoso', { primary: 'legacy', hostCase: 'lower' });
    const seen = await observeConnection({ ...session.organization, name: 'Contoso' });
    expect(seen.identity).toMatchObject({
      value: { name: 'Contoso', nameProblem: unlike('no-capitals') },
    });
  });

  it('is found after a rename by the primary address of the old form', async () => {
    session.azdo.organizations.rename('contoso', 'Fabrikam');
    session.azdo.organizations.setAddress('Fabrikam', { primary: 'legacy' });
    const seen = await session.observe();
    expect(summarizeInventory(seen)).toEqual(all);
    expect(seen.identity).toEqual({
      state: 'complete',
      value: { id: session.organization.id, name: 'Fabrikam' },
    });
  });
});
