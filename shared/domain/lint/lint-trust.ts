import type { AzureIssuer, IssuerClassifier } from '../issuers/azure-issuer.ts';
import { isNarrowPattern, organizationInEntraSubject, parseTenant } from '../issuers/azure-issuer.ts';
import type { OrganizationId } from '../kernel/ids.ts';
import type { LintCode } from './lint-catalogue.ts';
import { withoutIdleConditions, lintResult, type LintGrade, type LintResult } from './lint-entries.ts';
import type { ClaimLine, NamedProvider } from '../policy/azure-entries.ts';
import { azureProviders, claimLines, isAzureEntry } from '../policy/azure-entries.ts';
import type { DeadEntry, NeverWorksReason } from '../policy/trust-liveness.ts';
import { judgeLiveness, neverWorksReasons } from '../policy/trust-liveness.ts';
import type { PolicyDocument, Statement } from '../policy/policy-document.ts';
import { withoutEscapes } from '../policy/policy-variable.ts';
import { judgedStatements } from '../policy/trust-evaluator.ts';
import { trustWeaknesses, type TrustWeakness } from '../policy/trust-weaknesses.ts';
import type { ObservedRole } from '../iam/role.ts';
import { ENTRA_TOKEN_AUDIENCE, microsoftTenants, TOKEN_EXCHANGE_AUDIENCE } from '../issuers/issuer.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import { conditionEntries, type ConditionEntry } from '../policy/statement-condition.ts';

/** What a trust is held against. */
export interface KnownPlaces {
  readonly organizations: readonly OrganizationId[];
  /** All OIDC providers of the account; `undefined` when they could not be read. */
  readonly providers: readonly string[] | undefined;
  /** Audiences of a provider; `undefined`: not known. */
  readonly listAudiences?: (provider: string) => readonly string[] | undefined;
  readonly classify: IssuerClassifier;
  /** Tenants of the configuration. */
  readonly tenants: readonly string[];
}

