import { desire } from '../../../../shared/domain/desired/desire.ts';
import { matchesPattern, patternsMeet } from '../../../../shared/domain/kernel/glob.ts';
import { overlappingGrants } from '../../../../shared/domain/configuration/grant-coverage.ts';
import { viewConnections } from '../../../../shared/domain/azure-devops/inventory.ts';
import type { GrantFields } from '../../../builders/configuration.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, roleArn } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';

const shop = (fields: GrantFields['connections'] | object = {}): GrantFields => ({
  connections: { organization: 'contoso', project: 'Shop', name: 'aws-*', ...fields },
});
const inShop = (fields: GrantFields['role'] | object = {}): GrantFields => ({
  role: { path: '/azure-devops/shop/', name: 'shop-*', ...fields },
});
const asked = (arn: string, name = 'aws-prod', project = 'Shop') =>
  connection(1, { references: [reference(1, name, project)], requestedRoleArn: arn });
const good = roleArn('shop-deploy', '/azure-devops/shop/');

function outcome(fields: GrantFields, one = asked(good)): string {
  const view = viewConnections(inventory([one]));
  const { requests, findings } = desire(
    configuration({ grants: [grant(fields)] }),
    {
      organization: contoso,
      name: contoso.name,
      view,
    },
    [],
  );
  return requests[0] ? 'granted' : (findings[0]?.code ?? 'nothing');
}

describe('a grant covers a connection', () => {
  it.each<[string, GrantFields, string]>([
    ['with its names', shop(), 'granted'],
    ['with patterns', shop({ organization: 'con*', project: 'Sho?', name: '*' }), 'granted'],
    ['not with another organization', shop({ organization: 'fabrikam' }), 'connection.without-grant'],
    ['not with another project', shop({ project: 'Pay' }), 'connection.without-grant'],
    ['not with a project in another case', shop({ project: 'shop' }), 'connection.without-grant'],
    ['not with the beginning of its project', shop({ project: 'Sho' }), 'connection.without-grant'],
    ['not with another name', shop({ name: 'aws-test' }), 'connection.without-grant'],
    ['not when it names no account', { ...shop(), accounts: [] }, 'role.outside-grant'],
  ])('%s', (_what, fields, expected) => {
    expect(outcome(fields)).toBe(expected);
  });
});

describe('a grant allows the role that was typed into the connection', () => {
  it.each([
    ['on its path', good, 'granted'],
    ['below its path', roleArn('shop-deploy', '/azure-devops/shop/eu/'), 'granted'],
    ['not above its path', roleArn('shop-deploy', '/azure-devops/'), 'role.outside-grant'],
    ['not beside its path', roleArn('shop-deploy', '/azure-devops/shopping/'), 'role.outside-grant'],
    ['not in another case', roleArn('shop-deploy', '/azure-devops/Shop/'), 'role.outside-grant'],
    ['not with another name', roleArn('admin', '/azure-devops/shop/'), 'role.outside-grant'],
    [
      'not with a name that ends like it',
      roleArn('my-shop-deploy', '/azure-devops/shop/'),
      'role.outside-grant',
    ],
    ['not in another account', good.replace(ACCOUNT, '999999999999'), 'account.not-configured'],
    ['not in another partition', good.replace('arn:aws:', 'arn:aws-cn:'), 'account.other-partition'],
    ['not in a partition nobody knows', good.replace('arn:aws:', 'arn:aws-x:'), 'connection.role-malformed'],
    ['not as a user', good.replace(':role/', ':user/'), 'connection.role-malformed'],
    ['not with a pattern for a name', `${good}*`, 'connection.role-malformed'],
    [
      'not with a variable for a name',
      good.replace('deploy', '${aws:username}'),
      'connection.role-malformed',
    ],
    ['not with spaces around it', ` ${good} `, 'connection.role-malformed'],
    ['not with a line feed at its end', `${good}\n`, 'connection.role-malformed'],
    ['not with a session', good.replace('iam', 'sts'), 'connection.role-malformed'],
  ])('%s', (_what, arn, expected) => {
    expect(outcome({ ...shop(), ...inShop() }, asked(arn))).toBe(expected);
  });
});

