import { fc } from '../builders/fast-check.ts';
import type { ProviderArn } from '../../shared/domain/kernel/ids.ts';
import { policyDifferences, samePolicy } from '../../shared/domain/policy/canonical-policy.ts';
import type {
  Json,
  JsonObject,
  PolicyDocument,
  Statement,
} from '../../shared/domain/policy/policy-document.ts';
import { isObject, toList, parsePolicy, renderPolicy } from '../../shared/domain/policy/policy-document.ts';
import { buildTrust, compareTrust } from '../../shared/domain/policy/trust-document.ts';
import { readManagedTrust } from '../builders/managed-trust.ts';
import type { TrustBinding } from '../../shared/domain/policy/trust-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import { trustWeaknesses } from '../../shared/domain/policy/trust-weaknesses.ts';

const name = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 ._-()+,=@:#!~&;é'.split('')),
  minLength: 1,
  maxLength: 12,
});
const subject = fc.tuple(name, name, name).map((names) => `sc://${names.join('/')}`);
const issuer = fc
  .uuid()
  .chain((id) => fc.constantFrom(`vstoken.dev.azure.com/${id}`, `login.microsoftonline.com/${id}/v2.0`));
const binding: fc.Arbitrary<TrustBinding> = fc
  .record({
    issuer,
    audience: fc.constantFrom('api://AzureADTokenExchange', 'application'),
    subjects: fc.uniqueArray(subject, { maxLength: 4 }).map((subjects) => subjects.sort()),
  })
  .map((rest) => ({
    ...rest,
    providerArn: `arn:aws:iam::123456789012:oidc-provider/${rest.issuer}` as ProviderArn,
  }));
const bindings = fc.uniqueArray(binding, {
  minLength: 1,
  maxLength: 3,
  selector: ({ issuer: host }) => host,
});
const openBinding = binding.filter(({ subjects }) => subjects.length > 0);

const lets = (document: PolicyDocument, { subjects: _, ...token }: TrustBinding, sub: string): boolean =>
  evaluateTrust(document, { ...token, subject: sub }).decision === 'allowed';

describe('the trust of any bindings', () => {
  it('lets in exactly the subjects that are listed', () => {
    fc.assert(
      fc.property(bindings, fc.array(subject, { maxLength: 5 }), (all, impostors) => {
        const document = buildTrust(all);
        const everybody = [
          ...all.flatMap(({ subjects }) => subjects),
          ...impostors,
          'p://a/b/c',
          'closed-',
          '',
        ];
        for (const one of all) {
          for (const candidate of [...everybody, ...everybody.map((text) => text.toUpperCase())]) {
            expect(lets(document, one, candidate)).toBe(one.subjects.includes(candidate));
          }
          for (const listed of one.subjects) {
            expect(lets(document, { ...one, audience: `${one.audience}/` }, listed)).toBe(false);
            expect(
              lets(document, { ...one, providerArn: `${one.providerArn}/` as ProviderArn }, listed),
            ).toBe(false);
          }
        }
      }),
    );
  });

  it('is read back as it was written, through text and in any order', () => {
    fc.assert(
      fc.property(bindings, (all) => {
        const parsed = parsePolicy(renderPolicy(buildTrust(all)));
        const back = parsed.readable ? readManagedTrust(parsed.document) : undefined;
        expect(back).toEqual(all);
        expect(samePolicy(buildTrust([...all].reverse()), buildTrust(all))).toBe(true);
        expect(compareTrust(buildTrust(all), all)).toBe('same');
      }),
    );
  });

  it('has no weakness', () => {
    fc.assert(
      fc.property(bindings, (all) => {
        const own = all.map(({ providerArn }) => providerArn);
        expect(trustWeaknesses(buildTrust(all), own)).toEqual([]);
      }),
    );
  });

  it('is narrower than one with a subject more, and the other is wider', () => {
    fc.assert(
      fc.property(binding, subject, (one, extra) => {
        fc.pre(!one.subjects.includes(extra));
        const more = { ...one, subjects: [...one.subjects, extra] };
        expect(compareTrust(buildTrust([one]), [more])).toBe('narrower');
        expect(compareTrust(buildTrust([more]), [one])).toBe('wider');
      }),
    );
  });
});

