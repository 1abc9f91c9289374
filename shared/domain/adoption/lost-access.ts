import { parseProviderIssuer, readIssuer } from '../kernel/arn.ts';
import { azureIssuer } from '../issuers/azure-issuer.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { groupItems } from '../kernel/group-by.ts';
import { readOperatorName } from '../policy/condition-operators.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import type { Json, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import { foldRoot } from '../policy/policy-fields.ts';
import { conditionEntries, type ConditionEntry } from '../policy/statement-condition.ts';
import { keepsOutAsMuch } from '../policy/trust-document.ts';
import type { JudgedStatement, WebIdentityRequest } from '../policy/trust-evaluator.ts';
import { expandsVariables, judgeAction, judgeStatements } from '../policy/trust-evaluator.ts';
import { isDeletedPrincipal } from '../policy/gone-principals.ts';
import { describeTokens, listNamedIssuers, SOMEBODY } from '../policy/trust-reach.ts';

/** The trust as it is, and as the adoption would leave it. */
export interface TrustChange {
  readonly live: PolicyDocument;
  readonly next: PolicyDocument;
}

/** A token that a connection is given, through the provider of one account. */
export interface KnownToken {
  readonly provider: string;
  readonly audience: string;
  readonly subject: string;
}

/**
 * What the live trust may allow and the new one does not.
 *
 *     subject    tokens with exactly this subject
 *     pattern    tokens whose subject matches; `*`: subjects that no condition names
 *     principal  a principal of AWS or of SAML, as the trust names it
 *     action     an action for those who stay, such as `sts:TagSession`: nobody is revoked by it
 */
export interface LostAccess {
  readonly kind: 'subject' | 'pattern' | 'principal' | 'action';
  readonly value: string;
  /** ARN of the provider that issues such tokens; left out of principals. */
  readonly provider?: string;
}

/** Those that shut somebody out. */
export const excludesSomebody = ({ kind }: LostAccess): boolean => kind !== 'action';

/** Actions that those who stay may call no more, each once. */
export const listLostActionNames = (lost: readonly LostAccess[]): readonly string[] => [
  ...new Set(lost.flatMap(({ kind, value }) => (kind === 'action' ? [value] : []))),
];

/**
 * Everything that the change takes away. The evaluator is asked for each token that a connection has, for each subject that
 * the live trust spells out, and for one of each pattern: lost is what the live trust may let in and the new one does not.
 */
export function listLostAccess(
  change: TrustChange,
  connections: readonly KnownToken[] = [],
): readonly LostAccess[] {
  if (samePolicy(change.live, change.next)) return [];
  const lost = listChangedProviders(change, connections).flatMap((provider) => [
    ...listLostTokens(change, provider, connections),
    ...listLostActions(change, provider),
  ]);
  const principals = listLostPrincipals(change).map(({ member }) => ({
    kind: 'principal' as const,
    value: member,
  }));
  const byKey = new Map([...lost, ...principals].map((one) => [canonicalJson(one), one]));
  return [...byKey.values()];
}

/**
 * Whether the live trust may let the token in and the new one does not surely do so: a doubt that stands in the live trust
 * too, such as an address that is asked for, is no loss.
 */
export function isTokenLost({ live, next }: TrustChange, request: WebIdentityRequest): boolean {
  const before = judgeStatements(live, request);
  const gates = before.filter((one) => !isDeny(one) && one.truth !== 'no');
  if (gates.length === 0 || before.some((one) => isDeny(one) && one.truth === 'yes')) return false;
  const after = judgeStatements(next, request);
  const left = after.filter((one) => !isDeny(one) && one.truth !== 'no');
  const denials = after.filter((one) => isDeny(one) && one.truth !== 'no');
  const isDenied = denials.some((denial) => !before.some((one) => isDeny(one) && asksNoMore(one, denial)));
  return gates.some((gate) => isDenied || !left.some((one) => asksNoMore(one, gate)));
}

const isDeny = ({ effect }: JudgedStatement): boolean => effect === 'Deny';

/** Whether the first statement surely applies wherever the second one does. */
function asksNoMore(one: JudgedStatement, other: JudgedStatement): boolean {
  const known = new Set(listDoubts(other));
  return one.truth !== 'no' && listDoubts(one).every((doubt) => known.has(doubt));
}

const listDoubts = ({ asks }: JudgedStatement): readonly string[] => asks.flatMap(({ doubt }) => doubt ?? []);

/** Makes requests with tokens of one provider: one for every audience that a token may be made out for. */
type RequestMaker = (subject: string, audience?: string) => readonly WebIdentityRequest[];

