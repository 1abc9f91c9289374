import { lintAccount } from '../../../../shared/domain/lint/lint.ts';
import type { LintResult } from '../../../../shared/domain/lint/lint-entries.ts';
import type { Json, PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { organizationId } from '../../../builders/domain-ids.ts';
import {
  makeAccount,
  AUDIENCES,
  ENTRA,
  entraSubject,
  OURS,
  provider,
  makeRole,
  statement,
  makeTrust,
  VSTOKEN,
} from '../../../builders/lint-account.ts';

const known = { organizations: [OURS] };
const CONNECTION = '7c1d6f1e-5f5a-4d3f-8f0a-3a2b1c0d9e8f';
const SUBJECT = 'sc://contoso/Shop/prod';
const IMPOSTOR = organizationId(7);
const foreign = `vstoken.dev.azure.com/${IMPOSTOR}`;
const github = 'token.actions.githubusercontent.com';

const aud = (issuer = VSTOKEN) => ({ [`${issuer}:aud`]: AUDIENCES[issuer] ?? 'api://AzureADTokenExchange' });
const sub = (value: Json = SUBJECT, issuer = VSTOKEN) => ({ [`${issuer}:sub`]: value });
const exact = { StringEquals: { ...aud(), ...sub() } };
const entra = (value: string) => ({ StringEquals: aud(ENTRA), StringLike: sub(value, ENTRA) });

/** `critical trust.subject-missing`, worst first. */
const notified = (results: readonly LintResult[]) =>
  results.map(({ severity, code }) => `${severity} ${code}`);
const lintOne = (trust: PolicyDocument) => lintAccount(makeAccount([makeRole(trust)]), known);
const one = (condition: Json, changes: Readonly<Record<string, Json>> = {}, issuer = VSTOKEN) =>
  lintOne(makeTrust(statement(issuer, condition, changes)));

describe('a trust that is tight', () => {
  const tight: readonly (readonly [string, PolicyDocument])[] = [
    ['exact subject and audience', makeTrust(statement(VSTOKEN, exact))],
    [
      'a list of exact subjects',
      makeTrust(statement(VSTOKEN, { StringEquals: { ...aud(), ...sub([SUBJECT, `${SUBJECT}-2`]) } })),
    ],
    [
      'Entra, exact',
      makeTrust(
        statement(ENTRA, { StringEquals: { ...aud(ENTRA), ...sub(entraSubject(OURS, CONNECTION), ENTRA) } }),
      ),
    ],
    [
      'both issuers, for a move from one to the other',
      makeTrust(
        statement(VSTOKEN, exact),
        statement(ENTRA, { StringEquals: { ...aud(ENTRA), ...sub(entraSubject(OURS, CONNECTION), ENTRA) } }),
      ),
    ],
    [
      'keys in capitals',
      makeTrust(
        statement(VSTOKEN, {
          StringEquals: {
            [`${VSTOKEN.toUpperCase()}:AUD`]: 'api://AzureADTokenExchange',
            [`${VSTOKEN.toUpperCase()}:SUB`]: SUBJECT,
          },
        }),
      ),
    ],
    [
      'a pattern beside the exact subject',
      makeTrust(statement(VSTOKEN, { ...exact, StringLike: sub('sc://*') })),
    ],
    [
      'an exception beside the exact subject',
      makeTrust(statement(VSTOKEN, { ...exact, StringNotEquals: sub('p://a/b/c') })),
    ],
    [
      'IfExists beside the exact subject',
      makeTrust(statement(VSTOKEN, { ...exact, StringEqualsIfExists: sub() })),
    ],
    [
      'a narrowing on something else',
      makeTrust(statement(VSTOKEN, { ...exact, NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
    ],
    [
      'a Deny with a pattern beside it',
      makeTrust(
        statement(VSTOKEN, exact),
        statement(VSTOKEN, { StringLike: sub('p://*') }, { Effect: 'Deny' }),
      ),
    ],
  ];
  it.each(tight)('is not reported: %s', (_name, trust) => {
    expect(notified(lintOne(trust))).toEqual([]);
  });
});

describe('a trust that is none of ours', () => {
  const others: readonly (readonly [string, PolicyDocument])[] = [
    [
      'a service',
      makeTrust(
        statement(VSTOKEN, {}, { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      ),
    ],
    [
      'an account',
      makeTrust(statement(VSTOKEN, {}, { Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' })),
    ],
    [
      'everybody of AWS, who have no token',
      makeTrust(statement(VSTOKEN, {}, { Principal: { AWS: '*' }, Action: 'sts:AssumeRole' })),
    ],
    ['GitHub, loosely', makeTrust(statement(github, { StringLike: { [`${github}:sub`]: 'repo:*' } }))],
    [
      'our issuer with an action that gives no session',
      makeTrust(statement(VSTOKEN, {}, { Action: 'sts:TagSession' })),
    ],
    [
      'an issuer that only looks alike',
      makeTrust(statement(`vstoken.dev.azure.com.example.com/${OURS}`, {})),
    ],
  ];
  it.each(others)('is left to others: %s', (_name, trust) => {
    expect(notified(lintOne(trust))).toEqual([]);
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
        makeTrust(
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
        makeAccount(
          [
            makeRole(
              makeTrust(statement(foreign, { StringEquals: { ...aud(foreign), ...sub(SUBJECT, foreign) } })),
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
      one({ StringEquals: { ...aud(ENTRA), ...sub(entraSubject(IMPOSTOR, CONNECTION), ENTRA) } }, {}, ENTRA),
      ['high trust.organization-unknown'],
    ],
    [
      'a provider that does not exist',
      lintAccount(makeAccount([makeRole(makeTrust(statement(VSTOKEN, exact)))], {}), known),
      ['medium provider.missing', 'medium trust.never-works'],
    ],
    [
      'a provider of another account',
      one(exact, { Principal: { Federated: provider(VSTOKEN).replace('123456789012', '999999999999') } }),
      ['medium provider.missing', 'medium trust.never-works'],
    ],
  ];
  it.each(rows)('is reported: %s', (_name, results, expected) => {
    expect(notified(results)).toEqual(expected);
  });
});

const SENTINEL = 'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/';
const VENDOR = 'sts.windows.net/0f0e0d0c-0b0a-4908-8706-050403020100/';
const sentinel = (
  issuer: string,
  operator = 'StringEquals',
  audience: Json = 'api://1462b192-27f7-4cb9-8523-0f4ecb54b47e',
) =>
  statement(issuer, {
    [operator]: { [`${issuer}:aud`]: audience, 'sts:RoleSessionName': 'MicrosoftSentinel_7c1d6f1e' },
  });
const withoutVersion = (one: ReturnType<typeof statement>): PolicyDocument => ({ Statement: [one] });
const connectorAccount = (trust: PolicyDocument) =>
  makeAccount([makeRole(trust)], { ...AUDIENCES, [SENTINEL]: ['api://a', 'api://b'], [VENDOR]: ['api://c'] });
const lintConnector = (trust: PolicyDocument) => notified(lintAccount(connectorAccount(trust), known));

describe("a vendor's connector", () => {
  it.each<readonly [string, PolicyDocument, readonly string[]]>([
    ['Microsoft Sentinel, as its script writes it', withoutVersion(sentinel(SENTINEL)), []],
    [
      'Defender for Cloud, as public modules write it',
      makeTrust(
        sentinel(SENTINEL, 'StringLike', ['api://4d8bed1f-eee7-4d8e-b0dc-8462049a4479', 'api://other']),
      ),
      [],
    ],
    [
      'the same for the government',
      makeTrust(sentinel('sts.windows.net/cab8a31a-1906-4287-a0d8-4eef66b95f6e/')),
      ['medium provider.missing'],
    ],
    ['of a tenant of somebody else', makeTrust(sentinel(VENDOR)), ['low trust.subject-missing']],
    [
      'without a session name',
      makeTrust(statement(SENTINEL, { StringEquals: { [`${SENTINEL}:aud`]: 'api://a' } })),
      ['critical trust.subject-missing'],
    ],
    [
      'with any session name',
      makeTrust(
        statement(SENTINEL, {
          StringEquals: { [`${SENTINEL}:aud`]: 'api://a' },
          StringLike: { 'sts:RoleSessionName': '*' },
        }),
      ),
      ['critical trust.subject-missing'],
    ],
    [
      'with the audience of service connections',
      makeTrust(sentinel(SENTINEL, 'StringEquals', 'fb60f99c-7a34-4190-8149-302f77469936')),
      ['critical trust.subject-missing'],
    ],
  ])('%s', (_name, trust, expected) => {
    expect(lintConnector(trust)).toEqual(expected);
  });

  it('is none in the tenant of the configuration, where anybody may choose a session name', () => {
    const issuer = `login.microsoftonline.com/${VENDOR.split('/')[1] ?? ''}/v2.0`;
    const issuers = [{ name: 'entra', issuer, audience: 'x', prefix: '/eid1' }] as const;
    expect(
      notified(lintAccount(connectorAccount(makeTrust(sentinel(VENDOR))), { ...known, issuers })),
    ).toEqual(['critical trust.subject-missing']);
  });
});

describe('a statement by which nobody gets in', () => {
  const organizationless = 'vstoken.dev.azure.com';
  const spelled = (key: string, operator = 'StringEquals') =>
    one({
      StringEquals: aud(),
      [operator]: { ...(operator === 'StringEquals' ? aud() : {}), [key]: SUBJECT },
    });
  it.each<readonly [string, readonly LintResult[], readonly string[]]>([
    ['a key without the organization', spelled(`${organizationless}:sub`), ['medium trust.never-works']],
    ['a key with https://', spelled(`https://${VSTOKEN}:sub`), ['medium trust.never-works']],
    [
      'a wildcard in StringEquals, which is text',
      one({ StringEquals: { ...aud(), ...sub('sc://*') } }),
      ['medium trust.never-works'],
    ],
    [
      'a subject of GitHub, by a pattern',
      one({ StringEquals: aud(), StringLike: sub('repo:contoso/app:*') }),
      ['medium trust.never-works'],
    ],
    [
      'a subject of GitHub, and no audience',
      one({ StringEquals: sub('repo:contoso/app:ref:refs/heads/main') }),
      ['medium trust.never-works'],
    ],
    [
      'no key of the issuer',
      one({ StringEquals: { [`${organizationless}:aud`]: 'x', [`${organizationless}:sub`]: SUBJECT } }),
      ['medium trust.never-works'],
    ],
    [
      'the issuer by name',
      lintAccount(
        makeAccount([makeRole(makeTrust(statement(`${organizationless}/contoso`, {})))], {
          ...AUDIENCES,
          [`${organizationless}/contoso`]: 'api://AzureADTokenExchange',
        }),
        known,
      ),
      ['medium provider.organization-unknown', 'medium trust.never-works'],
    ],
    ["another organization's key", spelled(`${foreign}:sub`), ['medium trust.never-works']],
    ['a key that its tokens never have', spelled(`${VSTOKEN}:oid`), ['medium trust.never-works']],
    [
      'the same, negated: everybody gets in',
      spelled(`${organizationless}:sub`, 'StringNotEquals'),
      ['critical trust.condition-negated', 'critical trust.subject-missing'],
    ],
    [
      'the same with IfExists: everybody gets in',
      spelled(`https://${VSTOKEN}:sub`, 'StringEqualsIfExists'),
      ['critical trust.subject-missing'],
    ],
    [
      'a Deny of everybody beside it',
      lintOne(
        makeTrust(
          statement(VSTOKEN, {}),
          statement(VSTOKEN, {}, { Effect: 'Deny', Principal: '*', Action: '*' }),
        ),
      ),
      [],
    ],
    [
      'a Deny of everybody but the subject',
      lintOne(
        makeTrust(
          statement(VSTOKEN, { StringEquals: aud(), StringLike: sub('sc://contoso/*') }),
          statement(VSTOKEN, { StringNotEquals: sub() }, { Effect: 'Deny' }),
        ),
      ),
      [],
    ],
    [
      'a Deny from some addresses: the rest gets in',
      lintOne(
        makeTrust(
          statement(VSTOKEN, { StringEquals: aud() }),
          statement(VSTOKEN, { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { Effect: 'Deny' }),
        ),
      ),
      ['critical trust.subject-missing'],
    ],
    [
      'a deleted role beside it',
      lintOne(
        makeTrust(
          statement(VSTOKEN, exact),
          statement(VSTOKEN, {}, { Principal: { AWS: 'AROAJ3S2DELETED45EXAM' }, Action: 'sts:AssumeRole' }),
        ),
      ),
      [],
    ],
    [
      'a deleted user beside it',
      one(exact, { Principal: { Federated: provider(VSTOKEN), AWS: ['AIDAJ3S2DELETED45EXAM'] } }),
      [],
    ],
  ])('%s', (_name, results, expected) => {
    expect(notified(results)).toEqual(expected);
  });
});

describe('an exact subject with a loose audience', () => {
  it.each(['StringEqualsIfExists', 'ForAllValues:StringEquals', 'StringNotEquals'])(
    '%s is medium',
    (operator) => {
      for (const [issuer, subject] of [
        [VSTOKEN, SUBJECT],
        [ENTRA, entraSubject(OURS, CONNECTION)],
      ] as const) {
        const results = notified(
          one({ StringEquals: sub(subject, issuer), [operator]: aud(issuer) }, {}, issuer),
        );
        expect(results.filter((line) => line.includes('condition-'))).toEqual([
          expect.stringMatching(/^medium /),
        ]);
        expect(results.filter((line) => line.startsWith('critical'))).toEqual([]);
      }
    },
  );
});

describe('an issuer beside those of today', () => {
  const FORMER = 'app.vstoken.visualstudio.com';
  const TENANT = '99999999-8888-7777-6666-555555555555';
  const lintIssuer = (issuer: string, condition: Json) =>
    notified(
      lintAccount(
        makeAccount([makeRole(makeTrust(statement(issuer, condition)))], {
          [issuer]: AUDIENCES[VSTOKEN] ?? '',
        }),
        known,
      ),
    );
  it.each([FORMER, `${FORMER}/${OURS}`])('reports the former issuer %s, and how loose it is', (issuer) => {
    expect(
      lintIssuer(issuer, {
        StringEquals: { [`${issuer}:aud`]: 'api://AzureADTokenExchange' },
        StringLike: sub('sc://contoso/*', issuer),
      }),
    ).toEqual([
      'critical trust.subject-wildcard',
      'medium provider.issuer-former',
      'medium trust.issuer-former',
      'medium trust.never-works',
    ]);
  });

  it.each([
    `login.microsoftonline.us/${TENANT}/v2.0`,
    `login.partner.microsoftonline.cn/${TENANT}/v2.0`,
    `login.chinacloudapi.cn/${TENANT}/v2.0`,
    `sts.chinacloudapi.cn/${TENANT}/`,
    `sts.windows.net/${TENANT}/`,
    `login.sovcloud-identity.fr/${TENANT}/v2.0`,
  ])('takes %s for Entra', (issuer) => {
    expect(lintIssuer(issuer, {})).toEqual(['critical trust.subject-missing', 'high trust.audience-missing']);
    expect(lintIssuer(issuer, { StringEquals: sub(entraSubject(IMPOSTOR, CONNECTION), issuer) })).toEqual([
      'high trust.audience-missing',
      'high trust.organization-unknown',
    ]);
  });

  it('takes the issuer that the configuration names for Entra, wherever it is', () => {
    const issuer = `tokens.example.com/${TENANT}/v2.0`;
    const account = makeAccount([makeRole(makeTrust(statement(issuer, {})))], { [issuer]: 'x' });
    const issuers = [{ name: 'entra', issuer, audience: 'x', prefix: '/eid1' }] as const;
    expect(notified(lintAccount(account, known))).toEqual([]);
    expect(notified(lintAccount(account, { ...known, issuers }))).toEqual([
      'critical trust.subject-missing',
      'high trust.audience-missing',
    ]);
  });
});
