import { lintAccount } from '../../../shared/domain/lint.ts';
import type { LintResult } from '../../../shared/domain/lint-result.ts';
import type { Json, PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import {
  accountWith,
  AUDIENCES,
  ENTRA,
  entraSubject,
  OURS,
  provider,
  roleWith,
  statement,
  trustOf,
  VSTOKEN,
} from '../../builders/lint-account.ts';

const known = { organizations: [OURS] };
const CONNECTION = '7c1d6f1e-5f5a-4d3f-8f0a-3a2b1c0d9e8f';
const SUBJECT = 'sc://contoso/Shop/prod';
const STRANGER = organizationId(7);
const foreign = `vstoken.dev.azure.com/${STRANGER}`;
const github = 'token.actions.githubusercontent.com';

const aud = (issuer = VSTOKEN) => ({ [`${issuer}:aud`]: AUDIENCES[issuer] ?? 'api://AzureADTokenExchange' });
const sub = (value: Json = SUBJECT, issuer = VSTOKEN) => ({ [`${issuer}:sub`]: value });
const exact = { StringEquals: { ...aud(), ...sub() } };
const entra = (value: string) => ({ StringEquals: aud(ENTRA), StringLike: sub(value, ENTRA) });

/** `critical trust.subject-missing`, worst first. */
const told = (results: readonly LintResult[]) => results.map(({ severity, code }) => `${severity} ${code}`);
const lintOne = (trust: PolicyDocument) => lintAccount(accountWith([roleWith(trust)]), known);
const one = (condition: Json, changes: Readonly<Record<string, Json>> = {}, issuer = VSTOKEN) =>
  lintOne(trustOf(statement(issuer, condition, changes)));

describe('a trust that is tight', () => {
  const tight: readonly (readonly [string, PolicyDocument])[] = [
    ['exact subject and audience', trustOf(statement(VSTOKEN, exact))],
    [
      'a list of exact subjects',
      trustOf(statement(VSTOKEN, { StringEquals: { ...aud(), ...sub([SUBJECT, `${SUBJECT}-2`]) } })),
    ],
    [
      'Entra, exact',
      trustOf(
        statement(ENTRA, { StringEquals: { ...aud(ENTRA), ...sub(entraSubject(OURS, CONNECTION), ENTRA) } }),
      ),
    ],
    [
      'both issuers, for a move from one to the other',
      trustOf(
        statement(VSTOKEN, exact),
        statement(ENTRA, { StringEquals: { ...aud(ENTRA), ...sub(entraSubject(OURS, CONNECTION), ENTRA) } }),
      ),
    ],
    [
      'keys in capitals',
      trustOf(
        statement(VSTOKEN, {
          StringEquals: { [`${VSTOKEN.toUpperCase()}:AUD`]: 'x', [`${VSTOKEN.toUpperCase()}:SUB`]: SUBJECT },
        }),
      ),
    ],
    [
      'a pattern beside the exact subject',
      trustOf(statement(VSTOKEN, { ...exact, StringLike: sub('sc://*') })),
    ],
    [
      'an exception beside the exact subject',
      trustOf(statement(VSTOKEN, { ...exact, StringNotEquals: sub('p://a/b/c') })),
    ],
    [
      'IfExists beside the exact subject',
      trustOf(statement(VSTOKEN, { ...exact, StringEqualsIfExists: sub() })),
    ],
    [
      'a narrowing on something else',
      trustOf(statement(VSTOKEN, { ...exact, NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
    ],
    [
      'a Deny with a pattern beside it',
      trustOf(
        statement(VSTOKEN, exact),
        statement(VSTOKEN, { StringLike: sub('p://*') }, { Effect: 'Deny' }),
      ),
    ],
    [
      'wildcards in StringEquals, which are text',
      trustOf(statement(VSTOKEN, { StringEquals: { ...aud(), ...sub('sc://*') } })),
    ],
  ];
  it.each(tight)('is not reported: %s', (_name, trust) => {
    expect(told(lintOne(trust))).toEqual([]);
  });
});

describe('a trust that is none of ours', () => {
  const others: readonly (readonly [string, PolicyDocument])[] = [
    [
      'a service',
      trustOf(
        statement(VSTOKEN, {}, { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      ),
    ],
    [
      'an account',
      trustOf(statement(VSTOKEN, {}, { Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' })),
    ],
    [
      'everybody of AWS, who have no token',
      trustOf(statement(VSTOKEN, {}, { Principal: { AWS: '*' }, Action: 'sts:AssumeRole' })),
    ],
    ['GitHub, loosely', trustOf(statement(github, { StringLike: { [`${github}:sub`]: 'repo:*' } }))],
    [
      'our issuer with an action that gives no session',
      trustOf(statement(VSTOKEN, {}, { Action: 'sts:TagSession' })),
    ],
    ['an issuer that only looks alike', trustOf(statement(`vstoken.dev.azure.com.example.com/${OURS}`, {}))],
  ];
  it.each(others)('is left to others: %s', (_name, trust) => {
    expect(told(lintOne(trust))).toEqual([]);
  });
});

describe('a trust that is loose', () => {
  const noSubject = 'critical trust.subject-missing';
  const noAudience = 'medium trust.audience-missing';
  const audience = { StringEquals: aud() };
  const withSubject = (operator: string, value: Json = SUBJECT) =>
    one({ StringEquals: aud(), [operator]: sub(value) });
  const rows: readonly (readonly [string, readonly LintResult[], readonly string[]])[] = [
    ['no condition', one({}), [noSubject, noAudience]],
    ['no subject', one(audience), [noSubject]],
    ['no subject, Entra', one({ StringEquals: aud(ENTRA) }, {}, ENTRA), [noSubject]],
    ['no audience', one({ StringEquals: sub() }), [noAudience]],
    [
      'no audience, Entra',
      one({ StringEquals: sub(entraSubject(OURS, CONNECTION), ENTRA) }, {}, ENTRA),
      ['high trust.audience-missing'],
    ],
    [
      'audience by pattern',
      one({ StringEquals: sub(), StringLike: { [`${VSTOKEN}:aud`]: '*' } }),
      ['medium trust.audience-wildcard'],
    ],
    [
      'pattern within a project',
      withSubject('StringLike', 'sc://contoso/Shop/*'),
      ['high trust.subject-wildcard'],
    ],
    [
      'pattern of one letter',
      withSubject('StringLike', 'sc://contoso/Shop/prod-?'),
      ['high trust.subject-wildcard'],
    ],
    [
      'pattern of an organization',
      withSubject('StringLike', 'sc://contoso/*'),
      ['critical trust.subject-wildcard'],
    ],
    [
      'pattern in the place of a project',
      withSubject('StringLike', 'sc://contoso/*/prod'),
      ['critical trust.subject-wildcard'],
    ],
    [
      'pattern in the name of a project',
      withSubject('StringLike', 'sc://contoso/Shop*'),
      ['critical trust.subject-wildcard'],
    ],
    [
      'one wide pattern among narrow ones',
      withSubject('StringLike', ['sc://contoso/Shop/*', '*']),
      ['critical trust.subject-wildcard'],
    ],
    [
      'Entra, all of an organization',
      one(entra(entraSubject(OURS, '*')), {}, ENTRA),
      ['critical trust.subject-wildcard'],
    ],
    ['Entra, all of a tenant', one(entra('/eid1/*'), {}, ENTRA), ['critical trust.subject-wildcard']],
    [
      'Entra, part of a connection id',
      one(entra(entraSubject(OURS, '7c1d*')), {}, ENTRA),
      ['high trust.subject-wildcard'],
    ],
    ['without regard to case', withSubject('StringEqualsIgnoreCase'), ['medium trust.subject-ignores-case']],
    ['IfExists', withSubject('StringEqualsIfExists'), ['critical trust.condition-if-exists']],
    ['ForAllValues', withSubject('ForAllValues:StringEquals'), ['critical trust.condition-for-all-values']],
    ['negated', withSubject('StringNotEquals'), ['critical trust.condition-negated', noSubject]],
    [
      'policy variable',
      one({ StringEquals: { ...aud(), ...sub(`\${${VSTOKEN}:sub}`) } }),
      ['critical trust.policy-variable'],
    ],
    [
      'a pipeline',
      one({ StringEquals: { ...aud(), ...sub('p://contoso/Shop/build') } }),
      ['high trust.subject-pipeline'],
    ],
    [
      'GitHub beside it',
      one(exact, { Principal: { Federated: [provider(VSTOKEN), provider(github)] } }),
      ['medium trust.principal-foreign'],
    ],
    [
      'a role beside it',
      lintOne(
        trustOf(
          statement(VSTOKEN, exact),
          statement(
            VSTOKEN,
            {},
            { Principal: { AWS: 'arn:aws:iam::123456789012:role/admin' }, Action: 'sts:AssumeRole' },
          ),
        ),
      ),
      ['medium trust.principal-foreign'],
    ],
    [
      'everybody beside it',
      one(exact, { Principal: { Federated: provider(VSTOKEN), AWS: '*' } }),
      ['critical trust.principal-foreign'],
    ],
    [
      'everybody, by a condition on our issuer',
      one(exact, { Principal: '*' }),
      ['critical trust.principal-foreign'],
    ],
    [
      'everybody with a token',
      one({}, { Principal: '*' }),
      ['critical trust.principal-foreign', noSubject, noAudience],
    ],
    [
      'NotPrincipal',
      lintOne({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          NotPrincipal: { AWS: '123456789012' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: exact,
        },
      }),
      ['critical trust.not-principal'],
    ],
    ['every action', one(exact, { Action: 'sts:*' }), ['medium trust.action-broad']],
    ['an operator nobody knows', withSubject('StringResembles'), [noSubject, 'high trust.not-understood']],
    ['unreadable', lintOne({ Unreadable: '{' }), ['high trust.not-understood']],
    [
      'an organization that is not configured',
      lintAccount(
        accountWith(
          [
            roleWith(
              trustOf(statement(foreign, { StringEquals: { ...aud(foreign), ...sub(SUBJECT, foreign) } })),
            ),
          ],
          { ...AUDIENCES, [foreign]: 'api://AzureADTokenExchange' },
        ),
        known,
      ),
      ['high trust.organization-unknown', 'medium provider.organization-unknown'],
    ],
    [
      'an organization that is not configured, in a subject of Entra',
      one({ StringEquals: { ...aud(ENTRA), ...sub(entraSubject(STRANGER, CONNECTION), ENTRA) } }, {}, ENTRA),
      ['high trust.organization-unknown'],
    ],
    [
      'a provider that does not exist',
      lintAccount(accountWith([roleWith(trustOf(statement(VSTOKEN, exact)))], {}), known),
      ['medium provider.missing'],
    ],
    [
      'a provider of another account',
      one(exact, { Principal: { Federated: provider(VSTOKEN).replace('123456789012', '999999999999') } }),
      ['medium provider.missing'],
    ],
  ];
  it.each(rows)('is reported: %s', (_name, results, expected) => {
    expect(told(results)).toEqual(expected);
  });
});