/** A change of one thing in one statement. */
interface Mutation {
  readonly change: (statement: Statement, one: TrustBinding) => Statement;
  /** What the place of the difference begins with, behind the statement. */
  readonly at: RegExp;
  /** Who gets in that should not (`in`), or no longer gets in (`out`: the first subject). */
  readonly effect: 'in' | 'out' | 'neither';
}

const IMPOSTOR = 'sc://Somebody/Else/entirely';
const foreign = 'arn:aws:iam::123456789012:oidc-provider/foreign.example' as ProviderArn;

const readEquals = ({ Condition: condition }: Statement): JsonObject => {
  const block = isObject(condition) ? condition['StringEquals'] : undefined;
  return isObject(block) ? block : {};
};
const withEquals = (statement: Statement, block: JsonObject): Statement => ({
  ...statement,
  Condition: { StringEquals: block },
});
const withKey =
  (key: 'aud' | 'sub', value: (one: TrustBinding) => Json): Mutation['change'] =>
  (statement, one) =>
    withEquals(statement, { ...readEquals(statement), [`${one.issuer}:${key}`]: value(one) });
const withoutKey =
  (key: 'aud' | 'sub', others: (one: TrustBinding) => JsonObject = () => ({})): Mutation['change'] =>
  (statement, one) => ({
    ...statement,
    Condition: {
      StringEquals: Object.fromEntries(
        Object.entries(readEquals(statement)).filter(([name]) => name !== `${one.issuer}:${key}`),
      ),
      ...others(one),
    },
  });
const replaceSubject = (operator: string, value: (one: TrustBinding) => Json) =>
  withoutKey('sub', (one) => ({ [operator]: { [`${one.issuer}:sub`]: value(one) } }));
const element =
  (change: Statement): Mutation['change'] =>
  (statement) => ({ ...statement, ...change });
const onSubject = /^\.Condition\..*:sub$/;

const mutations: Readonly<Record<string, Mutation>> = {
  'one more subject': {
    change: withKey('sub', ({ subjects }) => [...subjects, IMPOSTOR]),
    at: onSubject,
    effect: 'in',
  },
  'another subject': { change: withKey('sub', () => IMPOSTOR), at: onSubject, effect: 'in' },
  'a subject less': {
    change: withKey('sub', ({ subjects }) => [...subjects.slice(1), 'x']),
    at: onSubject,
    effect: 'out',
  },
  'a policy variable': {
    change: withKey('sub', (one) => `\${${one.issuer}:sub}`),
    at: onSubject,
    effect: 'in',
  },
  'no subject': { change: withoutKey('sub'), at: onSubject, effect: 'in' },
  'a wildcard': { change: replaceSubject('StringLike', () => 'sc://*'), at: onSubject, effect: 'in' },
  'a negated operator': { change: replaceSubject('StringNotEquals', () => 'x'), at: onSubject, effect: 'in' },
  'an operator nobody knows': {
    change: replaceSubject('StringResembles', () => 'x'),
    at: onSubject,
    effect: 'in',
  },
  'IfExists on a missing key': {
    change: withoutKey('sub', (one) => ({ StringEqualsIfExists: { [`${one.issuer}:email`]: 'x' } })),
    at: /^\.Condition\./,
    effect: 'in',
  },
  'ForAllValues on a missing key': {
    change: withoutKey('sub', (one) => ({ 'ForAllValues:StringEquals': { [`${one.issuer}:amr`]: 'x' } })),
    at: /^\.Condition\./,
    effect: 'in',
  },
  IfExists: {
    change: replaceSubject('StringEqualsIfExists', ({ subjects }) => subjects),
    at: onSubject,
    effect: 'neither',
  },
  ForAllValues: {
    change: replaceSubject('ForAllValues:StringEquals', ({ subjects }) => subjects),
    at: onSubject,
    effect: 'neither',
  },
  'no condition': { change: element({ Condition: {} }), at: /^\.Condition\./, effect: 'in' },
  'another audience': { change: withKey('aud', () => 'x'), at: /:aud$/, effect: 'out' },
  'another key beside': {
    change: (statement, one) =>
      withEquals(statement, { ...readEquals(statement), [`${one.issuer}:email`]: 'x' }),
    at: /:email$/,
    effect: 'out',
  },
  'a Deny': { change: element({ Effect: 'Deny' }), at: /^\.Effect$/, effect: 'out' },
  'another action': { change: element({ Action: 'sts:AssumeRole' }), at: /^\.Action$/, effect: 'out' },
  'every action': { change: element({ Action: '*' }), at: /^\.Action$/, effect: 'neither' },
  'another provider': {
    change: element({ Principal: { Federated: foreign } }),
    at: /^\.Principal\.Federated$/,
    effect: 'out',
  },
  everybody: { change: element({ Principal: '*' }), at: /^\.Principal/, effect: 'neither' },
  'a user beside': {
    change: (statement, one) => ({
      ...statement,
      Principal: { Federated: one.providerArn, AWS: '123456789012' },
    }),
    at: /^\.Principal\.AWS$/,
    effect: 'neither',
  },
  'a new element': { change: element({ Unless: 'x' }), at: /^\.Unless$/, effect: 'neither' },
};

