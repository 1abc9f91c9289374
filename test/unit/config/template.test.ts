import { LOOPBACK_ALLOWED } from '../../../shared/config/environment.ts';
import type { Found } from '../../../shared/config/template.ts';
import { renderConfiguration } from '../../../shared/config/template.ts';
import { parse } from './configuration-text.ts';

const role = (name: string, path = '/azure-devops/shop/', account = '123456789012') =>
  `arn:aws:iam::${account}:role${path}${name}`;

const connection = (name: string, roleArn: string, project = 'Shop', oidc: 'on' | 'off' = 'on') => ({
  project,
  name,
  roleArn,
  oidc,
});

const found = (connections: Found['connections'], more: Partial<Found> = {}): Found => ({
  organization: {
    name: 'contoso',
    id: '11111111-2222-3333-4444-555555555555',
    url: 'https://dev.azure.com/contoso',
  },
  credentialEnv: 'AZURE_DEVOPS_PAT',
  connections,
  accounts: [],
  ...more,
});

const parseGrants = (connections: Found['connections']) =>
  parse(renderConfiguration(found(connections))).grants;

describe('a rendered configuration', () => {
  it('begins with the line that editors take the schema from, and says how to write the schema', () => {
    const [first, second] = renderConfiguration(found([])).split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./federation.schema.json');
    expect(second).toContain('azfed schema > federation.schema.json');
  });

  it('is valid when nothing was found', () => {
    const configuration = parse(renderConfiguration(found([])));
    expect(configuration).toMatchObject({ accounts: [], grants: [], webhooks: [] });
    expect(configuration.organizations[0]).toMatchObject({ name: 'contoso' });
  });

  it('has one observing grant for each project and role path', () => {
    const grants = parseGrants([
      connection('aws-prod', role('prod')),
      connection('aws-test', role('test', '/azure-devops/shop/', '210987654321')),
      connection('aws-root', role('x', '/azure-devops/other/')),
      connection('aws-prod', role('prod'), 'Games'),
    ]);
    expect(grants.every(({ mode }) => mode === 'observe')).toBe(true);
    expect(
      grants.map((grant) => [grant.name, grant.connections?.name, grant.role?.path, grant.accounts]),
    ).toEqual([
      ['shop', ['aws-*'], '/azure-devops/shop/', ['123456789012', '210987654321']],
      ['shop-other', ['aws-root'], '/azure-devops/other/', ['123456789012']],
      ['games-shop', ['aws-prod'], '/azure-devops/shop/', ['123456789012']],
    ]);
  });

  it('gives every grant a name of its own', () => {
    const names = parseGrants([
      connection('a', role('a'), 'A B'),
      connection('a', role('a'), 'A-B'),
      connection('a', role('a'), 'ДД'),
    ]).map(({ name }) => name);
    expect(names).toEqual(['a-b-shop', 'a-b-shop-2', 'shop']);
  });

  it('takes the partition of an account from its roles, and the address from the organization', () => {
    const organization = {
      name: 'contoso',
      id: '11111111-2222-3333-4444-555555555555',
      url: 'http://127.0.0.1:4001/contoso',
    };
    const china = connection('a', 'arn:aws-cn:iam::012345678901:role/shop/a');
    const text = renderConfiguration(
      found([china], { organization, accounts: ['012345678901', '123456789012'] }),
    );
    const { accounts, organizations } = parse(text, {}, LOOPBACK_ALLOWED);
    expect(accounts).toEqual([
      { id: '012345678901', partition: 'aws-cn' },
      { id: '123456789012', partition: 'aws' },
    ]);
    expect(organizations[0]?.url).toBe('http://127.0.0.1:4001/contoso');
  });

  it('leaves out, and counts, what no grant may name', () => {
    const text = renderConfiguration(
      found([
        connection('none', ''),
        connection('root', role('root', '/')),
        connection('keys', role('keys'), 'Shop', 'off'),
      ]),
    );
    expect(parse(text).grants).toEqual([]);
    expect(text).toContain('left out 1 connection without OIDC.');
    expect(text).toContain(
      'left out 1 connection with a role that no grant can name (no ARN, or a path of AWS).',
    );
    expect(text).toContain('left out 1 connection with a role at the root path. Such roles exist already:');
  });

  it.each([
    'Łódź',
    'a: b # c',
    '"quoted" \\ {x}',
    'two  spaces ',
    '*?',
    'line\nmode: enforce',
    '\u2028\u202e',
  ])('covers a connection named %j and stays valid', (name) => {
    const [grant] = parseGrants([connection(name, role('x'), name)]);
    expect(grant?.mode).toBe('observe');
    expect(grant?.connections?.project[0]).toHaveLength(name.length);
    expect(grant?.connections?.name[0]).toHaveLength(name.length);
  });
});
