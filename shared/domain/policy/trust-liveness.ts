import { readIssuer } from '../kernel/arn.ts';
import type { AzureIssuer, IssuerClassifier } from '../issuers/azure-issuer.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { parseConnectionId } from '../kernel/ids.ts';
import { azureProviders, isAzureEntry } from './azure-entries.ts';
import { readOperatorName } from './condition-operators.ts';
import { toList, type PolicyDocument, type Statement } from './policy-document.ts';
import { hasVariable } from './policy-variable.ts';
import { conditionEntries, isAwsKey, type ConditionEntry } from './statement-condition.ts';
import { CLOSED_SUBJECT } from './trust-document.ts';
import { judgedStatements, expandsVariables } from './trust-evaluator.ts';
import { determineReach } from './trust-reach.ts';

/**
 * Why no token of Azure DevOps has ever satisfied a statement, or one of the subjects that it names. Each is sure: what
 * may work is never called dead. Most rows were seen in public modules and guides. `subject-organization` needs what Azure
 * DevOps shows: see entries/.
 */
export const neverWorksReasons = {
  'issuer-name':
    'the issuer ends with a name; that of an organization ends with its GUID, so no token has this issuer',
  'issuer-tenant':
    'the issuer ends with the id of the Entra tenant instead of the id of the organization, so no token has this issuer',
  'issuer-former': 'Azure DevOps no longer issues tokens of this issuer',
  'issuer-spelling': 'the provider is spelled otherwise than the issuer, in case or in a slash at the end',
  'provider-missing': 'the account has no such provider',
  'provider-audience': 'the provider does not accept the audience of the tokens',
  audience: 'the trust asks for another audience than that of the tokens',
  'key-of-other-issuer': 'a condition key names another issuer than the provider, so no token has the key',
  'subject-wildcard-literal':
    'a wildcard under an operator that compares letter for letter, and no name holds one',
  'subject-other-system': 'the subject has the form of another CI system',
  'subject-url': 'the subject holds a URL where a subject holds the name of the organization',
  'subject-id': 'the subject holds an id where a subject holds a name',
  'subject-bare-name': 'the subject does not begin with sc://',
  'subject-incomplete': 'the subject lacks the organization, the project or the connection',
  'subject-organization': 'the subject names another organization than the one that the issuer signs for',
  'subject-other-issuer':
    'the subject has the form of the other issuer (sc:// is of Azure DevOps, /eid1/ of Entra)',
  action: 'the statement does not allow sts:AssumeRoleWithWebIdentity',
  unsatisfiable: 'the conditions together keep every token of the provider out',
  closed: 'azfed has closed the trust',
} as const satisfies Readonly<Record<string, string>>;

export type NeverWorksReason = keyof typeof neverWorksReasons;

/** A statement, for one provider that it names, or one subject in it, that lets nobody in. */
export interface DeadEntry {
  /** Place in the trust, from 0. */
  readonly statement: number;
  readonly providerArn: string;
  readonly reason: NeverWorksReason;
  /** The value that it is about: a subject, an audience, a condition key. Empty: none. */
  readonly value: string;
  /** The statement lets no token of the provider in. False: only this subject of it gets nobody in. */
  readonly isWhole: boolean;
}

export interface TrustLiveness {
  /**
   *     none          the trust names no issuer of Azure DevOps or Entra
   *     possible      a token may get in, as far as trust and providers tell; whether anybody holds it, they do not
   *     never-works   none can: whoever adopts the role lets somebody in who never got in before, which is widening
   */
  readonly status: 'none' | 'possible' | 'never-works';
  readonly dead: readonly DeadEntry[];
}

/** What a trust is held against. */
export interface LivenessFacts {
  /** All OIDC providers of the account; `undefined`: not known. */
  readonly providers: readonly string[] | undefined;
  /** Audiences of a provider; `undefined`: not known. */
  readonly listAudiences?: (provider: string) => readonly string[] | undefined;
  readonly classify: IssuerClassifier;
  /** Tenants of the configuration, in lower case. */
  readonly tenants: readonly string[];
}

/**
 * Whether any token of Azure DevOps can satisfy the trust, and what in it cannot be satisfied. Only what is sure counts:
 * unknown providers, operators and keys are taken to work.
 */