describe('a connection that projects share', () => {
  const shared = connection(1, { references: [reference(1, 'c1', 'Shop'), reference(2, 'c1', 'Pay')] });
  const desireSubjects = (fields: GrantFields, one = shared) => {
    const seen = { organization: contoso, name: contoso.name, view: viewConnections(inventory([one])) };
    const { requests, findings } = desire(configuration({ grants: [grant(fields)] }), seen, []);
    return {
      subjects: requests.flatMap((request) => request.subjects.map(({ subject }) => subject)),
      codes: findings.map(({ code }) => code),
    };
  };
  const inShop = 'sc://contoso/Shop/c1';

  it.each<[string, GrantFields, readonly string[], readonly string[]]>([
    ['lets in each project that its grant covers', {}, [inShop, 'sc://contoso/Pay/c1'], []],
    [
      'lets in no project that its grant does not cover',
      shop({ name: '*' }),
      [inShop],
      ['connection.reference-not-granted'],
    ],
    [
      'gets nothing from a grant that refuses sharing',
      { sharedConnections: 'refuse' },
      [],
      ['connection.sharing-refused'],
    ],
  ])('%s', (_what, fields, subjects, codes) => {
    expect(desireSubjects(fields)).toEqual({ subjects, codes });
  });

  it('is let in by a grant that refuses sharing as long as it is not shared', () => {
    const alone = { ...shared, references: shared.references.slice(0, 1) };
    expect(desireSubjects({ sharedConnections: 'refuse' }, alone).subjects).toEqual([inShop]);
  });
});

describe('a wish', () => {
  it('is nobody’s who does not ask for OIDC, and no other type’s', () => {
    expect(outcome(shop(), { ...asked(good), oidc: 'off' })).toBe('nothing');
    expect(outcome(shop(), { ...asked(good), oidc: 'unclear' })).toBe('connection.oidc-unclear');
    expect(outcome(shop(), { ...asked(good), type: 'generic' })).toBe('nothing');
    expect(outcome(shop(), { ...asked(good), type: 'aws' })).toBe('granted');
  });
});

describe('a pattern', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['*a*b', 'xaabab', true],
    ['?', '', false],
    ['a?c', 'abc', true],
    ['a.c', 'abc', false],
    ['[b-z]', 'c', false],
    ['a', 'A', false],
    ['*'.repeat(30), 'a'.repeat(3_000), true],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(3_000), false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });
});

describe('grants that overlap', () => {
  const one = grant({ name: 'one', connections: { organization: '*', project: 'Shop*', name: 'aws-*' } });
  it.each<[string, GrantFields, boolean]>([
    ['the same patterns', {}, true],
    [
      'patterns that meet',
      { connections: { organization: 'contoso', project: '*op', name: '*-prod' } },
      true,
    ],
    ['another project', { connections: { organization: '*', project: 'Payments', name: '*' } }, false],
    ['names that cannot meet', { connections: { organization: '*', project: '*', name: 'gcp-*' } }, false],
    ['another path of roles', { role: { path: '/other/', name: '*' } }, false],
    ['a path below', { role: { path: '/azure-devops/shop/', name: '*' } }, true],
  ])('%s', (_what, fields, isFound) => {
    const other = grant({ name: 'two', connections: one.connections, ...fields });
    expect(overlappingGrants([one, other], [contoso]).length > 0).toBe(isFound);
  });
});

it.each([
  ['*', '', true],
  ['a*b', '*c', false],
  ['a*c', '*c', true],
  ['a?', 'ab*', true],
  ['a?', 'abc*', false],
  ['*a*', '*b*', true],
  ['', '?', false],
])('the patterns %s and %s meet: %s', (one, other, expected) => {
  expect([patternsMeet(one, other), patternsMeet(other, one)]).toEqual([expected, expected]);
});