export function makeRequests(change: TrustChange, provider: string): RequestMaker {
  const issuer = readIssuer(provider);
  const audiences = listAudiences(change, issuer);
  const around = describeTokens({ Statement: listAll(change) }, issuer);
  return (subject, audience = '') =>
    (audience === '' ? audiences : [audience]).map((each) => ({
      providerArn: provider,
      issuer,
      audience: each,
      subject,
      ...around,
    }));
}

/** Those of the tokens that the change revokes. */
export function selectLostTokens(change: TrustChange, tokens: readonly KnownToken[]): readonly KnownToken[] {
  return [...groupItems(tokens, ({ provider }) => provider)].flatMap(([provider, own]) => {
    const make = makeRequests(change, provider);
    const isLost = ({ subject, audience }: KnownToken) =>
      make(subject, audience).some((request) => isTokenLost(change, request));
    return own.filter(isLost);
  });
}

const listStatements = ({ Statement: statements }: PolicyDocument) => toList<Statement>(statements);
const listAll = ({ live, next }: TrustChange) => [...listStatements(live), ...listStatements(next)];

/** A character that no policy can hold (IAM takes U+0020 to U+00FF): text that no condition spells out. */
const UNNAMED = '\ue003';

/** Azure DevOps makes its tokens out for one audience (aws-toolkit-azure-devops README). */
function listAudiences({ live }: TrustChange, issuer: string): readonly string[] {
  const azure = azureIssuer(issuer);
  if (azure?.kind === 'vstoken') return [azure.audience];
  const named = listValues(live, `${issuer}:aud`).map(({ value }) => value);
  return [...new Set([...(azure ? [azure.audience] : []), ...named, UNNAMED])];
}

interface NamedValue {
  readonly value: string;
  /** It stands for other texts than itself. */
  readonly isPattern: boolean;
}

/** What conditions of the statements that allow say of a key. */
function listValues(document: PolicyDocument, key: string): readonly NamedValue[] {
  const expands = expandsVariables(document);
  return listStatements(document)
    .filter(({ Effect: effect }) => effect !== 'Deny')
    .flatMap(conditionEntries)
    .filter((entry) => entry.key === key.toLowerCase())
    .flatMap(({ operator, values = [] }) => {
      const isLike = /^(?:String|Arn)(?:Not)?(?:Like|Equals)$/.test(readOperatorName(operator).base);
      const matches = isLike && !/^String(?:Not)?Equals$/.test(readOperatorName(operator).base);
      return values.map((value) => {
        const plain = expands ? value.replaceAll(/\$\{[*?$]\}/g, '') : value;
        return {
          value: expands ? value.replaceAll(/\$\{([?$])\}/g, '$1') : value,
          isPattern: (matches && /[*?]/.test(plain)) || (expands && plain.includes('${')),
        };
      });
    });
}

function listChangedProviders({ live }: TrustChange, connections: readonly KnownToken[]): readonly string[] {
  const known = [...new Set(connections.map(({ provider }) => provider))];
  const allowing = listStatements(live).filter(({ Effect: effect }) => effect !== 'Deny');
  const named = allowing.flatMap((statement) =>
    listNamedIssuers(statement).map(({ arn, issuer }) =>
      arn.startsWith(UNKNOWN_ACCOUNT) && arn !== SOMEBODY.arn
        ? (known.find((one) => parseProviderIssuer(one) === issuer) ?? arn)
        : arn,
    ),
  );
  const isOpen = named.includes(SOMEBODY.arn);
  const tokens = [...named, ...(isOpen ? known : [])].filter((arn) => !arn.includes(':saml-provider/'));
  return [...new Set(tokens)];
}

const UNKNOWN_ACCOUNT = SOMEBODY.arn.slice(0, SOMEBODY.arn.indexOf('oidc-provider'));

function listLostTokens(
  change: TrustChange,
  provider: string,
  connections: readonly KnownToken[],
): readonly LostAccess[] {
  const named = listValues(change.live, `${readIssuer(provider)}:sub`);
  const make = makeRequests(change, provider);
  const isLost = (subject: string) => make(subject).some((request) => isTokenLost(change, request));
  const of = provider === SOMEBODY.arn ? {} : { provider };
  const patterns = isLost(UNNAMED) ? ['*'] : listPatterns(named, isLost);
  const own = selectLostTokens(
    change,
    connections.filter((token) => token.provider === provider),
  );
  const spelled = named.flatMap(({ value, isPattern }) => (!isPattern && isLost(value) ? [value] : []));
  const subjects = new Set([...spelled, ...own.map(({ subject }) => subject)]);
  const isCovered = (subject: string) => patterns.some((pattern) => matchesPattern(pattern, subject));
  return [
    ...[...subjects]
      .filter((subject) => !isCovered(subject))
      .map((value) => ({ kind: 'subject' as const, value, ...of })),
    ...patterns.map((value) => ({ kind: 'pattern' as const, value, ...of })),
  ];
}

