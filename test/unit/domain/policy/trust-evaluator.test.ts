import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderArn } from '../../../../shared/domain/kernel/ids.ts';
import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { evaluateTrust } from '../../../../shared/domain/policy/trust-evaluator.ts';
import type { TrustDecision, WebIdentityRequest } from '../../../../shared/domain/policy/trust-evaluator.ts';
import { trustWeaknesses } from '../../../../shared/domain/policy/trust-weaknesses.ts';

type Verdict = 'allowed' | 'may-allow' | 'denied';

interface TrustCases {
  readonly requests: Readonly<Record<string, WebIdentityRequest>>;
  readonly trusts: Readonly<
    Record<
      string,
      {
        readonly policy: PolicyDocument;
        readonly weaknesses: readonly string[];
        /** Name of the request, verdict, why. */
        readonly verdicts: readonly (readonly [string, Verdict, string])[];
      }
    >
  >;
}

const issuer = 'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555';
const other = 'login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0';
const own = `arn:aws:iam::123456789012:oidc-provider/${issuer}` as ProviderArn;

function readTable(): TrustCases {
  const text = readFileSync(join(__dirname, '../../../fixtures/trust-cases.json'), 'utf8')
    .replaceAll('<issuer>', issuer)
    .replaceAll('<ISSUER>', issuer.toUpperCase())
    .replaceAll('<other issuer>', other)
    .replaceAll('<provider>', own)
    .replaceAll('<other provider>', `arn:aws:iam::123456789012:oidc-provider/${other}`);
  return JSON.parse(text) as TrustCases;
}

const { requests, trusts } = readTable();
const cases = Object.entries(trusts).flatMap(([document, { verdicts }]) =>
  verdicts.map(([request, verdict, why]) => ({ document, request, verdict, why })),
);

function decide(document: string, request: string): TrustDecision {
  const [entry, token] = [trusts[document], requests[request]];
  if (!entry || !token) throw new Error(`the table has no ${document} or no ${request}`);
  return evaluateTrust(entry.policy, token);
}

function decideVerdict(document: string, request: string): Verdict {
  const decision = decide(document, request);
  if (decision.decision === 'denied') return 'denied';
  return decision.isCertain ? 'allowed' : 'may-allow';
}

describe('what a trust decides about a token', () => {
  it.each(cases)('$document, $request: $verdict ($why)', ({ document, request, verdict }) => {
    expect(decideVerdict(document, request)).toBe(verdict);
  });

  it('has beside every denial a control: the document lets another token in, or another document this one', () => {
    const admitted = cases.filter(({ verdict }) => verdict !== 'denied');
    const uncontrolled = cases.filter(
      ({ verdict, document, request }) =>
        verdict === 'denied' &&
        !admitted.some((control) => control.document === document || control.request === request),
    );
    expect(uncontrolled).toEqual([]);
  });

  it('uses every request of the table', () => {
    expect(new Set(cases.map(({ request }) => request))).toEqual(new Set(Object.keys(requests)));
  });
});

describe('which weaknesses a trust has', () => {
  it.each(Object.entries(trusts))('%s', (_name, { policy, weaknesses }) => {
    const codes = trustWeaknesses(policy, [own]).map(({ code }) => code);
    expect([...new Set(codes)].sort()).toEqual(weaknesses);
  });

  it('names one in every document that lets in a token whose subject it does not spell out', () => {
    const intruders = cases.filter(({ document, request, verdict }) => {
      const subject = JSON.stringify(requests[request]?.subject);
      const spelled = JSON.stringify(trusts[document]?.policy);
      return verdict !== 'denied' && !spelled.includes(subject);
    });
    const unnamed = intruders.filter(({ document }) => trusts[document]?.weaknesses.length === 0);
    // An escape spells its character out; the variables are of keys that no token of this issuer has. Nothing else may
    // let a token in unnoticed.
    expect(unnamed.map(({ document }) => document)).toEqual([
      'variable without default',
      'variable in StringLike',
      'variable of many values',
      'escaped star in StringLike',
      'escaped dollar',
    ]);
    expect(intruders.length).toBeGreaterThan(40);
  });
});

describe('what a decision says', () => {
  it('names the statement that allows', () => {
    expect(decide('two statements', 'second')).toEqual({
      decision: 'allowed',
      statement: 1,
      isCertain: true,
    });
  });

  it('names the statement that denies explicitly', () => {
    expect(decide('Deny of the exact token', 'exact')).toEqual({
      decision: 'denied',
      statement: 1,
      reason: 'statement 2 denies explicitly',
    });
  });

  it('names what the token lacks when nothing allows', () => {
    expect(decide('exact', 'second')).toEqual({
      decision: 'denied',
      reason: `statement 1 asks for another Condition StringEquals ${issuer}:sub`,
    });
    expect(decide('exact', 'other account')).toEqual({
      decision: 'denied',
      reason: 'statement 1 asks for another Principal',
    });
    expect(decide('no statement', 'exact')).toEqual({ decision: 'denied', reason: 'no statement allows' });
  });

  it('prefers an Allow that is understood', () => {
    const both = ['operator nobody knows', 'exact'].flatMap((name) => trusts[name]?.policy.Statement ?? []);
    const token = {
      providerArn: own,
      issuer,
      audience: 'api://AzureADTokenExchange',
      subject: 'sc://contoso/Shop/deploy',
    };
    expect(evaluateTrust({ Version: '2012-10-17', Statement: both }, token)).toEqual({
      decision: 'allowed',
      statement: 1,
      isCertain: true,
    });
  });
});