export function judgeLiveness(document: PolicyDocument, facts: LivenessFacts): TrustLiveness {
  const judged = judgedStatements(document).flatMap((statement, index) =>
    statement.Effect === 'Allow' && document.Statement !== undefined
      ? judgeEntries(document, statement, facts).map((entry) => ({ ...entry, statement: index }))
      : [],
  );
  const isOpenOtherwise = judgedStatements(document).some(
    (statement) =>
      azureProviders(statement, facts.classify).length === 0 &&
      isAzureEntry(document, statement, facts.classify),
  );
  const dead = judged.flatMap(({ statement, providerArn, found }) =>
    found.map((one) => ({ ...one, statement, providerArn })),
  );
  if (isOpenOtherwise) return { status: 'possible', dead };
  if (judged.length === 0) return { status: 'none', dead };
  const isDead = judged.every(({ found }) => found.some(({ isWhole }) => isWhole));
  return { status: isDead ? 'never-works' : 'possible', dead };
}

type Found = Pick<DeadEntry, 'reason' | 'value' | 'isWhole'>;

function judgeEntries(
  document: PolicyDocument,
  statement: Statement,
  facts: LivenessFacts,
): readonly { readonly providerArn: string; readonly found: readonly Found[] }[] {
  if (!isEntry(document, statement, facts)) return [];
  const named = azureProviders(statement, facts.classify).filter(
    ({ issuer }) => issuer.kind === 'vstoken' || speaksOfConnections(statement),
  );
  return named.map(({ arn, issuer }) => ({
    providerArn: arn,
    found: findDead(document, { ...statement, Principal: { Federated: arn } }, { arn, issuer }, facts),
  }));
}

/** Entra signs for every application of a tenant: only the subject tells whether a service connection is meant. */
function speaksOfConnections(statement: Statement): boolean {
  return conditionEntries(statement).some(
    ({ key, values = [] }) =>
      key.endsWith(':sub') && values.some((value) => /^(?:sc:|p:|\/eid1\/)/.test(value)),
  );
}

interface Named {
  readonly arn: string;
  readonly issuer: AzureIssuer;
}

const whole = (reason: NeverWorksReason, value = ''): Found => ({ reason, value, isWhole: true });

/** `statement` names this one provider. The first reason that makes all of it dead is enough. */
function findDead(
  document: PolicyDocument,
  statement: Statement,
  named: Named,
  facts: LivenessFacts,
): readonly Found[] {
  const place = findIssuerProblem(named, facts);
  if (place) return [place];
  if (!isAzureEntry(document, statement, facts.classify)) return [whole('action')];
  const lines = conditionEntries(statement).filter((line) => isBinding(line, expandsVariables(document)));
  const written = readIssuer(named.arn).toLowerCase();
  const foreign = lines.find(({ key }) => !isAwsKey(key) && !key.startsWith(`${written}:`));
  if (foreign) return [whole('key-of-other-issuer', foreign.key)];
  const audience = findAudienceProblem(lines, written, named.issuer);
  if (audience) return [audience];
  const subjects = lines
    .filter(({ key }) => key === `${written}:sub`)
    .map((line) => judgeSubjects(line, named.issuer));
  const dead = subjects.find(({ isWhole }) => isWhole);
  if (dead) return dead.found;
  // Somebody may have added a Deny today: the role worked until then.
  const reach = determineReach({ ...document, Statement: [] }, statement);
  return reach.isSatisfiable ? subjects.flatMap(({ found }) => found) : [whole('unsatisfiable')];
}

function findIssuerProblem({ arn, issuer }: Named, facts: LivenessFacts): Found | undefined {
  const written = readIssuer(arn);
  const spelling = findSpellingProblem(written, issuer, facts);
  if (spelling) return whole(spelling, written);
  if (facts.providers?.includes(arn) === false) return whole('provider-missing', arn);
  const audiences = issuer.kind === 'vstoken' ? facts.listAudiences?.(arn) : undefined;
  return audiences?.includes(issuer.audience) === false
    ? whole('provider-audience', audiences.join(', '))
    : undefined;
}

function findSpellingProblem(
  written: string,
  { kind, isFormer, organization, canonical }: AzureIssuer,
  { tenants }: LivenessFacts,
): NeverWorksReason | undefined {
  if (isFormer) return 'issuer-former';
  if (kind === 'vstoken' && organization === undefined) return 'issuer-name';
  if (kind === 'vstoken' && tenants.some((tenant) => tenant === organization)) return 'issuer-tenant';
  return written === canonical ? undefined : 'issuer-spelling';
}

/** A statement for `sts:TagSession` belongs to another one that lets the token in. */
function isEntry(document: PolicyDocument, statement: Statement, { classify }: LivenessFacts): boolean {
  const names = toList(statement.Action).map((name) => (typeof name === 'string' ? name.toLowerCase() : ''));
  const meansToLetIn = names.some((name) => /^sts:assumerole(?:withsaml)?$/.test(name));
  return isAzureEntry(document, statement, classify) || meansToLetIn;
}