/** Patterns of which some subject is lost that no condition spells out; where two are asked for together, one of both. */
function listPatterns(named: readonly NamedValue[], isLost: (subject: string) => boolean): readonly string[] {
  const patterns = [...new Set(named.flatMap(({ value, isPattern }) => (isPattern ? [value] : [])))];
  const fill = (pattern: string, text: string) =>
    pattern
      .replaceAll(/\$\{[^}]*\}/g, UNNAMED)
      .replaceAll('*', text)
      .replaceAll('?', UNNAMED);
  return patterns.filter((pattern) =>
    [UNNAMED, ...patterns.map((other) => fill(other, UNNAMED))].some((text) => isLost(fill(pattern, text))),
  );
}

/** Beside assuming the role, a token may bring session tags and a source identity (IAM User Guide, session tags). */
const furtherActions = ['sts:TagSession', 'sts:SetSourceIdentity'];

/** What tokens that stay may do no more. */
function listLostActions(change: TrustChange, provider: string): readonly LostAccess[] {
  const named = listValues(change.next, `${readIssuer(provider)}:sub`);
  const make = makeRequests(change, provider);
  const requests = named
    .flatMap(({ value }) => make(value))
    .filter((request) => isAdmitted(change.next, request) && !isTokenLost(change, request));
  return furtherActions
    .filter((action) => requests.some((request) => isTokenLost(change, { ...request, action })))
    .map((value) => ({ kind: 'action', value, provider }));
}

function isAdmitted(document: PolicyDocument, request: WebIdentityRequest): boolean {
  return judgeStatements(document, request).some((one) => !isDeny(one) && one.truth !== 'no');
}

/** A principal that needs no token of OIDC, as a statement names it. */
export interface NamedPrincipal {
  readonly kind: string;
  readonly member: string;
}

/** Principals of the live trust that get in by no statement of the new one under the same conditions. */
export function listLostPrincipals({ live, next }: TrustChange): readonly NamedPrincipal[] {
  return listStatements(live).flatMap((statement) =>
    listPrincipals(statement).filter(
      (principal) => !listStatements(next).some((one) => admitsAsMuch(one, statement, principal)),
    ),
  );
}

/** Those that the trust lets in and that need no token. */
export const listAdmittedPrincipals = (document: PolicyDocument): readonly NamedPrincipal[] =>
  listStatements(document).flatMap(listPrincipals);

export const isSamePrincipal = (one: NamedPrincipal, other: NamedPrincipal): boolean =>
  one.kind === other.kind && foldPrincipal(one) === foldPrincipal(other);

const foldPrincipal = ({ kind, member }: NamedPrincipal): string =>
  kind === 'AWS' ? foldRoot(member) : member;

/** Whether the first statement lets the principal in wherever the second one does. */
function admitsAsMuch(statement: Statement, other: Statement, principal: NamedPrincipal): boolean {
  const isNamed = listPrincipals(statement).some((one) => isSamePrincipal(one, principal));
  const asked = conditionEntries(other);
  return (
    isNamed &&
    conditionEntries(statement).every((entry) => asked.some((line) => impliesCondition(line, entry)))
  );
}

/** Whether whoever meets the first condition meets the second. One of which the values cannot be told is the same as itself. */
function impliesCondition(line: ConditionEntry, entry: ConditionEntry): boolean {
  const [asked, met] = [entry, line].map(({ values = [], ...rest }) => ({ ...rest, values }));
  const isAlike = (entry.values === undefined) === (line.values === undefined);
  return asked !== undefined && met !== undefined && isAlike && keepsOutAsMuch(met, asked);
}

/** Those that may get in by the statement, if they meet its conditions. What is no plain text may be anybody. */
function listPrincipals(statement: Statement): readonly NamedPrincipal[] {
  const { Effect: effect, Principal: principal, NotPrincipal: others } = statement;
  if (effect === 'Deny') return [];
  const may = (kind: string) => judgeAction(statement, selectAction(kind)) !== 'no';
  if (others !== undefined) return may('AWS') ? [{ kind: 'AWS', member: 'NotPrincipal' }] : [];
  if (!isObject(principal)) {
    const member = typeof principal === 'string' ? principal : canonicalJson(principal ?? null);
    return may('AWS') ? [{ kind: 'AWS', member }] : [];
  }
  return Object.entries(principal).flatMap(([kind, members]) =>
    toList<Json>(members).flatMap((value) => {
      const member = typeof value === 'string' ? value : canonicalJson(value);
      const isToken = kind === 'Federated' && !member.includes(':saml-provider/');
      return isToken || isDeletedPrincipal(member) || !may(kind) ? [] : [{ kind, member }];
    }),
  );
}

const selectAction = (kind: string): string =>
  kind === 'Federated' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRole';
