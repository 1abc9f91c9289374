import type { ProviderArn } from '../../../../shared/domain/kernel/ids.ts';
import { entraProfile } from '../../../../shared/domain/issuers/issuer.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import type { TrustBinding } from '../../../../shared/domain/policy/trust-document.ts';
import { buildTrust } from '../../../../shared/domain/policy/trust-document.ts';
import { makeNamesakeVisitors, listImpostors, tryTrust } from '../../../../shared/domain/verify/trials.ts';

const makeBinding = (issuer: string, audience: string, subject: string): TrustBinding => ({
  providerArn: `arn:aws:iam::123456789012:oidc-provider/${issuer}` as ProviderArn,
  issuer,
  audience,
  subjects: [subject],
});
const vstoken = makeBinding(
  'vstoken.dev.azure.com/5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01',
  'api://AzureADTokenExchange',
  'sc://contoso/Shop/aws-prod',
);
const entra = makeBinding(
  'login.microsoftonline.com/1f1a0100-4b35-4d0c-9c7e-0c0f5e1f1a01/v2.0',
  'fb60f99c-7a34-4190-8149-302f77469936',
  '/eid1/c/pub/t/AbC/a/DeF/sc/5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01/7c9e6679-7425-40de-944b-e07fc1f90ae7',
);
const own = ({ subjects: [subject = ''] }: TrustBinding) => [
  { who: 'this connection', subject, expected: 'allowed' as const },
];

describe.each([
  ['vstoken', vstoken],
  ['Entra', entra],
])('a trust of ours for %s', (_name, binding) => {
  const trust = buildTrust([binding]);

  it('lets the connection in, by the statement that is named', () => {
    expect(tryTrust(trust, binding, own(binding))).toMatchObject([
      { decision: 'allowed', statement: 0, isAsExpected: true },
    ]);
  });

  it('keeps every impostor out', () => {
    const trials = tryTrust(trust, binding, listImpostors(binding));
    expect(trials.length).toBeGreaterThanOrEqual(3);
    expect(trials.filter(({ decision }) => decision === 'allowed')).toEqual([]);
    expect(new Set(trials.map(({ isAsExpected }) => isAsExpected))).toEqual(new Set([true]));
  });
});

describe('a trust with a condition beyond audience and subject', () => {
  const asked = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
  const trust = buildTrust([{ ...vstoken, conditions: asked }]);

  it('lets the connection in where its grant asks for the condition: no token tells who meets it', () => {
    expect(tryTrust(trust, { ...vstoken, conditions: asked }, own(vstoken))).toMatchObject([
      { decision: 'allowed', isAsExpected: true },
    ]);
  });

  it('is not decided where somebody else has put it there', () => {
    expect(tryTrust(trust, vstoken, own(vstoken))).toMatchObject([{ decision: 'uncertain' }]);
  });
});

describe('a namesake that was made again', () => {
  it('carries the very same subject under vstoken, so that IAM cannot tell', () => {
    expect(tryTrust(buildTrust([vstoken]), vstoken, makeNamesakeVisitors(vstoken))).toMatchObject([
      { subject: 'sc://contoso/Shop/aws-prod', decision: 'allowed', expected: 'untold', isAsExpected: true },
    ]);
  });

  it('carries another id under Entra, and IAM refuses it', () => {
    expect(tryTrust(buildTrust([entra]), entra, makeNamesakeVisitors(entra))).toMatchObject([
      { decision: 'denied', expected: 'denied', isAsExpected: true },
    ]);
  });
});

describe('a trust that was widened', () => {
  const wide = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: vstoken.providerArn },
      Condition: { StringLike: { [`${vstoken.issuer}:sub`]: '*://contoso/Shop/*' } },
    },
  };

  it('is told by the impostors that it lets in: pipelines of the project among them', () => {
    const letIn = tryTrust(wide, vstoken, listImpostors(vstoken)).filter(({ isAsExpected }) => !isAsExpected);
    expect(letIn.map(({ who }) => who)).toContain('any pipeline of the project');
  });

  it('proves nothing for the connection where a statement is not understood', () => {
    const strange = { ...wide, Statement: { ...wide.Statement, Whatever: 'new' } };
    expect(tryTrust(strange, vstoken, own(vstoken))).toMatchObject([
      { decision: 'uncertain', statement: 0, isAsExpected: false },
    ]);
  });
});

describe('a Deny on what a token does not tell', () => {
  const denies: Readonly<Record<string, object>> = {
    'an address': { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    'an address of version 6': { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
    'a VPC': { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } },
    'the time': { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
    'a key that stands twice': { StringEquals: { 'aws:SourceVpc': 'vpc-1', 'AWS:SourceVpc': 'vpc-2' } },
    'an operator that nobody knows': { StringResembles: { 'aws:SourceVpc': 'vpc-1' } },
  };
  it.each(Object.entries(denies))('lets the connection in for certain no more: %s', (_name, Condition) => {
    const ours = buildTrust([vstoken]);
    const trust = {
      ...ours,
      Statement: [
        ...[ours.Statement ?? []].flat(),
        { Effect: 'Deny', Principal: '*', Action: '*', Condition },
      ],
    };
    expect(tryTrust(trust as PolicyDocument, vstoken, own(vstoken))).toMatchObject([
      {
        decision: 'uncertain',
        statement: 1,
        why: expect.stringMatching(/^statement 2 may deny it: /) as string,
        isAsExpected: false,
      },
    ]);
    expect(
      tryTrust(trust as PolicyDocument, vstoken, listImpostors(vstoken)).map(({ decision }) => decision),
    ).not.toContain('allowed');
  });
});

describe('an issuer that the configuration names', () => {
  const profile = entraProfile({
    tenantId: '1f1a0100-4b35-4d0c-9c7e-0c0f5e1f1a01',
    issuer: 'tokens.example.com/v2.0',
  });
  it.each(['tokens.example.com/v2.0', 'login.microsoftonline.us/1f1a0100-4b35-4d0c-9c7e-0c0f5e1f1a01/v2.0'])(
    'has the impostors and the namesake of Entra: %s',
    (issuer) => {
      const binding = { ...entra, issuer };
      const impostors = listImpostors(binding, [profile]);
      expect(impostors.map(({ who }) => who)).not.toContain('any pipeline of the project');
      expect(
        impostors.filter(({ subject, audience }) => subject === entra.subjects[0] && audience === undefined),
      ).toEqual([]);
      expect(makeNamesakeVisitors(binding, [profile])).toMatchObject([{ expected: 'denied' }]);
    },
  );
});
