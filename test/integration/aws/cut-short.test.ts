import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import {
  executeSteps,
  creation,
  openLocalWorld,
  ourProvider,
  roleArn,
} from '../../contract/accounts-world.ts';
import type { Tamper } from './tampering-proxy.ts';
import { startTamperingProxy } from './tampering-proxy.ts';

describe('a look at an account', () => {
  let world: LocalWorld;
  let account: Account;
  let tamper: Tamper;
  let proxy: Awaited<ReturnType<typeof startTamperingProxy>>;

  beforeAll(async () => {
    world = await openLocalWorld({ pageSize: 5 });
    account = world.newAccount();
    const roles = Array.from({ length: 12 }, (_, index) => roleArn(account, `/azure-devops/role-${index}`));
    await executeSteps(
      { ...world, account },
      { action: 'createProvider', provider: ourProvider(account), audiences: ['ours'] },
      ...roles.map((role) => creation(account, role)),
    );
    proxy = await startTamperingProxy(world.aws.url, (operation, answer) => tamper(operation, answer));
  });
  beforeEach(() => {
    tamper = (_operation, answer) => answer;
  });
  afterAll(async () => {
    await proxy.close();
    await world.close();
  });

  const look = () =>
    world
      .connect({ endpoint: proxy.url })
      .observe(account, { paths: ['/azure-devops/'], providers: [ourProvider(account)] });
  const on =
    (name: string, change: (answer: string) => string): Tamper =>
    (operation, answer) =>
      operation === name ? change(answer) : answer;

  it('is complete when nobody tampers with the answers', async () => {
    const { roles, providers, quotas } = await look();
    expect([roles.state, providers.state, quotas.state]).toEqual(['complete', 'complete', 'complete']);
    expect(roles.state === 'complete' && roles.value.inScope).toHaveLength(12);
  });

  const damage: { sentence: string; change: (answer: string) => string; code: string }[] = [
    {
      sentence: 'goes on, but does not say where',
      change: (answer) => answer.replace(/<Marker>.*<\/Marker>/, ''),
      code: 'cut-short',
    },
    { sentence: 'leads back to where it was', change: alwaysTheFirst(), code: 'cut-short' },
    {
      sentence: 'is a sign-in page',
      change: () => '<html><body>Sign in</body></html>',
      code: 'unexpected-shape',
    },
    { sentence: 'is empty', change: () => '', code: 'unexpected-shape' },
    { sentence: 'breaks off', change: (answer) => answer.slice(0, answer.length / 2), code: 'unavailable' },
  ];

  describe.each(['GetAccountAuthorizationDetails', 'ListRoles'])('whose %s', (operation) => {
    it.each(damage)('$sentence does not know the roles', async ({ change, code }) => {
      tamper = on(operation, change);
      const { roles, providers } = await look();
      expect(roles).toMatchObject({ state: 'unknown', code });
      expect(providers.state).toBe('complete');
    });
  });

  it.each(['ListOpenIDConnectProviders', 'GetOpenIDConnectProvider'])(
    'whose %s is a sign-in page does not know the providers',
    async (operation) => {
      tamper = on(operation, () => '<html></html>');
      const { roles, providers } = await look();
      expect(providers).toMatchObject({ state: 'unknown', code: 'unexpected-shape' });
      expect(roles.state).toBe('complete');
    },
  );

  it('knows the roles when it does not know how many there are', async () => {
    tamper = on('GetAccountSummary', () => '<html></html>');
    const { roles, quotas } = await look();
    expect(quotas).toMatchObject({ state: 'unknown', code: 'unexpected-shape' });
    expect(roles.state).toBe('complete');
  });

  it('reads a role singly that is in one of the two lists alone', async () => {
    tamper = on('ListRoles', (answer) => answer.replace(/role-7/g, 'role-77'));
    const { roles } = await look();
    const names = roles.state === 'complete' ? roles.value.inScope.map(({ name }) => name) : [];
    expect(names).toHaveLength(12);
    expect(names).toContain('role-7');
    expect(names).not.toContain('role-77');
  });

  it('reads a role singly that was made again between the two lists', async () => {
    tamper = on('ListRoles', (answer) =>
      answer
        .replace(/<RoleId>\w+<\/RoleId>/g, '<RoleId>AROAFORMER</RoleId>')
        .replaceAll('Made by a test', 'Of the former role'),
    );
    const { roles } = await look();
    const seen = roles.state === 'complete' ? roles.value.inScope : [];
    expect(seen).toHaveLength(12);
    expect([...new Set(seen.map(({ description }) => description))]).toEqual(['Made by a test']);
  });
});

/** By operation: the first answer to it, again and again. */
function alwaysTheFirst(): (answer: string) => string {
  const firsts = new Map<string, string>();
  return (answer) => {
    const operation = /^.*?<(\w+)Response/s.exec(answer)?.[1] ?? '';
    const first = firsts.get(operation) ?? answer;
    firsts.set(operation, first);
    return first;
  };
}
