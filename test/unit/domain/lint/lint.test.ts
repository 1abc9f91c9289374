import { azureProviderArns, isPartial, lintAccount } from '../../../../shared/domain/lint/lint.ts';
import { isAtLeast, sortResults } from '../../../../shared/domain/lint/lint-entries.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { ACCOUNT, organizationId, roleArn } from '../../../builders/domain-ids.ts';
import {
  makeAccount,
  AUDIENCES,
  ENTRA,
  OURS,
  provider,
  makeRole,
  statement,
  makeTrust,
  VSTOKEN,
} from '../../../builders/lint-account.ts';

const known = { organizations: [OURS] };
const SHOUTING = VSTOKEN.toUpperCase();
const SLASHED = `${VSTOKEN}/`;
const FIRST_VERSION = 'sts.windows.net/99999999-8888-7777-6666-555555555555/';
const audience = 'api://AzureADTokenExchange';

const listCodes = (audiences: Readonly<Record<string, string | readonly string[]>>) =>
  lintAccount(makeAccount([], audiences), known).map(({ code, providerArn }) => [code, providerArn]);

describe('the providers of an account', () => {
  it('are not reported as they should be, and those of others never', () => {
    expect(
      listCodes({
        ...AUDIENCES,
        [FIRST_VERSION]: 'fb60f99c-7a34-4190-8149-302f77469936',
        'token.actions.githubusercontent.com': ['sts.amazonaws.com', '*'],
      }),
    ).toEqual([]);
  });

  it('are reported when they accept what is not for service connections', () => {
    const [result, ...others] = lintAccount(
      makeAccount([], { [VSTOKEN]: [audience, 'sts.amazonaws.com'], [ENTRA]: AUDIENCES[ENTRA] ?? '' }),
      known,
    );
    expect(result).toMatchObject({
      code: 'provider.foreign-audience',
      severity: 'medium',
      providerArn: provider(VSTOKEN),
      evidence: { audiences: ['sts.amazonaws.com'] },
    });
    expect(others).toEqual([]);
  });

  it.each([
    ['in capitals', SHOUTING],
    ['with a slash at the end', SLASHED],
    ['of Entra, first version, without its slash', FIRST_VERSION.slice(0, -1)],
  ])('are reported when they are spelled otherwise than the issuer: %s', (_name, issuer) => {
    const right = issuer.startsWith('sts') ? 'fb60f99c-7a34-4190-8149-302f77469936' : audience;
    expect(listCodes({ ...AUDIENCES, [issuer]: right })).toEqual([
      ['provider.near-duplicate', provider(issuer)],
    ]);
  });

  it('are reported when their organization is not configured, or there is none in them', () => {
    const strange = [`vstoken.dev.azure.com/${organizationId(7)}`, 'vstoken.dev.azure.com'];
    expect(listCodes(Object.fromEntries(strange.map((issuer) => [issuer, audience])))).toEqual(
      strange.map((issuer) => ['provider.organization-unknown', provider(issuer)]).sort(),
    );
  });

  it('are asked for by name when they are of Azure DevOps or Entra, however they are spelled', () => {
    const arns = [VSTOKEN, SHOUTING, ENTRA, FIRST_VERSION].map((issuer) => provider(issuer));
    expect(azureProviderArns([...arns, provider('accounts.google.com')])).toEqual(arns);
  });
});

describe('what could not be read', () => {
  const loose = makeAccount([makeRole(makeTrust(statement(VSTOKEN, {})))]);
  const refused = unknown('access-denied', 'iam:ListOpenIDConnectProviders was refused.');

  it('is told, and the rest is judged all the same: no providers', () => {
    const results = lintAccount({ ...loose, providers: refused }, known);
    expect(results.map(({ code }) => code)).toEqual([
      'trust.subject-missing',
      'read.incomplete',
      'trust.audience-missing',
    ]);
    expect(isPartial(results)).toBe(true);
    expect(isPartial(lintAccount(loose, known))).toBe(false);
  });

  it('is told, and the rest is judged all the same: no roles', () => {
    const sloppy = makeAccount([], { [SLASHED]: audience });
    const results = lintAccount({ ...sloppy, roles: refused }, known);
    expect(results.map(({ code }) => code)).toEqual(['read.incomplete', 'provider.near-duplicate']);
  });

  it('may be one role, or the audiences of one provider', () => {
    const account = {
      ...makeAccount([]),
      roles: complete({ inScope: [], elsewhere: [{ arn: roleArn('odd'), name: 'odd' }] }),
      providers: complete({ arns: [provider(VSTOKEN)], ours: [] }),
    };
    const results = lintAccount(account, known);
    expect(results.map(({ evidence }) => evidence['left'])).toEqual([[provider(VSTOKEN)], [roleArn('odd')]]);
  });

  it('is no missing provider', () => {
    const tight = statement(VSTOKEN, {
      StringEquals: { [`${VSTOKEN}:aud`]: audience, [`${VSTOKEN}:sub`]: 'sc://contoso/Shop/prod' },
    });
    const account = { ...makeAccount([makeRole(makeTrust(tight))]), providers: refused };
    expect(lintAccount(account, known).map(({ code }) => code)).toEqual(['read.incomplete']);
  });
});

describe('a result', () => {
  const tight = statement(VSTOKEN, {
    StringEquals: { [`${VSTOKEN}:aud`]: audience, [`${VSTOKEN}:sub`]: 'sc://contoso/Shop/prod' },
  });
  const wide = statement(VSTOKEN, {
    StringEquals: { [`${VSTOKEN}:aud`]: audience },
    StringLike: { [`${VSTOKEN}:sub`]: 'sc://contoso/*' },
  });

  it('names the role and the statement that decides, as it stands in the trust', () => {
    expect(lintAccount(makeAccount([makeRole(makeTrust(tight, wide))]), known)).toEqual([
      {
        code: 'trust.subject-wildcard',
        severity: 'critical',
        account: ACCOUNT,
        roleArn: roleArn('sloppy', '/apps/'),
        statement: 1,
        message: `A pattern of subjects is accepted: StringLike ${VSTOKEN}:sub sc://contoso/*`,
        fix: expect.stringContaining('StringEquals') as string,
        evidence: { statement: wide },
      },
    ]);
  });

  it('comes in an order that does not depend on that of the roles', () => {
    const roles = ['b', 'a', 'c'].map((name) => makeRole(makeTrust(tight, wide), name));
    const results = lintAccount(makeAccount(roles), known);
    expect(lintAccount(makeAccount(roles.toReversed()), known)).toEqual(results);
    expect(sortResults(results.toReversed())).toEqual(results);
    expect(results.map((result) => result.roleArn)).toEqual(
      ['a', 'b', 'c'].map((name) => roleArn(name, '/apps/')),
    );
  });

  it.each([
    ['critical', 'high', true],
    ['high', 'high', true],
    ['medium', 'high', false],
    ['info', 'info', true],
  ] as const)('of severity %s against a threshold of %s: %s', (severity, threshold, expected) => {
    expect(isAtLeast(severity, threshold)).toBe(expected);
  });
});
