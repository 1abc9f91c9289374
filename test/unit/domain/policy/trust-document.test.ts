import type { ProviderArn } from '../../../../shared/domain/kernel/ids.ts';
import type { PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { renderPolicy } from '../../../../shared/domain/policy/policy-document.ts';
import {
  buildTrust,
  CLOSED_SUBJECT,
  compareTrust,
  foreignDenials,
  trustSize,
} from '../../../../shared/domain/policy/trust-document.ts';
import { readManagedTrust } from '../../../builders/managed-trust.ts';
import type { TrustBinding } from '../../../../shared/domain/policy/trust-document.ts';

const issuer = 'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555';
const audience = 'api://AzureADTokenExchange';
const [one, two, three] = [
  'sc://contoso/Shop/one',
  'sc://contoso/Shop/two',
  'sc://contoso/Shop/three',
] as const;

const binding = (...subjects: string[]): TrustBinding => ({
  providerArn: `arn:aws:iam::123456789012:oidc-provider/${issuer}` as ProviderArn,
  issuer,
  audience,
  subjects,
});
const otherIssuer = 'login.microsoftonline.com/tenant/v2.0';
const entra: TrustBinding = {
  providerArn: `arn:aws:iam::123456789012:oidc-provider/${otherIssuer}` as ProviderArn,
  issuer: otherIssuer,
  audience: 'application',
  subjects: ['prefix/sc/organization/connection'],
};

const statements = (document: PolicyDocument): readonly Statement[] => [document.Statement ?? []].flat();
const makeStatement = (value: TrustBinding): Statement => statements(buildTrust([value]))[0] ?? {};
const trust = (...members: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: members,
});
const withCondition = (value: TrustBinding, condition: Statement): Statement => {
  const statement = makeStatement(value);
  return { ...statement, Condition: { ...(statement.Condition as Statement), ...condition } };
};
const deny: Statement = { Effect: 'Deny', Principal: '*', Action: 'sts:*' };
const byAddress = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };

describe('the trust of a managed role', () => {
  it('is one statement with exact audience and subject', () => {
    expect(renderPolicy(buildTrust([binding(one)]))).toBe(
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",` +
        `"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/${issuer}"},` +
        `"Condition":{"StringEquals":{"${issuer}:aud":"${audience}","${issuer}:sub":"${one}"}}}]}`,
    );
  });

  it('lists several subjects once each, in order', () => {
    expect(buildTrust([binding(two, one, two)])).toEqual(buildTrust([binding(one, two)]));
    expect(renderPolicy(buildTrust([binding(two, one)]))).toContain(`:sub":["${one}","${two}"]`);
  });

  it('is closed by a subject that no issuer can mint', () => {
    expect(CLOSED_SUBJECT).toBe('closed');
    expect(buildTrust([binding()])).toEqual(buildTrust([binding('closed')]));
    expect(readManagedTrust(buildTrust([binding()]))).toEqual([binding()]);
  });

  it.each(['*', 'sc://a/b/?', 'sc://a/b/${x}', 'sc://a/b/${'])('is never built of %s', (unsafe) => {
    expect(() => buildTrust([binding(one, unsafe)])).toThrow('IAM could read more than itself');
    expect(() => buildTrust([{ ...binding(one), audience: unsafe }])).toThrow(
      'IAM could read more than itself',
    );
  });

  it('is measured without white space, as the quota is', () => {
    const document = buildTrust([binding('sc://contoso/My Shop/the one')]);
    expect(trustSize(document)).toBe(renderPolicy(document).length - 2);
  });
});

describe('reading a managed trust', () => {
  it('gives back what was written', () => {
    expect(readManagedTrust(buildTrust([binding(one, two), entra]))).toEqual([binding(one, two), entra]);
  });

  it('sees through the spellings of IAM', () => {
    const { Effect, Action, Principal } = makeStatement(binding(one));
    const spelled = {
      Version: '2012-10-17',
      Statement: {
        Sid: 'Azfed',
        Condition: { StringEquals: { [`${issuer}:SUB`]: [one], [`${issuer}:aud`]: [audience] } },
        Principal: { Federated: [(Principal as { Federated: string }).Federated] },
        Action: [Action ?? null],
        Effect: Effect ?? null,
      },
    };
    expect(readManagedTrust(spelled)).toEqual([binding(one)]);
  });

  it.each<[string, PolicyDocument]>([
    ['a Deny beside it', trust(makeStatement(binding(one)), deny)],
    ['one more condition', trust(withCondition(binding(one), byAddress))],
    [
      'a wildcard operator',
      trust({ ...makeStatement(binding(one)), Condition: { StringLike: { [`${issuer}:sub`]: one } } }),
    ],
    [
      'no audience',
      trust({ ...makeStatement(binding(one)), Condition: { StringEquals: { [`${issuer}:sub`]: one } } }),
    ],
    [
      'no subject',
      trust({ ...makeStatement(binding(one)), Condition: { StringEquals: { [`${issuer}:aud`]: audience } } }),
    ],
    [
      'two audiences',
      trust(
        withCondition(binding(one), {
          StringEquals: { [`${issuer}:aud`]: [audience, 'x'], [`${issuer}:sub`]: one },
        }),
      ),
    ],
    [
      'a policy variable',
      trust(
        withCondition(binding(one), {
          StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: '${' + issuer + ':sub}' },
        }),
      ),
    ],
    [
      'keys of another issuer',
      trust({ ...makeStatement(binding(one)), Condition: makeStatement(entra).Condition ?? null }),
    ],
    [
      'two providers',
      trust({
        ...makeStatement(binding(one)),
        Principal: { Federated: [binding().providerArn, entra.providerArn] },
      }),
    ],
    [
      'a SAML provider',
      trust({
        ...makeStatement(binding(one)),
        Principal: { Federated: 'arn:aws:iam::123456789012:saml-provider/x' },
      }),
    ],
    ['everybody', trust({ ...makeStatement(binding(one)), Principal: '*' })],
    ['an old Version', { ...buildTrust([binding(one)]), Version: '2008-10-17' }],
    ['an Id', { ...buildTrust([binding(one)]), Id: 'x' }],
    ['another action', trust({ ...makeStatement(binding(one)), Action: 'sts:*' })],
    ['a resource', trust({ ...makeStatement(binding(one)), Resource: '*' })],
    ['a document that could not be read', { Unreadable: '{' }],
  ])('gives nothing for %s', (_what, document) => {
    expect(readManagedTrust(document)).toBeUndefined();
  });
});

