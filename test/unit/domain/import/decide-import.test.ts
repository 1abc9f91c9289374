import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { AccountObservation } from '../../../../shared/domain/iam/role.ts';
import { decideImport } from '../../../../shared/domain/import/decide-import.ts';
import { groupGrants } from '../../../../shared/domain/import/group-grants.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { Json, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { configuration, contoso } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';
import {
  AUDIENCES,
  VSTOKEN,
  makeAccount,
  makeRole,
  statement,
  makeTrust,
} from '../../../builders/lint-account.ts';

const AUDIENCE = 'api://AzureADTokenExchange';
const sub = (subject: Json, operator = 'StringEquals'): Json =>
  operator === 'StringEquals'
    ? { StringEquals: { [`${VSTOKEN}:aud`]: AUDIENCE, [`${VSTOKEN}:sub`]: subject } }
    : { StringEquals: { [`${VSTOKEN}:aud`]: AUDIENCE }, [operator]: { [`${VSTOKEN}:sub`]: subject } };
const role = (name: string, ...statements: readonly Statement[]) =>
  makeRole({ Version: '2012-10-17', Statement: statements }, name, '/');
const asking = (number: number, name: string, fields: Partial<ServiceConnection> = {}) =>
  connection(number, { requestedRoleArn: roleArn(name, '/'), ...fields });

function runImport(
  connections: readonly ServiceConnection[],
  observation: AccountObservation,
  fields: Partial<Configuration> = {},
  scope: Pick<Parameters<typeof decideImport>[0], 'projects' | 'only'> = {},
) {
  const sources = {
    ...scope,
    configuration: configuration({ organizations: [contoso], grants: [], ...fields }),
    inventories: [inventory(connections)],
    observations: [observation],
  };
  const decision = decideImport(sources);
  return {
    decision,
    pairs: decision.accesses.map(
      ({ admission, role: its, type }) => `${admission.candidate.reference.name} ${its.name} ${type}`,
    ),
    codes: decision.findings.map(({ code }) => code),
    grants: groupGrants(decision, 'managed', []),
  };
}

