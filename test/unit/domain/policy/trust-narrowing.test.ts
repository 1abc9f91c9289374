import type { ProviderArn } from '../../../../shared/domain/kernel/ids.ts';
import type { Conditions, TrustBinding } from '../../../../shared/domain/policy/trust-document.ts';
import { buildTrust, withConditions } from '../../../../shared/domain/policy/trust-document.ts';
import { evaluateTrust } from '../../../../shared/domain/policy/trust-evaluator.ts';
import { keepAdditions, narrowedTrust } from '../../../../shared/domain/policy/trust-narrowing.ts';
import {
  toList,
  type PolicyDocument,
  type Statement,
} from '../../../../shared/domain/policy/policy-document.ts';
import { fc } from '../../../builders/fast-check.ts';

const issuer = 'vstoken.dev.azure.com/11111111-1111-1111-1111-111111111111';
const [A, B, IMPOSTOR] = ['sc://o/p/a', 'sc://o/p/b', 'sc://o/p/impostor'];
const addresses = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
const bind = (subjects: readonly string[]): TrustBinding => ({
  providerArn: `arn:aws:iam::111122223333:oidc-provider/${issuer}` as ProviderArn,
  issuer,
  audience: 'api://AzureADTokenExchange',
  subjects,
});

const from = (...ranges: readonly string[]): Conditions => ({ IpAddress: { 'aws:SourceIp': ranges } });

/** A statement of our form for these subjects, behind a fence. */
function makeStatement(subjects: readonly string[], fence: Conditions = {}): Statement {
  const [statement = {}] = toList<Statement>(buildTrust([bind(subjects)]).Statement);
  return withConditions(statement, fence);
}

const trust = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

function canAssume(document: PolicyDocument, subject: string, address: string): boolean {
  const { subjects: _, ...token } = bind([]);
  const decision = evaluateTrust(document, { ...token, subject, extra: { 'aws:SourceIp': address } });
  return decision.decision === 'allowed' && decision.isCertain;
}

const design = (subjects: readonly string[]) => ({ bindings: [bind(subjects)], statements: [] });

describe('a trust with several statements for one connection', () => {
  it('keeps each way in when an impostor is taken out', () => {
    const live = trust(
      makeStatement([A], from('192.0.2.0/24')),
      makeStatement([A, IMPOSTOR], from('198.51.100.0/24')),
    );
    const narrowed = narrowedTrust(live, design([A])) ?? live;
    expect(addresses.map((address) => canAssume(narrowed, A, address))).toEqual([true, true, false]);
    expect(addresses.some((address) => canAssume(narrowed, IMPOSTOR, address))).toBe(false);
  });

  it('keeps each way in when another connection comes in', () => {
    const live = trust(makeStatement([A], from('192.0.2.0/24')), makeStatement([A], from('198.51.100.0/24')));
    const kept = keepAdditions(live, design([A, B]), new Map());
    expect(addresses.map((address) => canAssume(kept, A, address))).toEqual([true, true, false]);
  });

  it('keeps no fence beside a way that is open since azfed asks for its own condition no more', () => {
    const fences = [from('192.0.2.0/24'), from('198.51.100.0/24')];
    const live = trust(...fences.map((fence) => makeStatement([A], fence)));
    const [formerConditions = {}] = fences;
    const kept = keepAdditions(live, { ...design([A]), formerConditions }, new Map());
    expect(toList<Statement>(kept.Statement)).toEqual([makeStatement([A])]);
  });

  it('does not take a way that no token can go for the only one', () => {
    const foreign = { StringEquals: { 'issuer.example.com:sub': 'x' } };
    const live = trust(makeStatement([A], foreign), makeStatement([A, IMPOSTOR], from('198.51.100.0/24')));
    const narrowed = narrowedTrust(live, design([A])) ?? live;
    expect(canAssume(narrowed, A, '198.51.100.1')).toBe(true);
  });

  it('needs no fence where one of its statements keeps none of its tokens out', () => {
    const idle = { StringNotEquals: { [`${issuer}:sub`]: IMPOSTOR } };
    const live = trust(
      makeStatement([A], from('192.0.2.0/24')),
      makeStatement([A], idle),
      makeStatement([IMPOSTOR]),
    );
    const narrowed = narrowedTrust(live, design([A])) ?? live;
    expect(addresses.every((address) => canAssume(narrowed, A, address))).toBe(true);
  });
});

describe('a trust of the Version in which `${` is plain text', () => {
  const variable = `\${${issuer}:sub}`;
  /** In an older document it denies every subject, in a newer one none. */
  const denial: Statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringNotEquals: { [`${issuer}:sub`]: variable } },
  };

  it.each([['2008-10-17'], [undefined]])('keeps out whom its Deny keeps out (%s)', (Version) => {
    const { Version: _, ...rest } = trust(makeStatement([A, IMPOSTOR]), denial);
    const live = Version === undefined ? rest : { ...rest, Version };
    expect(canAssume(live, A, '192.0.2.1')).toBe(false);
    const narrowed = narrowedTrust(live, design([A])) ?? live;
    for (const document of [narrowed, keepAdditions(live, design([A]), new Map())]) {
      expect(canAssume(document, A, '192.0.2.1')).toBe(false);
      expect(keepAdditions(document, design([A]), new Map())).toEqual(document);
    }
  });

  it('leaves a variable of a newer document what it is', () => {
    const live = trust(makeStatement([A]), denial);
    expect(canAssume(keepAdditions(live, design([A]), new Map()), A, '192.0.2.1')).toBe(true);
  });

  it('keeps a fence that no token passes', () => {
    const fence = { StringLike: { 'aws:UserAgent': '${aws:UserAgent}' } };
    const live = { ...trust(makeStatement([A], fence)), Version: '2008-10-17' };
    const kept = keepAdditions(live, design([A]), new Map());
    const { subjects: _, ...token } = bind([]);
    const asked = { ...token, subject: A, extra: { 'aws:UserAgent': 'agent' } };
    expect([live, kept].map((document) => evaluateTrust(document, asked).decision)).toEqual([
      'denied',
      'denied',
    ]);
  });
});

const statement = fc
  .tuple(fc.subarray([A, B, IMPOSTOR], { minLength: 1 }), fc.subarray(addresses))
  .map(([subjects, ranges]) => makeStatement(subjects, ranges.length === 0 ? {} : from(...ranges)));

it('narrows to exactly those whom both the live trust and the desired one let in', () => {
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 1, maxLength: 4 }),
      fc.subarray([A, B]),
      (statements, subjects) => {
        const live = trust(...statements);
        const narrowed = narrowedTrust(live, design(subjects)) ?? live;
        for (const subject of [A, B, IMPOSTOR])
          for (const address of addresses)
            expect(canAssume(narrowed, subject, address)).toBe(
              subjects.includes(subject) && canAssume(live, subject, address),
            );
      },
    ),
  );
});
