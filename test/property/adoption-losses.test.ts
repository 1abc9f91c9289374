import type { KnownToken, TrustChange } from '../../shared/domain/adoption/lost-access.ts';
import {
  listLostAccess,
  selectLostTokens,
  excludesSomebody,
} from '../../shared/domain/adoption/lost-access.ts';
import { isRevoked } from '../../shared/domain/adoption/use-evidence.ts';
import { matchesPattern } from '../../shared/domain/kernel/glob.ts';
import type { ProviderArn } from '../../shared/domain/kernel/ids.ts';
import type { Json, PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { buildTrust } from '../../shared/domain/policy/trust-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import { withStatements } from '../../shared/domain/policy/trust-narrowing.ts';
import { fc } from '../builders/fast-check.ts';

const HOST = 'arn:aws:iam::123456789012:oidc-provider/';
const VSTOKEN = 'vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555';
const ENTRA = 'login.microsoftonline.com/22222222-2222-4333-8444-555555555555/v2.0';
const GITHUB = 'token.actions.githubusercontent.com';
const vstoken = `${HOST}${VSTOKEN}` as ProviderArn;
const entra = `${HOST}${ENTRA}` as ProviderArn;
const github = `${HOST}${GITHUB}` as ProviderArn;
const AUDIENCE = 'api://AzureADTokenExchange';
const OWN = 'sc://northwind/Web/prod';

/** What connections have, in names that differ in case, project and length. */
const connections: readonly KnownToken[] = [
  OWN,
  'sc://northwind/Web/PROD',
  'sc://northwind/Web/dev',
  'sc://northwind/Shop/prod',
  'sc://Northwind/web/prod',
].map((subject) => ({ provider: vstoken, audience: AUDIENCE, subject }));

const values = fc.constantFrom(
  OWN,
  'sc://northwind/Web/PROD',
  'sc://northwind/Web/*',
  'sc://northwind/*/prod',
  'sc://*',
  '*',
  'sc://northwind/Web/de?',
  'repo:northwind/web:*',
  'sc://northwind/gone/old',
);
const operator = fc
  .tuple(
    fc.constantFrom('', '', '', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(
      'StringEquals',
      'StringEquals',
      'StringLike',
      'StringEqualsIgnoreCase',
      'StringNotEquals',
      'StringNotLike',
      'StringNotEqualsIgnoreCase',
      'ArnLike',
    ),
    fc.constantFrom('', '', 'IfExists'),
  )
  .map((parts) => parts.join(''));
const list = (one: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.oneof(one, fc.uniqueArray(one, { minLength: 1, maxLength: 3 }));
const line = fc.oneof(
  fc.tuple(operator, fc.constantFrom(`${VSTOKEN}:sub`, `${VSTOKEN}:SUB`, `${GITHUB}:sub`), list(values)),
  fc.tuple(fc.constant('Null'), fc.constant(`${VSTOKEN}:sub`), fc.constantFrom('true', 'false')),
  fc.tuple(operator, fc.constant(`${VSTOKEN}:aud`), list(fc.constantFrom(AUDIENCE, 'sts.amazonaws.com'))),
);
const condition = fc
  .uniqueArray(line, { maxLength: 3, selector: ([operator_]) => operator_ })
  .map((lines) => Object.fromEntries(lines.map(([operator_, key, value]) => [operator_, { [key]: value }])));
const principal = fc.constantFrom<Partial<Statement>>(
  { Principal: { Federated: vstoken } },
  { Principal: { Federated: vstoken } },
  { Principal: { Federated: [vstoken, github] } },
  { Principal: { Federated: vstoken, AWS: 'arn:aws:iam::123456789012:role/break-glass' } },
  { Principal: { AWS: '*' } },
  { Principal: '*' },
  { NotPrincipal: { AWS: 'arn:aws:iam::123456789012:root' } },
  { Principal: { Federated: entra } },
);
const action = fc.constantFrom<Partial<Statement>>(
  { Action: 'sts:AssumeRoleWithWebIdentity' },
  { Action: 'sts:AssumeRoleWithWebIdentity' },
  { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] },
  { Action: 'sts:*' },
  { Action: '*' },
  { Action: 'sts:AssumeRole' },
  { NotAction: 'sts:AssumeRoleWithSAML' },
  { NotAction: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'] },
);
const statement: fc.Arbitrary<Statement> = fc
  .tuple(fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'), principal, action, condition)
  .map(([Effect, who, what, Condition]) => ({ Effect, ...who, ...what, Condition }));

/** As adoption leaves it: our own statement, those that the grant lists, and every Deny. */
const change: fc.Arbitrary<TrustChange> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 7 }))
  .map(([statements, kept]) => {
    const live: PolicyDocument = { Version: '2012-10-17', Statement: statements };
    const left = statements.filter(({ Effect }, at) => Effect === 'Deny' || (kept & (1 << at)) !== 0);
    const binding = {
      providerArn: vstoken,
      issuer: VSTOKEN,
      audience: AUDIENCE,
      subjects: [OWN],
    };
    return { live, next: withStatements(buildTrust([binding]), left) };
  });

const request = ({ provider, audience, subject }: KnownToken) => ({
  providerArn: provider,
  issuer: VSTOKEN,
  audience,
  subject,
  unspecified: [],
  carriesTags: false,
});

/**
 * The words of the law: the evaluator lets the token in before, and not after. A doubt that comes anew may keep it out; of
 * two different doubts (`undefined`) nobody can say which of them is more.
 */
function isLostByEvaluator({ live, next }: TrustChange, token: KnownToken): boolean | undefined {
  const [before, after] = [evaluateTrust(live, request(token)), evaluateTrust(next, request(token))];
  if (before.decision === 'denied') return false;
  if (after.decision === 'denied' || after.isCertain) return after.decision === 'denied';
  return before.isCertain ? true : undefined;
}

describe('whose access adoption ends, by any trust', () => {
  it('is exactly whom the evaluator lets in before and not after', () => {
    fc.assert(
      fc.property(change, (one) => {
        for (const token of connections) {
          const isLost = selectLostTokens(one, [token]).length > 0;
          const expected = isLostByEvaluator(one, token);
          expect(isLost).toBe(expected ?? isLost);
          const { provider, audience, subject } = token;
          expect(isRevoked({ kind: 'token', provider, audience, subject }, one)).toBe(isLost);
        }
      }),
    );
  });

  it('names each of them, and no subject that stays', () => {
    fc.assert(
      fc.property(change, (one) => {
        const lost = listLostAccess(one, connections).filter(excludesSomebody);
        const names = lost.filter(({ provider }) => provider === vstoken);
        for (const token of connections) {
          const isNamed = names.some(({ kind, value }) =>
            kind === 'pattern' ? matchesPattern(value, token.subject) : value === token.subject,
          );
          if (isLostByEvaluator(one, token) === true) expect(isNamed).toBe(true);
        }
        for (const { kind, value } of names.filter((each) => each.kind === 'subject')) {
          expect(kind).toBe('subject');
          const token = { provider: vstoken, audience: AUDIENCE, subject: value };
          expect(isLostByEvaluator(one, token)).not.toBe(false);
        }
      }),
    );
  });

  it('is nobody where nothing of the trust goes', () => {
    fc.assert(
      fc.property(change, ({ live }) => {
        const next = withStatements(buildTrust([]), toList<Statement>(live.Statement));
        expect(listLostAccess({ live, next }, connections)).toEqual([]);
      }),
    );
  });
});