describe('an import', () => {
  it('grants a connection the role that it names, and no other whose trust lets it in', () => {
    const twice = [statement(VSTOKEN, sub('sc://contoso/P1/c1'))];
    const { pairs } = runImport([asking(1, 'a')], makeAccount([role('a', ...twice), role('b', ...twice)]));
    expect(pairs).toEqual(['c1 a aws']);
  });

  it.each([
    [{ projects: ['P*'] }, ['c1 a aws'], []],
    [{ projects: ['Q*', 'P1'] }, ['c1 a aws'], []],
    [{ projects: ['Q*'] }, [], []],
    [{ only: ['123456789012' as AccountId] }, ['c1 a aws'], []],
    [{ only: ['999999999999' as AccountId] }, [], []],
  ])('limits itself to %j', (scope, pairs, codes) => {
    const account = makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/c1')))]);
    expect(runImport([asking(1, 'a')], account, {}, scope)).toMatchObject({ pairs, codes });
  });

  it('binds a connection of another type to the role whose trust names it the closest', () => {
    const roles = [
      role('wide', statement(VSTOKEN, sub('sc://contoso/*', 'StringLike'))),
      role('near', statement(VSTOKEN, sub('sc://contoso/P1/c*', 'StringLike'))),
      role('own', statement(VSTOKEN, sub('sc://contoso/P1/c2'))),
    ];
    const other = (number: number) =>
      connection(number, { type: 'azurerm', requestedRoleArn: '', oidc: 'off' });
    expect(runImport([other(1), other(2)], makeAccount(roles)).pairs).toEqual(['c1 near any', 'c2 own any']);
  });

  it('names a connection that two trusts name alike, and asks nobody to choose for it', () => {
    const alike = [statement(VSTOKEN, sub('sc://contoso/P1/c1'))];
    const unasked = connection(1, { requestedRoleArn: '' });
    expect(runImport([unasked], makeAccount([role('a', ...alike), role('b', ...alike)])).codes).toEqual([
      'import.several-roles',
    ]);
  });

  it('leaves out whom a Deny surely keeps out, and keeps one that may', () => {
    const allowing = statement(VSTOKEN, sub('sc://contoso/P1/c1'));
    const denying = (condition: Json) => statement(VSTOKEN, condition, { Effect: 'Deny', Principal: '*' });
    const sure = makeAccount([role('a', allowing, denying({ StringLike: { [`${VSTOKEN}:sub`]: '*' } }))]);
    expect(runImport([asking(1, 'a')], sure).codes).toEqual(['import.never-works']);
    const perhaps = denying({ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } });
    const { grants } = runImport([asking(1, 'a')], makeAccount([role('a', allowing, perhaps)]));
    expect(grants[0]?.trust.expectDeny).toEqual([perhaps]);
  });

  it('says the conditions of a role once, and refuses a role whose connections have different ones', () => {
    const fenced = (subject: string, vpc: string) => {
      const both = { StringEquals: { [`${VSTOKEN}:sub`]: subject, 'aws:SourceVpc': vpc } };
      return statement(VSTOKEN, both);
    };
    const same = [fenced('sc://contoso/P1/c1', 'vpc-1'), fenced('sc://contoso/P1/c2', 'vpc-1')];
    const two = [asking(1, 'a'), asking(2, 'a')];
    const { grants } = runImport(two, makeAccount([role('a', ...same)]));
    expect(grants).toMatchObject([
      { shareRole: true, trust: { conditions: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } } },
    ]);
    const other = [fenced('sc://contoso/P1/c1', 'vpc-1'), fenced('sc://contoso/P1/c2', 'vpc-2')];
    const mixed = runImport(two, makeAccount([role('a', ...other)]));
    expect(mixed.codes).toEqual(['import.not-expressible', 'import.not-expressible']);
    expect(mixed.grants).toEqual([]);
  });

  it.each<readonly [what: string, first: Json, second: Json]>([
    ['order', { IpAddress: { 'aws:SourceIp': ['a', 'b'] } }, { IpAddress: { 'aws:SourceIp': ['b', 'a'] } }],
    [
      'a list of one',
      { StringEquals: { 'aws:SourceVpc': 'v' } },
      { StringEquals: { 'aws:SourceVpc': ['v'] } },
    ],
    ['case of a key', { StringEquals: { 'aws:SourceVpc': 'v' } }, { StringEquals: { 'aws:sourcevpc': 'v' } }],
  ])('takes conditions for the same whose spelling differs in %s', (_what, first, second) => {
    const fenced = (number: number, fence: Json) => {
      const own = { StringLike: { [`${VSTOKEN}:sub`]: `sc://contoso/P1/c${number}` } };
      return statement(VSTOKEN, { ...own, ...(fence as object) });
    };
    const shared = [role('a', fenced(1, first), fenced(2, second))];
    const apart = [role('a', fenced(1, first)), role('b', fenced(2, second))];
    const twice = [role('a', fenced(1, first), fenced(1, second)), role('b', fenced(2, second))];
    for (const [asked, roles] of [['a', shared] as const, ['b', apart] as const, ['b', twice] as const]) {
      const { codes, grants } = runImport([asking(1, 'a'), asking(2, asked)], makeAccount(roles));
      expect([codes, grants.map(({ trust }) => trust.conditions)]).toEqual([[], [first]]);
    }
  });

  it('lets roles share a grant whose policies and statements are only spelled otherwise', () => {
    const spell = (actions: Json, accounts: Json) => ({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: accounts }, Action: 'sts:AssumeRole' },
        { Effect: 'Deny', Principal: '*', Action: actions },
      ],
      policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } },
    });
    const make = (number: number, name: string, { Statement: others, policy }: ReturnType<typeof spell>) => ({
      ...role(name, statement(VSTOKEN, sub(`sc://contoso/P1/c${number}`)), ...others),
      inlinePolicies: { deploy: policy },
      boundary: 'arn:aws:iam::123456789012:policy/company',
    });
    const root = 'arn:aws:iam::999999999999:root';
    const roles = [
      make(1, 'a', spell(['sts:TagSession', 'sts:GetCallerIdentity'], root)),
      make(2, 'b', spell(['sts:GetCallerIdentity', 'sts:tagsession'], ['999999999999'])),
    ];
    const { grants } = runImport([asking(1, 'a'), asking(2, 'b')], makeAccount(roles));
    expect(grants.map((grant) => grant.roles.map(({ name }) => name))).toEqual([['a', 'b']]);
  });

  it('keeps others to the letter, and says of everybody that nobody can', () => {
    const root = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'sts:AssumeRole',
    };
    const everybody = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
    const trust = {
      Version: '2012-10-17',
      Statement: [statement(VSTOKEN, sub('sc://contoso/P1/c1')), root, everybody],
    };
    const { grants } = runImport([asking(1, 'a')], makeAccount([makeRole(trust, 'a', '/')]));
    expect(grants[0]?.trust.statements).toEqual([
      { ...root, Principal: { AWS: 'arn:aws:iam::{account}:root' } },
    ]);
    expect(grants[0]?.roles[0]?.notes.join()).toContain('everybody');
  });

  it('lets names be a pattern only where the trust is one, and nothing else is named so', () => {
    const names = ['web-dev', 'web-test', 'web-prod'];
    const three = names.map((name, index) => asking(index + 1, 'a', { references: [reference(1, name)] }));
    const wide = makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/web-*', 'StringLike')))]);
    const exact = makeAccount([
      role('a', statement(VSTOKEN, sub(names.map((name) => `sc://contoso/P1/${name}`)))),
    ]);
    const fourth = connection(4, {
      type: 'generic',
      references: [reference(1, 'web-old')],
      requestedRoleArn: '',
    });
    expect(runImport(three, wide).grants[0]?.pattern).toBe('web-*');
    expect(runImport(three, exact).grants[0]?.pattern).toBeUndefined();
    const fifth = asking(5, 'b', { references: [reference(1, 'web-other')] });
    expect(runImport([...three, fourth, fifth], wide).grants[0]?.pattern).toBeUndefined();
  });

  it('says the issuer where it is not that of the organization', () => {
    const organization = {
      ...contoso,
      issuer: 'both',
      entra: { tenantId: '99999999-8888-7777-6666-555555555555' },
    } as const;
    const { grants } = runImport(
      [asking(1, 'a')],
      makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/c1')))]),
      { organizations: [organization] },
    );
    expect(grants).toMatchObject([{ issuer: 'vstoken' }]);
  });

  it('expands a pattern as far as the trust has room for the names', () => {
    const others = Array.from({ length: 100 }, (_, index) =>
      connection(index + 10, { type: 'azurerm', requestedRoleArn: '', oidc: 'off' }),
    );
    const wide = makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/*', 'StringLike')))]);
    const { pairs, codes } = runImport([asking(1, 'a'), ...others], wide);
    expect(pairs).toEqual(['c1 a aws']);
    expect(new Set(codes)).toEqual(new Set(['import.not-expressible']));
    expect(codes).toHaveLength(100);
  });

  it('keeps inline policies without a boundary, and tags of CloudFormation, with those who have them', () => {
    const trust = makeTrust(statement(VSTOKEN, sub('sc://contoso/P1/c1')));
    const inline = {
      ...makeRole(trust, 'a', '/'),
      inlinePolicies: { deploy: { Version: '2012-10-17', Statement: [] } },
    };
    const stack = { ...makeRole(trust, 'a', '/'), tags: { 'aws:cloudformation:stack-name': 'ado' } };
    for (const one of [inline, stack])
      expect(runImport([asking(1, 'a')], makeAccount([one])).grants).toMatchObject([
        { permissions: 'unmanaged', why: expect.any(String) as string },
      ]);
    const plain = { ...makeRole(trust, 'a', '/'), managedPolicies: ['arn:aws:iam::123456789012:policy/x'] };
    expect(runImport([asking(1, 'a')], makeAccount([plain])).grants).toMatchObject([
      { permissions: 'managed', managedPolicies: ['arn:aws:iam::{account}:policy/x'] },
    ]);
  });

  it('keeps the id of the account in inline policies and tags, which hold no placeholders', () => {
    const inlinePolicies = {
      deploy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::123456789012:role/{account}' },
        ],
      },
    };
    const tags = { owner: 'arn:aws:iam::123456789012:role/owner' };
    const boundary = 'arn:aws:iam::123456789012:policy/company';
    const trust = makeTrust(statement(VSTOKEN, sub('sc://contoso/P1/c1')));
    const one = { ...makeRole(trust, 'a', '/'), inlinePolicies, tags, boundary };
    expect(runImport([asking(1, 'a')], makeAccount([one])).grants).toMatchObject([
      { permissions: 'managed', inlinePolicies, tags, boundary: 'arn:aws:iam::{account}:policy/company' },
    ]);
  });

  it('guesses nothing about what was not read', () => {
    const whole = makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/c1')))]);
    const unread = { ...whole, roles: unknown('access-denied', 'Refused.') };
    const { codes, decision } = runImport([asking(1, 'a')], unread);
    expect([codes, decision.unread]).toEqual([['import.not-read'], ['account 123456789012: Refused.']]);
    const hidden = runImport([asking(1, 'a', { oidc: null })], whole);
    expect([hidden.codes, hidden.decision.unread.length]).toEqual([['import.not-read'], 1]);
    const elsewhere = { ...role('a'), account: '999999999999' as AccountObservation['account'] };
    const other = { ...makeAccount([]), roles: complete({ inScope: [elsewhere], elsewhere: [] }) };
    expect(runImport([asking(1, 'a')], other).codes).toEqual(['import.not-read']);
  });

  it.each<[string, readonly Statement[], string]>([
    [
      'a Deny of everybody',
      [
        statement(VSTOKEN, sub('sc://contoso/P1/c1')),
        statement(VSTOKEN, {}, { Effect: 'Deny', Principal: '*' }),
      ],
      'a Deny of the trust keeps it out',
    ],
    [
      'a Deny of its subject, beside one who gets in',
      [
        statement(VSTOKEN, sub(['sc://contoso/P1/c1', 'sc://contoso/P1/c2'])),
        statement(
          VSTOKEN,
          { StringEquals: { [`${VSTOKEN}:sub`]: 'sc://contoso/P1/c1' } },
          { Effect: 'Deny', Principal: '*' },
        ),
      ],
      'a Deny of the trust keeps it out',
    ],
    [
      'the subject of another',
      [statement(VSTOKEN, sub('sc://contoso/P1/c9'))],
      'it names sc://contoso/P1/c9',
    ],
    [
      'nobody of Azure DevOps',
      [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      'no statement of it lets in tokens of the organization',
    ],
  ])('says why a trust does not let the connection in: %s', (_what, statements, why) => {
    const { decision } = runImport([asking(1, 'a')], makeAccount([role('a', ...statements)]));
    const [found] = decision.findings;
    expect([found?.code, found?.message]).toEqual([
      'import.never-works',
      expect.stringContaining(`: ${why}`) as string,
    ]);
  });

  it('never says that a role is missing in a partition that was not read', () => {
    const china = connection(1, { requestedRoleArn: 'arn:aws-cn:iam::123456789012:role/a' });
    const { decision } = runImport([china], makeAccount([role('b')]));
    expect(decision.findings).toMatchObject([
      { code: 'import.not-read', message: expect.stringContaining('was read in aws') as string },
    ]);
  });

  it('leaves alone what a grant covers', () => {
    const covered = configuration().grants.map((grant) => ({ ...grant, role: { path: '/', name: ['*'] } }));
    const { decision } = runImport(
      [asking(1, 'a')],
      makeAccount([role('a', statement(VSTOKEN, sub('sc://contoso/P1/c1')))], AUDIENCES),
      { grants: covered as Configuration['grants'] },
    );
    expect([decision.accesses.length, decision.covered.length]).toEqual([0, 1]);
  });
});
