import { makeClassifier } from '../../../../shared/domain/issuers/azure-issuer.ts';
import type { Json, PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import type { LivenessFacts } from '../../../../shared/domain/policy/trust-liveness.ts';
import { judgeLiveness } from '../../../../shared/domain/policy/trust-liveness.ts';
import {
  entraSubject,
  ENTRA,
  OURS,
  provider,
  statement,
  makeTrust,
  VSTOKEN,
} from '../../../builders/lint-account.ts';

const TENANT = '99999999-8888-7777-6666-555555555555';
const CONNECTION = '7c1d6f1e-5f5a-4d3f-8f0a-3a2b1c0d9e8f';
const AUDIENCE = 'api://AzureADTokenExchange';

const facts: LivenessFacts = { providers: undefined, classify: makeClassifier([]), tenants: [TENANT] };

const trust = (issuer: string, sub: Json, more: { aud?: Json; operator?: string } = {}): PolicyDocument => {
  const { aud = AUDIENCE, operator = 'StringEquals' } = more;
  const equals = { [`${issuer}:aud`]: aud };
  return makeTrust(
    statement(
      issuer,
      operator === 'StringEquals'
        ? { StringEquals: { ...equals, [`${issuer}:sub`]: sub } }
        : { StringEquals: equals, [operator]: { [`${issuer}:sub`]: sub } },
    ),
  );
};
const withKeys = (keys: Readonly<Record<string, Json>>, issuer = VSTOKEN) =>
  makeTrust(statement(issuer, { StringEquals: keys }));

/** `never-works`, `subject-url`. */
const judge = (document: PolicyDocument, more: Partial<LivenessFacts> = {}) => {
  const { status, dead } = judgeLiveness(document, { ...facts, ...more });
  return [status, dead.map(({ reason }) => reason).join(' ')];
};

describe('a trust that never works', () => {
  const byName = 'vstoken.dev.azure.com/northwind';
  const byTenant = `vstoken.dev.azure.com/${TENANT}`;
  const former = 'app.vstoken.visualstudio.com';
  const capitals = `vstoken.dev.azure.com/ABCDEF12-0000-4000-8000-00000000ABCD`;
  const good = 'sc://northwind/Web/aws-prod';

  const rows: readonly (readonly [string, PolicyDocument, string, Partial<LivenessFacts>?])[] = [
    ['the name of the organization in the issuer', trust(byName, good), 'issuer-name'],
    ['the id of the tenant in the issuer', trust(byTenant, good), 'issuer-tenant'],
    ['no organization in the issuer', trust('vstoken.dev.azure.com', good), 'issuer-name'],
    ['the former issuer', trust(former, good), 'issuer-former'],
    ['the former issuer, with a name', trust(`${former}/northwind`, good), 'issuer-former'],
    ['an issuer in capitals', trust(capitals, good), 'issuer-spelling'],
    ['an issuer with a slash at the end', trust(`${VSTOKEN}/`, good), 'issuer-spelling'],
    ['a provider that is missing', trust(VSTOKEN, good), 'provider-missing', { providers: [] }],
    [
      'a provider with another audience',
      trust(VSTOKEN, good),
      'provider-audience',
      { listAudiences: () => ['sts.amazonaws.com'] },
    ],
    [
      'keys without the GUID',
      withKeys({ 'vstoken.dev.azure.com:aud': AUDIENCE, 'vstoken.dev.azure.com:sub': good }),
      'key-of-other-issuer',
    ],
    ['a key with https://', withKeys({ [`https://${VSTOKEN}:sub`]: good }), 'key-of-other-issuer'],
    ['the audience of STS', trust(VSTOKEN, good, { aud: 'sts.amazonaws.com' }), 'audience'],
    ['the audience of v2 tokens', trust(VSTOKEN, good, { aud: 'api://AzureADTokenV2' }), 'audience'],
    [
      'the application of Azure DevOps as audience',
      trust(VSTOKEN, good, { aud: '499b84ac-1321-427f-aa17-267ca6975798' }),
      'audience',
    ],
    ['a wildcard under StringEquals', trust(VSTOKEN, 'sc://northwind/Web/*'), 'subject-wildcard-literal'],
    [
      'a question mark under StringEquals',
      trust(VSTOKEN, 'sc://northwind/Web/aws-?'),
      'subject-wildcard-literal',
    ],
    ['GitHub', trust(VSTOKEN, 'repo:Web/app:*'), 'subject-other-system'],
    [
      'GitHub by a pattern',
      trust(VSTOKEN, 'repo:Web/app:*', { operator: 'StringLike' }),
      'subject-other-system',
    ],
    ['GitLab', trust(VSTOKEN, 'project_path:web/app:ref_type:branch:ref:main'), 'subject-other-system'],
    ['a URL', trust(VSTOKEN, `sc://https://dev.azure.com/northwind/Web/${CONNECTION}`), 'subject-url'],
    ['a host', trust(VSTOKEN, 'sc://dev.azure.com/northwind/Web/aws-prod'), 'subject-url'],
    ['a URL without sc://', trust(VSTOKEN, 'https://dev.azure.com/northwind/Web'), 'subject-url'],
    [
      'a URL by a pattern',
      trust(VSTOKEN, 'sc://https://dev.azure.com/northwind/*', { operator: 'StringLike' }),
      'subject-url',
    ],
    ['the id of the connection', trust(VSTOKEN, `sc://northwind/Web/${CONNECTION}`), 'subject-id'],
    ['the id of the project', trust(VSTOKEN, `sc://northwind/${CONNECTION}/aws-prod`), 'subject-id'],
    ['the name alone', trust(VSTOKEN, 'aws-prod'), 'subject-bare-name'],
    ['the name after sc://', trust(VSTOKEN, 'sc://aws-prod'), 'subject-incomplete'],
    ['without a project', trust(VSTOKEN, 'sc://northwind/aws-prod'), 'subject-incomplete'],
    [
      'a subject of Entra for vstoken',
      trust(VSTOKEN, entraSubject(OURS, CONNECTION)),
      'subject-other-issuer',
    ],
    [
      'a subject of vstoken for Entra',
      trust(ENTRA, good, { aud: 'fb60f99c-7a34-4190-8149-302f77469936' }),
      'subject-other-issuer',
    ],
    [
      'keys without the tenant',
      withKeys({ 'login.microsoftonline.com:sub': entraSubject(OURS, CONNECTION) }, ENTRA),
      'key-of-other-issuer',
    ],
    [
      'the action of other principals',
      makeTrust(
        statement(VSTOKEN, { StringEquals: { [`${VSTOKEN}:sub`]: good } }, { Action: 'sts:AssumeRole' }),
      ),
      'action',
    ],
    [
      'a condition that no first call meets',
      makeTrust(statement(VSTOKEN, { StringEquals: { [`${VSTOKEN}:sub`]: good, 'sts:ExternalId': 'web' } })),
      'unsatisfiable',
    ],
    ['closed by azfed', trust(VSTOKEN, 'closed'), 'closed'],
    [
      'several subjects, all of them dead',
      trust(VSTOKEN, ['aws-prod', 'sc://northwind/Web/*']),
      'subject-bare-name subject-wildcard-literal',
    ],
  ];
  it.each(rows.map(([name, ...row]) => ({ name, row })))('$name', ({ row: [document, expected, more] }) => {
    expect(judge(document, more)).toEqual(['never-works', expected]);
  });
});

describe('a trust that may work', () => {
  const good = 'sc://northwind/Web/aws-prod';
  const rows: readonly (readonly [string, PolicyDocument, Partial<LivenessFacts>?])[] = [
    [
      'the plain form',
      trust(VSTOKEN, good),
      { providers: [provider(VSTOKEN)], listAudiences: () => ['a', AUDIENCE] },
    ],
    ['providers that could not be read', trust(VSTOKEN, good), { providers: undefined }],
    [
      'a scheme in capitals under an operator that ignores case',
      trust(VSTOKEN, good.toUpperCase(), { operator: 'StringEqualsIgnoreCase' }),
    ],
    ['a name with slashes', trust(VSTOKEN, 'sc://northwind/Web/https://aws.example.com')],
    ['a pattern of a project', trust(VSTOKEN, 'sc://northwind/Web/*', { operator: 'StringLike' })],
    ['a pattern of everything', trust(VSTOKEN, '*', { operator: 'StringLike' })],
    ['a pattern that begins within the scheme', trust(VSTOKEN, 's*', { operator: 'StringLike' })],
    ['a pipeline', trust(VSTOKEN, 'p://northwind/Web/release')],
    [
      'the audience by a pattern',
      makeTrust(statement(VSTOKEN, { StringLike: { [`${VSTOKEN}:aud`]: 'api://*' } })),
    ],
    [
      'IfExists, which a missing key satisfies',
      trust(VSTOKEN, 'repo:x', { operator: 'StringEqualsIfExists' }),
    ],
    ['a policy variable', trust(VSTOKEN, '${sts:RoleSessionName}')],
    [
      'an exact subject of Entra, whatever the audience',
      trust(ENTRA, entraSubject(OURS, CONNECTION), { aud: 'x' }),
    ],
    [
      'a fence',
      makeTrust(statement(VSTOKEN, { StringEquals: { [`${VSTOKEN}:sub`]: good, 'aws:SourceVpc': 'vpc-1' } })),
    ],
    ['no condition at all', makeTrust(statement(VSTOKEN, {}))],
    ['everybody', makeTrust(statement(VSTOKEN, {}, { Principal: '*' }))],
    [
      'a Deny of everybody, which somebody may have added today',
      makeTrust(
        statement(VSTOKEN, { StringEquals: { [`${VSTOKEN}:sub`]: good } }),
        statement(VSTOKEN, {}, { Effect: 'Deny', Principal: '*' }),
      ),
    ],
  ];
  it.each(rows.map(([name, ...row]) => ({ name, row })))('$name', ({ row: [document, more] }) => {
    expect(judge(document, more)).toEqual(['possible', '']);
  });

  it('names the dead subjects beside those that may work', () => {
    const { status, dead } = judgeLiveness(trust(VSTOKEN, [good, 'aws-prod']), facts);
    expect(status).toBe('possible');
    expect(dead).toEqual([
      {
        statement: 0,
        providerArn: provider(VSTOKEN),
        reason: 'subject-bare-name',
        value: 'aws-prod',
        isWhole: false,
      },
    ]);
  });
});

describe('a trust without Azure DevOps', () => {
  const github = 'token.actions.githubusercontent.com';
  it.each<readonly [string, PolicyDocument]>([
    ['GitHub', trust(github, 'repo:Web/app:*')],
    ['an application of Entra', trust(ENTRA, '11111111-2222-4333-8444-555555555555')],
    [
      'a service',
      makeTrust(
        statement(VSTOKEN, {}, { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      ),
    ],
    ['session tags alone', makeTrust(statement(VSTOKEN, {}, { Action: 'sts:TagSession' }))],
  ])('%s is not judged', (_name, document) => {
    expect(judge(document)).toEqual(['none', '']);
  });
});