/** The line is false for every token that lacks the key or has another value. */
function isBinding({ operator, values }: ConditionEntry, expands: boolean): boolean {
  const { set, base, isIfExists } = readOperatorName(operator);
  return (
    /^String(?:Equals|EqualsIgnoreCase|Like)$/.test(base) &&
    !isIfExists &&
    set !== 'ForAllValues' &&
    values !== undefined &&
    !(expands && values.some(hasVariable))
  );
}

/** What tokens of Entra are made out for depends on the application that asks: nothing is said about it. */
function findAudienceProblem(
  lines: readonly ConditionEntry[],
  written: string,
  { kind, audience }: AzureIssuer,
): Found | undefined {
  if (kind !== 'vstoken') return undefined;
  const wrong = lines.find(
    (line) => line.key === `${written}:aud` && !line.values?.some((value) => isMet(line, value, audience)),
  );
  return wrong && whole('audience', (wrong.values ?? []).join(', '));
}

function isMet({ operator }: ConditionEntry, value: string, held: string): boolean {
  const { base } = readOperatorName(operator);
  if (base === 'StringLike') return matchesPattern(value, held);
  return base === 'StringEquals' ? value === held : value.toLowerCase() === held.toLowerCase();
}

function judgeSubjects(
  { operator, values = [] }: ConditionEntry,
  { kind }: AzureIssuer,
): { readonly isWhole: boolean; readonly found: readonly Found[] } {
  const { base } = readOperatorName(operator);
  const judged = values.map((value) => {
    const compared = base === 'StringEqualsIgnoreCase' ? value.toLowerCase() : value;
    const isPattern = base === 'StringLike' && /[*?]/.test(value);
    return { value, reason: findSubjectProblem(compared, { kind, isPattern }) };
  });
  const isWhole = judged.every(({ reason }) => reason !== undefined);
  return {
    isWhole,
    found: judged.flatMap(({ value, reason }) => (reason ? [{ reason, value, isWhole }] : [])),
  };
}

/** Why the issuer signs no token with the subject, or with none that the pattern matches; `undefined`: it may. */
function findSubjectProblem(
  value: string,
  { kind, isPattern }: { readonly kind: AzureIssuer['kind']; readonly isPattern: boolean },
): NeverWorksReason | undefined {
  if (value === CLOSED_SUBJECT) return 'closed';
  const fixed = isPattern ? (/^[^*?]*/.exec(value)?.[0] ?? '') : value;
  if (kind === 'entra') return findEntraProblem(fixed, isPattern);
  const isOpen = isPattern && ['sc://', 'p://'].some((scheme) => scheme.startsWith(fixed));
  return isOpen ? undefined : findVstokenProblem(fixed, isPattern);
}

function findVstokenProblem(fixed: string, isPattern: boolean): NeverWorksReason | undefined {
  const [, rest] = /^(?:sc|p):\/\/(.*)$/s.exec(fixed) ?? [];
  if (rest === undefined) return findSchemeProblem(fixed);
  return isPattern ? findPartsProblem(rest, rest.split('/').slice(0, -1)) : findNameProblem(rest);
}

function findEntraProblem(fixed: string, isPattern: boolean): NeverWorksReason | undefined {
  if (/^(?:sc|p):\/\//.test(fixed)) return 'subject-other-issuer';
  return !isPattern && /[*?]/.test(fixed) ? 'subject-wildcard-literal' : undefined;
}

/** GitHub `repo:`, GitLab `project_path:`, HCP Terraform `organization:`, Kubernetes `system:`: a word and a colon. */
function findSchemeProblem(text: string): NeverWorksReason {
  if (text.startsWith('/eid1/')) return 'subject-other-issuer';
  if (/^https?:\/\//i.test(text)) return 'subject-url';
  return /^[a-z_]+:(?!\/\/)/.test(text) ? 'subject-other-system' : 'subject-bare-name';
}

/** `rest`: organization / project / name. The name may hold slashes. */
function findNameProblem(rest: string): NeverWorksReason | undefined {
  const [organization = '', project = '', ...name] = rest.split('/');
  const parts = [organization, project, name.join('/')];
  const problem = findPartsProblem(rest, parts);
  if (problem === 'subject-url') return problem;
  if (/[*?]/.test(rest)) return 'subject-wildcard-literal';
  return parts.includes('') ? 'subject-incomplete' : problem;
}

/** Of a pattern, `parts` are those that the first wildcard leaves whole. */
function findPartsProblem(rest: string, parts: readonly string[]): NeverWorksReason | undefined {
  const isAzureHost = /(?:^|\.)(?:azure|visualstudio)\.com$/i.test(parts[0] ?? '');
  if (isAzureHost || /^https?:/i.test(rest)) return 'subject-url';
  return parts.slice(0, 3).some((part) => parseConnectionId(part) !== undefined) ? 'subject-id' : undefined;
}
