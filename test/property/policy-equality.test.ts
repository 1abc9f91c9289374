import { fc } from '../builders/fast-check.ts';
import {
  canonicalPolicy,
  policyDifferences,
  samePolicy,
} from '../../shared/domain/policy/canonical-policy.ts';
import type {
  Json,
  JsonObject,
  PolicyDocument,
  Statement,
} from '../../shared/domain/policy/policy-document.ts';
import {
  isList,
  isObject,
  toList,
  parsePolicy,
  renderPolicy,
} from '../../shared/domain/policy/policy-document.ts';

// Few words, so that two documents are often nearly the same.
const word = fc.constantFrom(
  'a',
  'A',
  'b',
  '1',
  'true',
  '*',
  '123456789012',
  'arn:aws:iam::123456789012:root',
);
const words = fc.oneof(word, fc.array(word, { maxLength: 3 }));
const scalars = fc.oneof(
  words,
  fc.constantFrom(1, true),
  fc.array(fc.constantFrom(1, '1', true), { maxLength: 2 }),
);
const anything = fc.oneof(words, fc.constant(null), fc.dictionary(word, words, { maxKeys: 2 }));
const principals = fc.oneof(word, fc.dictionary(fc.constantFrom('AWS', 'Federated'), words, { maxKeys: 2 }));
const conditions = fc.dictionary(
  fc.constantFrom('StringEquals', 'StringLike', 'Null'),
  fc.dictionary(fc.constantFrom('x:sub', 'X:SUB', 'x:aud'), scalars, { maxKeys: 3 }),
  { maxKeys: 2 },
);

const statements: fc.Arbitrary<Statement> = fc.record(
  {
    Sid: word,
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: principals,
    NotPrincipal: principals,
    Action: words,
    NotAction: words,
    Resource: words,
    Condition: conditions,
    Novelty: anything,
  },
  { requiredKeys: ['Effect'] },
);
const policies: fc.Arbitrary<PolicyDocument> = fc.record(
  {
    Version: fc.constantFrom('2008-10-17', '2012-10-17'),
    Id: word,
    Statement: fc.oneof(statements, fc.array(statements, { maxLength: 3 })),
    Novelty: anything,
  },
  { requiredKeys: ['Statement'] },
);

const sets = ['Action', 'NotAction', 'Resource', 'Principal', 'NotPrincipal', 'Condition'];

/** The same document as IAM might give it back: keys and members in another order, scalars for lists of one, back and forth. */
function respelled(document: PolicyDocument, flip: () => boolean): PolicyDocument {
  const shuffled = <T>(items: readonly T[]): T[] => (flip() ? [...items].reverse() : [...items]);
  const entries = (value: JsonObject, each: (key: string, inner: Json) => Json | undefined): JsonObject =>
    Object.fromEntries(
      shuffled(Object.entries(value)).flatMap(([key, inner]) => {
        const changed = inner === undefined ? undefined : each(key, inner);
        return changed === undefined ? [] : [[key, changed]];
      }),
    );
  const list = (value: Json): Json => {
    const members = isList(value) ? value : [value];
    const [only] = members;
    return members.length === 1 && only !== undefined && flip() ? only : shuffled(members);
  };
  const set = (value: Json): Json =>
    isObject(value) ? entries(value, (_key, inner) => set(inner)) : list(value);
  const statement = (value: Statement): Statement =>
    entries(value, (element, inner) => {
      if (element === 'Sid') return flip() ? 'other' : undefined;
      // A principal that is a text is no list.
      if (element.endsWith('Principal') && !isObject(inner)) return inner;
      return sets.includes(element) ? set(inner) : inner;
    });
  return entries(document, (element, inner) =>
    element === 'Statement' ? list([inner].flat().map((one) => statement(one as Statement))) : inner,
  );
}

describe('equality of policies', () => {
  it('is reflexive, and survives writing and reading', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(samePolicy(policy, policy)).toBe(true);
        const parsed = parsePolicy(renderPolicy(policy));
        expect(parsed.readable && samePolicy(parsed.document, policy)).toBe(true);
      }),
    );
  });

  it('is symmetric, and agrees with the differences and the canonical form', () => {
    let equal = 0;
    fc.assert(
      fc.property(policies, policies, (a, b) => {
        const same = samePolicy(a, b);
        equal += same ? 1 : 0;
        expect(samePolicy(b, a)).toBe(same);
        expect(policyDifferences('p', a, b).length === 0).toBe(same);
        expect(policyDifferences('p', b, a).length === 0).toBe(same);
        expect(JSON.stringify(canonicalPolicy(a)) === JSON.stringify(canonicalPolicy(b))).toBe(same);
      }),
      { numRuns: 1000, examples: [[{ Statement: [] }, { Statement: [] }]] },
    );
    expect(equal).toBeGreaterThan(0);
  });

  it('survives order of keys and members, scalar against list of one, and Sid', () => {
    fc.assert(
      fc.property(policies, fc.infiniteStream(fc.boolean()), (policy, coins) => {
        const other = respelled(policy, () => coins.next().value === true);
        expect(policyDifferences('p', policy, other)).toEqual([]);
        expect(samePolicy(policy, other)).toBe(true);
        expect(canonicalPolicy(other)).toEqual(canonicalPolicy(policy));
      }),
      { numRuns: 500 },
    );
  });

  it('is lost with one more statement, whichever and wherever', () => {
    fc.assert(
      fc.property(policies, statements, fc.boolean(), (policy, extra, first) => {
        const held = toList<Statement>(policy.Statement);
        const longer = { ...policy, Statement: first ? [extra, ...held] : [...held, extra] };
        expect(policyDifferences('p', policy, longer)).toContainEqual(
          expect.objectContaining({
            path: expect.stringMatching(/^p\.Statement\[\d\]$/) as string,
            expected: undefined,
          }),
        );
      }),
    );
  });
});

describe('keys that stand twice', () => {
  it('are never read, wherever they are and however they are escaped', () => {
    const escaped = (key: string) =>
      Array.from(key, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.nat(5), fc.boolean(), (key, depth, hidden) => {
        const again = hidden ? `"${escaped(key)}"` : JSON.stringify(key);
        const block = (second: string) => `{${JSON.stringify(key)}:"{,:",${second}:1}`;
        const nested = (second: string) =>
          `{"Statement":[],"x":${'['.repeat(depth)}${block(second)}${']'.repeat(depth)}}`;
        expect(parsePolicy(nested(again)).readable).toBe(false);
        expect(parsePolicy(nested(JSON.stringify(`${key}.`))).readable).toBe(true);
      }),
    );
  });
});