describe('a live trust compared with the desired one', () => {
  const both = [binding(one, two)];

  it.each<[string, PolicyDocument, readonly TrustBinding[], string]>([
    ['the same', buildTrust(both), both, 'same'],
    ['closed, and meant to be', buildTrust([binding()]), [binding()], 'same'],
    ['the same under a Sid', trust({ ...makeStatement(binding(two, one)), Sid: 'x' }), both, 'same'],
    ['one of two subjects', buildTrust([binding(one)]), both, 'narrower'],
    ['closed', buildTrust([binding()]), both, 'narrower'],
    ['one of two issuers', buildTrust(both), [...both, entra], 'narrower'],
    ['with a Deny on top', trust(makeStatement(binding(one, two)), deny), both, 'narrower'],
    ['with a Deny on top of fewer', trust(makeStatement(binding(one)), deny), both, 'narrower'],
    ['a Deny alone', trust(deny), both, 'narrower'],
    ['no statement', trust(), both, 'narrower'],
    [
      'with a condition of somebody else',
      trust(withCondition(binding(one, two), byAddress)),
      both,
      'narrower',
    ],
    [
      'with one that nobody knows',
      trust(withCondition(binding(one, two), { Strange: { 'aws:x': 'y' } })),
      both,
      'narrower',
    ],
    ['one more subject', buildTrust([binding(one, two, three)]), both, 'wider'],
    ['one more issuer', buildTrust([...both, entra]), both, 'wider'],
    [
      'one more statement',
      trust(makeStatement(binding(one, two)), { ...deny, Effect: 'Allow' }),
      both,
      'wider',
    ],
    [
      'a wildcard',
      trust({ ...makeStatement(binding(one)), Condition: { StringLike: { [`${issuer}:sub`]: 'sc://*' } } }),
      both,
      'wider',
    ],
    ['an old Version', { ...buildTrust(both), Version: '2008-10-17' }, both, 'wider'],
    ['open, and meant to be closed', buildTrust([binding(one)]), [binding()], 'wider'],
    [
      'another role, where it is meant to be closed',
      trust({ ...deny, Effect: 'Allow', Principal: { AWS: '123456789012' } }),
      [binding()],
      'wider',
    ],
    ['unreadable, where it is meant to be closed', { Unreadable: '{' }, [binding()], 'wider'],
    ['another subject', buildTrust([binding(three)]), both, 'mixed'],
    ['one of two subjects and another', buildTrust([binding(one, three)]), both, 'mixed'],
    ['another audience', buildTrust([{ ...binding(one, two), audience: 'x' }]), both, 'mixed'],
    ['another issuer', buildTrust([entra]), both, 'mixed'],
    ['unreadable', { Unreadable: '{' }, both, 'mixed'],
    ['wider, under a Deny', trust({ ...deny, Effect: 'Allow' }, deny), both, 'mixed'],
    [
      'wider, under a condition nobody knows',
      trust({ ...deny, Effect: 'Allow', Condition: { Strange: { x: 'y' } } }),
      both,
      'mixed',
    ],
    ['cut in another way', trust(makeStatement(binding(one)), makeStatement(binding(two))), both, 'mixed'],
    [
      'every action, for fewer subjects',
      trust({ ...makeStatement(binding(one)), Action: 'sts:*' }),
      both,
      'mixed',
    ],
    [
      'fewer subjects, and a document with an element nobody knows',
      { ...buildTrust([binding(one)]), Unless: 'x' },
      both,
      'mixed',
    ],
    [
      'fewer subjects in an old Version',
      { ...buildTrust([binding(one)]), Version: '2008-10-17' },
      both,
      'mixed',
    ],
    ['with an element nobody knows', trust({ ...makeStatement(binding(one)), Unless: 'x' }), both, 'mixed'],
    [
      'our operator in another case beside it',
      trust(withCondition(binding(one), { stringequals: { [`${issuer}:sub`]: three } })),
      both,
      'mixed',
    ],
    [
      'our key in another case beside it',
      trust(
        withCondition(binding(one), {
          StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: one, [`${issuer}:SUB`]: three },
        }),
      ),
      both,
      'mixed',
    ],
  ])('%s', (_what, observed, desired, answer) => {
    expect(compareTrust(observed, desired)).toBe(answer);
  });
});

describe('denials of somebody else', () => {
  it('are all statements that deny', () => {
    expect(foreignDenials(trust(makeStatement(binding(one)), deny))).toEqual([deny]);
    expect(foreignDenials(buildTrust([binding(one)]))).toEqual([]);
    expect(foreignDenials({ Unreadable: '{' })).toEqual([]);
  });
});