describe('a trust in which one thing was changed', () => {
  it.each(Object.entries(mutations))('%s is told, at its place', (_name, { change, at, effect }) => {
    fc.assert(
      fc.property(openBinding, (one) => {
        const expected = buildTrust([one]);
        const [statement = {}] = toList<Statement>(expected.Statement);
        const actual = { ...expected, Statement: [change(statement, one)] };
        const [first = ''] = one.subjects;

        const paths = policyDifferences('trust', expected, actual).map(({ path }) => path);
        expect(paths).toContainEqual(expect.stringMatching(/^trust\.Statement\[0\]\./));
        expect(paths.some((path) => at.test(path.slice('trust.Statement[0]'.length)))).toBe(true);

        expect(lets(expected, one, IMPOSTOR)).toBe(false);
        expect(lets(expected, one, first)).toBe(true);
        expect(lets(actual, one, IMPOSTOR)).toBe(effect === 'in');
        if (effect !== 'in') expect(lets(actual, one, first)).toBe(effect === 'neither');

        expect(readManagedTrust(actual)).not.toEqual([one]);
        expect(compareTrust(actual, [one])).not.toBe('same');
        // Whatever lets an impostor in is never taken for harmless.
        if (effect === 'in') expect(compareTrust(actual, [one])).not.toBe('narrower');
      }),
      { numRuns: 30 },
    );
  });

  it('tells another Version, and no Version', () => {
    fc.assert(
      fc.property(bindings, fc.constantFrom('2008-10-17', '2030-01-01', undefined), (all, version) => {
        const { Version: _, ...rest } = buildTrust(all);
        const actual = version === undefined ? rest : { ...rest, Version: version };
        expect(policyDifferences('trust', buildTrust(all), actual)).toEqual([
          { path: 'trust.Version', expected: '2012-10-17', actual: version ?? '2008-10-17' },
        ]);
      }),
    );
  });

  it('is never taken for narrower when it lets in anybody else, whatever was mixed into it', () => {
    const parts = fc.subarray(Object.values(mutations), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(openBinding, parts, (one, chosen) => {
        const expected = buildTrust([one]);
        const [statement = {}] = toList<Statement>(expected.Statement);
        const changed = chosen.map(({ change }) => change(statement, one));
        const actual = { ...expected, Statement: [statement, ...changed] };
        const relation = compareTrust(actual, [one]);
        if (lets(actual, one, IMPOSTOR)) expect(['wider', 'mixed']).toContain(relation);
        expect(relation).not.toBe('same');
      }),
      { numRuns: 500 },
    );
  });
});