/** One thing that is wrong with a trust. */
interface Flaw {
  readonly code: LintCode;
  readonly statement?: number;
  readonly detail: string;
  readonly providerArn?: string;
  readonly grade?: LintGrade;
  /** Beside the statement. */
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** Everything that is loose in a role's trust of Azure DevOps or Entra; empty for a role that trusts neither. */
export function lintTrust(role: ObservedRole, known: KnownPlaces): readonly LintResult[] {
  const statements = judgedStatements(role.trust);
  return listFlaws(role.trust, statements, known).map(({ code, ...flaw }) =>
    lintResult(code, {
      ...flaw,
      account: role.account,
      roleArn: role.arn,
      evidence: {
        statement: flaw.statement === undefined ? role.trust : statements[flaw.statement],
        ...flaw.evidence,
      },
    }),
  );
}

function listFlaws(
  document: PolicyDocument,
  statements: readonly Statement[],
  known: KnownPlaces,
): readonly Flaw[] {
  // Of a document that cannot be read, nothing is known but that.
  if (document.Statement === undefined)
    return [{ code: 'trust.not-understood', detail: 'the document cannot be read' }];
  const { dead } = judgeLiveness(document, known);
  const isSilent = (index: number) => isSurelyShut(statements[index] ?? {}, index, dead, known.classify);
  const entries = new Set(
    statements.flatMap((one, index) =>
      isAzureEntry(document, one, known.classify) && !isSilent(index) ? [index] : [],
    ),
  );
  const isOurs = entries.size > 0 || dead.length > 0;
  return [
    ...listDeadFlaws(dead),
    ...(isOurs ? looseFlaws(document, statements, entries, known) : []),
    ...statements.flatMap((statement, index) =>
      entries.has(index) ? placeFlaws(statement, known).map((flaw) => ({ ...flaw, statement: index })) : [],
    ),
  ];
}

/** What opens when somebody changes a provider, and not the trust, is judged as if it were open. */
const opensByItself: readonly NeverWorksReason[] = [
  'issuer-former',
  'issuer-spelling',
  'provider-missing',
  'provider-audience',
];

/** No token gets in through any provider that the statement names, so that how loose it is does not matter. */
function isSurelyShut(
  statement: Statement,
  index: number,
  dead: readonly DeadEntry[],
  classify: IssuerClassifier,
): boolean {
  const named = azureProviders(statement, classify);
  return (
    named.length > 0 &&
    named.every(({ arn }) =>
      dead.some(
        (one) =>
          one.statement === index &&
          one.providerArn === arn &&
          one.isWhole &&
          !opensByItself.includes(one.reason),
      ),
    )
  );
}

/** A trust that azfed has closed lets nobody in on purpose. */
function listDeadFlaws(dead: readonly DeadEntry[]): readonly Flaw[] {
  return dead
    .filter(({ reason }) => reason !== 'closed')
    .map(({ statement, providerArn, reason, value, isWhole }) => ({
      code: 'trust.never-works' as const,
      statement,
      providerArn,
      detail: value === '' ? neverWorksReasons[reason] : `${value}: ${neverWorksReasons[reason]}`,
      evidence: { reason, value, isWhole },
    }));
}

/** What a statement says of tokens is of no matter where none of ours comes in; whom else it lets in is. */
const saysWhoElse: readonly LintCode[] = [
  'trust.principal-foreign',
  'trust.not-principal',
  'trust.not-understood',
];

function looseFlaws(
  document: PolicyDocument,
  statements: readonly Statement[],
  entries: ReadonlySet<number>,
  { classify, tenants }: KnownPlaces,
): readonly Flaw[] {
  const deciding = statements.map((statement) => withoutIdleConditions(document, statement, classify));
  const azure = statements.flatMap((statement) => azureProviders(statement, classify).map(({ arn }) => arn));
  return trustWeaknesses({ ...document, Statement: deciding }, azure, document)
    .filter(
      ({ code, statement }) =>
        statement === undefined || entries.has(statement) || saysWhoElse.includes(code),
    )
    .flatMap((found): readonly Flaw[] => {
      const { claim: _, isEverybody: __, ...weakness } = found;
      const [whole, rest] = [statements, deciding].map((all) => all[weakness.statement ?? -1] ?? {});
      const owner = connectorOwner(whole ?? {}, azureProviders(whole ?? {}, classify), tenants);
      if (weakness.code === 'trust.subject-missing' && owner !== 'none')
        return owner === 'microsoft' ? [] : [{ ...weakness, grade: 'milder' }];
      return [{ ...weakness, grade: gradeWeakness(found, rest ?? {}, classify) }];
    });
}

function gradeWeakness(
  { code, claim, isEverybody }: TrustWeakness,
  statement: Statement,
  classify: IssuerClassifier,
): LintGrade {
  if (code === 'trust.subject-wildcard')
    return claimLines(statement, classify).some((line) => line.claim === 'sub' && isWide(line))
      ? 'worse'
      : 'usual';
  if (code === 'trust.principal-foreign') return isEverybody ? 'worse' : 'usual';
  if (claim === 'sub') return 'usual';
  if (code !== 'trust.audience-missing' && code !== 'trust.audience-wildcard')
    return claim === 'aud' ? 'milder' : 'usual';
  return azureProviders(statement, classify).some(({ issuer }) => issuer.kind === 'entra')
    ? 'worse'
    : 'usual';
}

function isWide({ values = [], issuer }: ClaimLine): boolean {
  return values
    .map((value) => withoutEscapes(value))
    .some((value) => /[*?]/.test(value) && !isNarrowPattern(issuer, value));
}

/** Whether those who come in come from where they should. */
function placeFlaws(
  statement: Statement,
  { organizations, providers, classify }: KnownPlaces,
): readonly Flaw[] {
  const isStrange = (id: OrganizationId | undefined) => id === undefined || !organizations.includes(id);
  return [
    ...azureProviders(statement, classify).flatMap(({ arn, issuer }): Flaw[] => [
      ...(providers?.includes(arn) === false
        ? [{ code: 'provider.missing', detail: arn, providerArn: arn } as const]
        : []),
      ...(issuer.isFormer && issuer.kind === 'vstoken'
        ? [{ code: 'trust.issuer-former', detail: arn, providerArn: arn } as const]
        : []),
      ...(issuer.kind === 'vstoken' && !isForAll(issuer) && isStrange(issuer.organization)
        ? [{ code: 'trust.organization-unknown', detail: arn, providerArn: arn } as const]
        : []),
    ]),
    ...entraOrganizations(statement, classify)
      .filter(isStrange)
      .map((id) => ({ code: 'trust.organization-unknown' as const, detail: `its subject names ${id}` })),
  ];
}

/** The former issuer, written without an organization, signed for all of them. */
const isForAll = ({ isFormer, canonical }: AzureIssuer): boolean => isFormer && !canonical.includes('/');

function entraOrganizations(statement: Statement, classify: IssuerClassifier): readonly OrganizationId[] {
  const subjects = claimLines(statement, classify)
    .filter(({ claim, issuer }) => claim === 'sub' && issuer.kind === 'entra')
    .flatMap(({ values = [] }) => values);
  return [...new Set(subjects.flatMap((subject) => organizationInEntraSubject(subject) ?? []))];
}

/**
 * Whose connector a statement is. Microsoft's connectors (Sentinel, Defender for Cloud) and those of other vendors come
 * with tokens of a tenant of their own, for an application of their own, and are told apart by the session name: there is
 * no subject to ask for.
 *
 *     microsoft   the tenant is one of Microsoft's
 *     vendor      it is one that the configuration does not name
 *     none        the statement does not ask for such an audience and a session name, or the tenant is ours, in which
 *                 anybody may choose a session name
 */
type ConnectorOwner = 'microsoft' | 'vendor' | 'none';

function connectorOwner(
  statement: Statement,
  named: readonly NamedProvider[],
  tenants: readonly string[],
): ConnectorOwner {
  const exact = conditionEntries(statement).filter(isExact);
  const requiresClaim = (key: string, isFit: (value: string) => boolean) =>
    exact.some((entry) => entry.key === key.toLowerCase() && (entry.values ?? []).every(isFit));
  const isFenced =
    named.length > 0 &&
    requiresClaim('sts:RoleSessionName', () => true) &&
    named.every(
      ({ issuer }) =>
        issuer.kind === 'entra' && requiresClaim(`${issuer.canonical}:aud`, isOfAnotherApplication),
    );
  if (!isFenced) return 'none';
  const asked = named.map(({ issuer }) => parseTenant(issuer.canonical));
  if (asked.every((tenant) => microsoftTenants.includes(tenant))) return 'microsoft';
  return asked.some((tenant) => tenants.includes(tenant)) ? 'none' : 'vendor';
}

const isOfAnotherApplication = (audience: string): boolean =>
  audience !== ENTRA_TOKEN_AUDIENCE && !audience.startsWith(TOKEN_EXCHANGE_AUDIENCE);

/** The value stands there letter for letter. */
function isExact({ operator, values }: ConditionEntry): boolean {
  const { set, base, isIfExists } = readOperatorName(operator);
  const isPlain = (base === 'StringEquals' || base === 'StringLike') && !isIfExists && set === undefined;
  return isPlain && values !== undefined && !values.some((value) => /[*?]|\$\{/.test(value));
}
