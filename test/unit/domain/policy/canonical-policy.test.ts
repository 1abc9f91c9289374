import {
  canonicalPolicy,
  compareStatements,
  policyDifferences,
  samePolicy,
} from '../../../../shared/domain/policy/canonical-policy.ts';
import type { Json, PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';

const key = 'vstoken.dev.azure.com/guid:sub';

const statement: Statement = {
  Effect: 'Allow',
  Action: ['sts:AssumeRoleWithWebIdentity'],
  Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/host' },
  Condition: { StringEquals: { [key]: ['sc://a/b/c', 'sc://a/b/d'] } },
};
const policy = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const varied = (change: Statement) => policy({ ...statement, ...change });
const principal = (value: Json) => varied({ Principal: value });
const condition = (value: Json) => varied({ Condition: value });

describe('what IAM takes for the same', () => {
  it.each([
    ['a scalar and a list of one', policy(statement), { Version: '2012-10-17', Statement: statement }],
    [
      'any order of members',
      policy(statement),
      condition({ StringEquals: { [key]: ['sc://a/b/d', 'sc://a/b/c'] } }),
    ],
    [
      'a member that stands twice',
      policy(statement),
      condition({ StringEquals: { [key]: ['sc://a/b/d', 'sc://a/b/c', 'sc://a/b/d'] } }),
    ],
    ['any case of an action', policy(statement), varied({ Action: 'STS:assumerolewithwebidentity' })],
    [
      'any case of a condition key',
      policy(statement),
      condition({ StringEquals: { [key.toUpperCase()]: ['sc://a/b/c', 'sc://a/b/d'] } }),
    ],
    ['any Sid', policy(statement), varied({ Sid: 'Mine' })],
    ['any order of statements', policy(statement, { Effect: 'Deny' }), policy({ Effect: 'Deny' }, statement)],
    [
      'an account and its root',
      principal({ AWS: '123456789012' }),
      principal({ AWS: ['arn:aws-us-gov:iam::123456789012:root'] }),
    ],
    ['a boolean and its text', condition({ Bool: { k: true } }), condition({ Bool: { k: ['true'] } })],
    [
      'a number and its text',
      condition({ NumericEquals: { k: [1, 2] } }),
      condition({ NumericEquals: { k: ['2', '1'] } }),
    ],
    ['an operator without keys and none', condition({ Bool: {} }), condition({})],
    [
      'no Version and the first one',
      { Statement: statement },
      { ...policy(statement), Version: '2008-10-17' },
    ],
  ] as const)('%s', (_what, a: PolicyDocument, b: PolicyDocument) => {
    expect(samePolicy(a, b)).toBe(true);
    expect(canonicalPolicy(a)).toEqual(canonicalPolicy(b));
    expect(policyDifferences('trust', a, b)).toEqual([]);
  });
});

describe('what differs, and where it is said to', () => {
  const at = (path: string, expected: unknown, actual: unknown) => [{ path, expected, actual }];
  const sub = statement.Condition as { StringEquals: Record<string, Json> };
  const values = sub.StringEquals[key];

  it.each([
    [
      'the Version',
      { ...policy(statement), Version: '2008-10-17' },
      at('trust.Version', '2012-10-17', '2008-10-17'),
    ],
    ['no Version', { Statement: [statement] }, at('trust.Version', '2012-10-17', '2008-10-17')],
    ['an Id', { ...policy(statement), Id: 'x' }, at('trust.Id', undefined, 'x')],
    ['the effect', varied({ Effect: 'Deny' }), at('trust.Statement[0].Effect', 'Allow', 'Deny')],
    ['the case of an effect', varied({ Effect: 'allow' }), at('trust.Statement[0].Effect', 'Allow', 'allow')],
    [
      'another action',
      varied({ Action: 'sts:*' }),
      at('trust.Statement[0].Action', statement.Action, 'sts:*'),
    ],
    [
      'one more subject',
      condition({ StringEquals: { [key]: ['sc://a/b/c', 'sc://a/b/d', 'sc://a/b/e'] } }),
      at(`trust.Statement[0].Condition.StringEquals.${key}`, values, [
        'sc://a/b/c',
        'sc://a/b/d',
        'sc://a/b/e',
      ]),
    ],
    [
      'the case of a subject',
      condition({ StringEquals: { [key]: ['sc://a/b/c', 'sc://a/b/D'] } }),
      at(`trust.Statement[0].Condition.StringEquals.${key}`, values, ['sc://a/b/c', 'sc://a/b/D']),
    ],
    [
      'an operator',
      condition({ StringLike: { [key]: ['sc://a/b/c', 'sc://a/b/d'] } }),
      [
        { path: `trust.Statement[0].Condition.StringEquals.${key}`, expected: values, actual: undefined },
        { path: `trust.Statement[0].Condition.StringLike.${key}`, expected: undefined, actual: values },
      ],
    ],
    [
      'the case of an operator',
      condition({ stringequals: { [key]: ['sc://a/b/c', 'sc://a/b/d'] } }),
      [
        { path: `trust.Statement[0].Condition.StringEquals.${key}`, expected: values, actual: undefined },
        { path: `trust.Statement[0].Condition.stringequals.${key}`, expected: undefined, actual: values },
      ],
    ],
    [
      'a key in two cases',
      condition({ StringEquals: { [key]: ['sc://a/b/c', 'sc://a/b/d'], [key.toUpperCase()]: '*' } }),
      at(`trust.Statement[0].Condition.StringEquals.${key}`, values, ['sc://a/b/c', 'sc://a/b/d', '*']),
    ],
    [
      'a principal of another kind beside it',
      principal({ Federated: 'arn:aws:iam::123456789012:oidc-provider/host', AWS: '*' }),
      at('trust.Statement[0].Principal.AWS', undefined, '*'),
    ],
    [
      'a NotPrincipal',
      varied({ NotPrincipal: { AWS: '1' } }),
      at('trust.Statement[0].NotPrincipal.AWS', undefined, '1'),
    ],
    ['a NotAction', varied({ NotAction: 'x' }), at('trust.Statement[0].NotAction', undefined, 'x')],
    ['a new element', varied({ Unless: { a: [1] } }), at('trust.Statement[0].Unless', undefined, { a: [1] })],
    [
      'one more statement',
      policy(statement, { Effect: 'Deny' }),
      at('trust.Statement[1]', undefined, { Effect: 'Deny' }),
    ],
    [
      'a statement that stands twice',
      policy(statement, statement),
      at('trust.Statement[1]', undefined, statement),
    ],
    ['no statement', policy(), at('trust.Statement[0]', statement, undefined)],
    [
      'a document that could not be read',
      { Unreadable: '{' },
      [
        { path: 'trust.Version', expected: '2012-10-17', actual: undefined },
        { path: 'trust.Unreadable', expected: undefined, actual: '{' },
        { path: 'trust.Statement[0]', expected: statement, actual: undefined },
      ],
    ],
  ])('%s', (_what, actual: PolicyDocument, differences) => {
    expect(policyDifferences('trust', policy(statement), actual)).toStrictEqual(differences);
    expect(samePolicy(policy(statement), actual)).toBe(false);
  });

  it('pairs statements by likeness, not by place', () => {
    const deny: Statement = { Effect: 'Deny', Action: 'a:*', Resource: ['x', 'y'] };
    const expected = policy(statement, deny, { ...deny, Resource: 'z' });
    const actual = policy({ ...deny, Resource: 'z' }, { ...deny, Action: 'b:*' }, statement);
    expect(policyDifferences('policies.inline.p', expected, actual)).toEqual(
      at('policies.inline.p.Statement[1].Action', 'a:*', 'b:*'),
    );
  });

  it.each([
    ['a resource in another case', { Resource: 'arn:a' }, { Resource: 'arn:A' }],
    ['a text and the number in an element that is not understood', { Odd: '1' }, { Odd: 1 }],
    ['the order of a list that is not understood', { Odd: ['a', 'b'] }, { Odd: ['b', 'a'] }],
    ['nobody and no principal', { Principal: {} }, {}],
    ['everybody in its two spellings', { Principal: '*' }, { Principal: { AWS: '*' } }],
    [
      'the root of an account outside of AWS principals',
      { Principal: { Federated: '123456789012' } },
      { Principal: { Federated: 'arn:aws:iam::123456789012:root' } },
    ],
    ['a Kelvin sign and a k', { Action: 'x:k' }, { Action: 'x:\u212a' }],
    ['a condition without values and none', { Condition: { Bool: { k: [] } } }, {}],
    ['a condition that is a text', { Condition: 'x' }, {}],
    ['an operator that is a list', { Condition: { Bool: [] } }, {}],
    ['null and too large a number', { Odd: null }, { Odd: Infinity }],
  ])('%s', (_what, a: Statement, b: Statement) => {
    expect(samePolicy(policy(a), policy(b))).toBe(false);
    expect(policyDifferences('p', policy(a), policy(b)).length).toBeGreaterThan(0);
  });
});

it('compares statements: what the live document has alone first, one that stands twice twice', () => {
  const foreign = { ...statement, Condition: { StringLike: { [key]: '*' } } };
  const compared = compareStatements(
    policy(statement),
    policy(foreign, { ...statement, Sid: 'Own' }, statement),
  );
  expect(compared.map(({ change }) => change)).toEqual(['added', 'added', 'kept']);
  expect(compareStatements(policy(statement), policy()).map(({ change }) => change)).toEqual(['removed']);
  expect(
    compareStatements(
      policy(statement),
      condition({ StringEquals: { [key]: ['sc://a/b/d', 'sc://a/b/c'] } }),
    ),
  ).toEqual([{ change: 'kept', statement: expect.anything() as unknown }]);
});
