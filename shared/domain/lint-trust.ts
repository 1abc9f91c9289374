import { isNarrowPattern, organizationInEntraSubject } from './azure-issuer.ts';
import type { OrganizationId, ProviderArn } from './ids.ts';
import type { ClaimLine } from './lint-doors.ts';
import { azureProviders, claimLines, isAzureDoor, withoutIdleConditions } from './lint-doors.ts';
import type { LintCode } from './lint-catalogue.ts';
import type { LintResult } from './lint-result.ts';
import { lintResult } from './lint-result.ts';
import type { PolicyDocument, Statement } from './policy/policy-document.ts';
import { withoutEscapes } from './policy/policy-variable.ts';
import { judgedStatements } from './policy/trust-evaluator.ts';
import type { TrustWeakness } from './policy/trust-weaknesses.ts';
import { trustWeaknesses } from './policy/trust-weaknesses.ts';
import type { ObservedRole } from './role.ts';

/** What a trust is held against. */
export interface KnownPlaces {
  readonly organizations: readonly OrganizationId[];
  /** All OIDC providers of the account; `undefined` when they could not be read. */
  readonly providers: readonly ProviderArn[] | undefined;
}

/** One thing that is wrong with a trust. */
interface Flaw {
  readonly code: LintCode;
  readonly statement?: number;
  readonly detail: string;
  readonly providerArn?: ProviderArn;
  readonly isWorse?: boolean;
}

/** Everything that is loose in a role's trust of Azure DevOps or Entra; empty for a role that trusts neither. */
export function lintTrust(role: ObservedRole, known: KnownPlaces): readonly LintResult[] {
  const statements = judgedStatements(role.trust);
  return flawsOf(role.trust, statements, known).map(({ code, ...flaw }) =>
    lintResult(code, {
      ...flaw,
      account: role.account,
      roleArn: role.arn,
      evidence: {
        statement: flaw.statement === undefined ? role.trust : statements[flaw.statement],
      },
    }),
  );
}

function flawsOf(
  document: PolicyDocument,
  statements: readonly Statement[],
  known: KnownPlaces,
): readonly Flaw[] {
  // Of a document that cannot be read, nothing is known but that.
  if (document.Statement === undefined)
    return [{ code: 'trust.not-understood', detail: 'the document cannot be read' }];
  const doors = new Set(statements.flatMap((one, index) => (isAzureDoor(document, one) ? [index] : [])));
  if (doors.size === 0) return [];
  return [
    ...looseFlaws(document, statements, doors),
    ...statements.flatMap((statement, index) =>
      doors.has(index) ? placeFlaws(statement, known).map((flaw) => ({ ...flaw, statement: index })) : [],
    ),
  ];
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
  doors: ReadonlySet<number>,
): readonly Flaw[] {
  const deciding = statements.map((statement) => withoutIdleConditions(document, statement));
  const azure = statements.flatMap((statement) => azureProviders(statement).map(({ arn }) => arn));
  return trustWeaknesses({ ...document, Statement: deciding }, azure)
    .filter(
      ({ code, statement }) => statement === undefined || doors.has(statement) || saysWhoElse.includes(code),
    )
    .map((weakness) => ({
      ...weakness,
      isWorse: isWorse(weakness, deciding[weakness.statement ?? -1] ?? {}),
    }));
}

/** Whether what `worse` of the rule speaks of is so here. */
function isWorse({ code, detail }: TrustWeakness, statement: Statement): boolean {
  if (code === 'trust.subject-wildcard')
    return claimLines(statement).some((line) => line.claim === 'sub' && isWide(line));
  if (code === 'trust.principal-foreign') return /(?:^|\s)\*$/.test(detail);
  // Of the rest, those on audiences alone have a `worse`.
  return azureProviders(statement).some(({ issuer }) => issuer.kind === 'entra');
}

function isWide({ values = [], issuer }: ClaimLine): boolean {
  return values
    .map((value) => withoutEscapes(value))
    .some((value) => /[*?]/.test(value) && !isNarrowPattern(issuer, value));
}

/** Whether those who come in come from where they should. */
function placeFlaws(statement: Statement, { organizations, providers }: KnownPlaces): readonly Flaw[] {
  const isStrange = (id: OrganizationId | undefined) => id === undefined || !organizations.includes(id);
  return [
    ...azureProviders(statement).flatMap(({ arn, issuer }): Flaw[] => [
      ...(providers?.includes(arn) === false
        ? [{ code: 'provider.missing', detail: arn, providerArn: arn } as const]
        : []),
      ...(issuer.kind === 'vstoken' && isStrange(issuer.organization)
        ? [{ code: 'trust.organization-unknown', detail: arn, providerArn: arn } as const]
        : []),
    ]),
    ...entraOrganizations(statement)
      .filter(isStrange)
      .map((id) => ({ code: 'trust.organization-unknown' as const, detail: `its subject names ${id}` })),
  ];
}

function entraOrganizations(statement: Statement): readonly OrganizationId[] {
  const subjects = claimLines(statement)
    .filter(({ claim, issuer }) => claim === 'sub' && issuer.kind === 'entra')
    .flatMap(({ values = [] }) => values);
  return [...new Set(subjects.flatMap((subject) => organizationInEntraSubject(subject) ?? []))];
}
