import { fc } from '../builders/fast-check.ts';
import { lintAccount } from '../../shared/domain/lint/lint.ts';
import type { Json, PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { buildTrust } from '../../shared/domain/policy/trust-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import { organizationId } from '../builders/domain-ids.ts';
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
} from '../builders/lint-account.ts';

const AUDIENCE = 'api://AzureADTokenExchange';
const name = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 ._-()+,=@:#!~&;é'.split('')),
  minLength: 1,
  maxLength: 12,
});
const subject = fc.tuple(name, name, name).map((names) => `sc://${names.join('/')}`);
const lintOne = (trust: PolicyDocument) =>
  lintAccount(makeAccount([makeRole(trust)]), { organizations: [OURS, organizationId(2)] });

/** Claims, operators and values of which a Condition is made, loose ones among tight ones. */
const own = 'sc://contoso/Shop/prod';
const values = fc.uniqueArray(
  fc.constantFrom(
    own,
    'sc://contoso/*',
    'sc://contoso/Shop/?rod',
    'p://contoso/Shop/build',
    '*',
    `\${${VSTOKEN}:sub}`,
  ),
  { minLength: 1, maxLength: 2 },
);
const operator = fc
  .tuple(
    fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(
      'StringEquals',
      'StringLike',
      'StringNotEquals',
      'StringNotLike',
      'StringEqualsIgnoreCase',
      'ArnLike',
    ),
    fc.constantFrom('', 'IfExists'),
  )
  .map((parts) => parts.join(''));
const line = fc.record({
  operator,
  key: fc.constantFrom(`${VSTOKEN}:sub`, `${ENTRA}:sub`, `${VSTOKEN}:email`),
  values,
});
const condition = fc.array(line, { maxLength: 4 }).map((lines) => {
  const blocks: Record<string, Record<string, Json>> = {};
  for (const one of lines) blocks[one.operator] = { ...blocks[one.operator], [one.key]: one.values };
  return blocks;
});
const principal: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  { Federated: provider(VSTOKEN) },
  { Federated: [provider(VSTOKEN), provider(ENTRA)] },
  { AWS: '*' },
  '*',
);
const impostors = [
  { issuer: VSTOKEN, subject: 'sc://contoso/Shop/other' },
  { issuer: VSTOKEN, subject: 'SC://CONTOSO/SHOP/PROD' },
  { issuer: VSTOKEN, subject: 'p://contoso/Web/build' },
  { issuer: ENTRA, subject: entraSubject(organizationId(7), 'somebody') },
];

describe('lint', () => {
  it('never reports the trust that azfed writes for a configured organization', () => {
    const binding = fc
      .record({
        organization: fc.constantFrom(OURS, organizationId(2)),
        subjects: fc.uniqueArray(subject, { maxLength: 4 }),
      })
      .map(({ organization, subjects }) => {
        const issuer = `vstoken.dev.azure.com/${organization}`;
        return { providerArn: provider(issuer), issuer, audience: AUDIENCE, subjects };
      });
    const bindings = fc.uniqueArray(binding, { minLength: 1, selector: ({ issuer }) => issuer });
    fc.assert(
      fc.property(bindings, (all) => {
        const providers = Object.fromEntries(all.map(({ issuer }) => [issuer, AUDIENCE]));
        const account = makeAccount([makeRole(buildTrust(all))], providers);
        expect(lintAccount(account, { organizations: [OURS, organizationId(2)] })).toEqual([]);
      }),
    );
  });

  it('reports every trust that lets in somebody whom it does not spell out', () => {
    let open = 0;
    fc.assert(
      fc.property(principal, condition, (who, asked) => {
        const trust = makeTrust(statement(VSTOKEN, asked, { Principal: who }));
        const intruder = impostors.find((impostor) => {
          const token = {
            ...impostor,
            providerArn: provider(impostor.issuer),
            audience: AUDIENCES[impostor.issuer] ?? '',
          };
          return evaluateTrust(trust, token).decision === 'allowed';
        });
        if (!intruder) return;
        open += 1;
        expect(lintOne(trust).map(({ code }) => code)).toEqual(
          expect.arrayContaining([expect.stringMatching(/^trust\.(?!audience)/)]),
        );
      }),
      { numRuns: 2_000 },
    );
    expect(open).toBeGreaterThan(200);
  });

  it('reports no subject of a trust that asks for an exact one, whatever else it asks for', () => {
    const exact = { [`${VSTOKEN}:aud`]: AUDIENCE, [`${VSTOKEN}:sub`]: own };
    fc.assert(
      fc.property(condition, (asked) => {
        const trust = makeTrust(statement(VSTOKEN, { ...asked, StringEquals: exact }));
        const codes = new Set(lintOne(trust).map(({ code }) => code));
        // What is asked for besides may contradict the exact subject; that shuts everybody out.
        codes.delete('trust.never-works');
        expect([...codes]).toEqual([]);
      }),
    );
  });
});
