import { azureIssuer } from '../issuers/azure-issuer.ts';
import { parseRoleArn, parseProviderIssuer, readIssuer } from '../kernel/arn.ts';
import { readOperatorName } from './condition-operators.ts';
import {
  formatValue,
  listMembers,
  toList,
  type Json,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';
import { conditionEntries, isAwsKey, type ConditionEntry } from './statement-condition.ts';
import { CLOSED_SUBJECT } from './trust-document.ts';

/** A statement as the cells of a table, in short. */
export interface StatementText {
  readonly effect: string;
  /** Of a permission policy: everybody who holds it, empty. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `StringEquals sub = sc://contoso/Shop/aws-prod`. */
  readonly conditions: readonly string[];
}

export function formatStatement(statement: Statement): StatementText {
  const { Effect: effect, NotPrincipal: notPrincipal, NotAction: notAction, NotResource: other } = statement;
  const negate = (texts: readonly string[]) => texts.map((text) => `all but ${text}`);
  return {
    effect: formatValue(effect ?? ''),
    principals: [
      ...listPrincipals(statement.Principal).map(formatPrincipal),
      ...negate(listPrincipals(notPrincipal).map(formatPrincipal)),
    ],
    actions: [...formatList(statement.Action), ...negate(formatList(notAction))],
    resources: [...formatList(statement.Resource), ...negate(formatList(other))],
    conditions: conditionEntries(statement).map(formatCondition),
  };
}

/**
 * Who may assume the role by a statement of its trust, in words:
 *
 * | principal              | subject                    | in words                                            |
 * |------------------------|----------------------------|-----------------------------------------------------|
 * | issuer of Azure DevOps | none, or `*`               | anybody of the organization                         |
 * |                        | `sc://contoso/*`           | every connection of the organization contoso        |
 * |                        | `sc://contoso/Shop/*`      | every connection of the project Shop                |
 * |                        | another pattern            | every token whose subject matches ...               |
 * |                        | `sc://contoso/Shop/aws`    | the connection Shop / aws                           |
 * | another issuer         | any                        | tokens of ...                                       |
 * | an account             |                            | anybody whom account ... allows                     |
 * | a role, a service      |                            | the role ..., the service ...                       |
 * | `*`                    |                            | anybody in AWS                                      |
 */
export function describeAdmitted(statement: Statement): string {
  return listAdmitted(statement).join(', ') || 'nobody';
}

/** The same one by one. */
export function listAdmitted(statement: Statement): readonly string[] {
  if (statement.NotPrincipal !== undefined) return ['everybody but those that it names'];
  const principals = listPrincipals(statement.Principal);
  return [...new Set(principals.flatMap((principal) => describePrincipal(principal, statement)))];
}

/** Whom a statement of a trust lets in, and behind which conditions, for a sentence. */
export function describeTrustStatement(statement: Statement): string {
  const { actions, conditions } = formatStatement(statement);
  const details = [actions.join(', '), ...conditions].join('; ');
  return `${describeAdmitted(statement)} (${details})`;
}

/** Whom a trust lets in beyond connections that it names. Deny statements and providers that are missing are not counted. */
export type Breadth = 'everybody' | 'organization' | 'project' | 'named';

const widest: readonly Breadth[] = ['everybody', 'organization', 'project', 'named'];

export function rateSubject(subject: string | null): Breadth {
  if (subject === null || /^\*+$/.test(subject)) return 'organization';
  const [, organization = '', project, rest] =
    /^sc:\/\/([^/]*)(?:\/([^/]*)(?:\/(.*))?)?$/.exec(subject) ?? [];
  const isOpen = (part: string | undefined) => part === undefined || /[*?]/.test(part);
  if (!/[*?]/.test(subject)) return 'named';
  if (isOpen(organization) || isOpen(project)) return 'organization';
  return /^\*+$/.test(rest ?? '*') ? 'project' : 'named';
}

/** Whom the allowing statements let in at most. */
export function rateBreadth({ Statement: statements }: PolicyDocument): Breadth {
  const found = toList<Statement>(statements)
    .filter(({ Effect: effect }) => effect !== 'Deny')
    .flatMap((statement) => listPrincipals(statement.Principal).map((one) => ratePrincipal(one, statement)));
  return widest.find((breadth) => found.includes(breadth)) ?? 'named';
}

interface Principal {
  readonly kind: string;
  readonly member: string;
}

function ratePrincipal({ kind, member }: Principal, statement: Statement): Breadth {
  if (member === '*') return conditionEntries(statement).length === 0 ? 'everybody' : 'named';
  if (kind !== 'Federated' || findIssuer(member)?.kind !== 'vstoken') return 'named';
  const subjects = listSubjects(statement);
  if (subjects === undefined) return 'organization';
  const rated = subjects.map(({ value, isPattern }) => (isPattern ? rateSubject(value) : 'named'));
  return widest.find((breadth) => rated.includes(breadth)) ?? 'named';
}

const findIssuer = (arn: string) => azureIssuer(parseProviderIssuer(arn) ?? '');

function describePrincipal({ kind, member }: Principal, statement: Statement): readonly string[] {
  if (member === '*') return ['anybody in AWS'];
  if (kind === 'Service') return [`the service ${member}`];
  if (kind === 'AWS') return [describeAws(member)];
  if (kind !== 'Federated') return [`${kind} ${member}`.trim()];
  const issuer = findIssuer(member);
  const host = readIssuer(member);
  if (!issuer) return [`tokens of ${host}`];
  const subjects = listSubjects(statement);
  if (issuer.kind === 'entra') return [`tokens of Entra${subjects ? '' : ', whatever they are for'}`];
  return subjects === undefined ? ['anybody of the organization'] : subjects.map(describeSubject);
}

function describeAws(member: string): string {
  const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(member)?.[1];
  if (account !== undefined) return `anybody whom account ${account} allows`;
  const role = parseRoleArn(member);
  if (role) return `the role ${role.name} of account ${role.account}`;
  return member.startsWith('arn:') ? member : `a deleted role or user (${member})`;
}

interface Subject {
  readonly value: string;
  readonly isPattern: boolean;
}

/** `undefined`: no condition asks for a subject in a way that keeps others out. */
function listSubjects(statement: Statement): readonly Subject[] | undefined {
  const lines = conditionEntries(statement).filter(({ key }) => key.endsWith(':sub') && !isAwsKey(key));
  const asking = lines.flatMap(({ operator, values = [] }) => {
    const { base, isIfExists, set } = readOperatorName(operator);
    const isAsking =
      /^String(?:Equals|EqualsIgnoreCase|Like)$/.test(base) && !isIfExists && set !== 'ForAllValues';
    return isAsking
      ? [values.map((value) => ({ value, isPattern: base === 'StringLike' && /[*?]/.test(value) }))]
      : [];
  });
  // All lines must hold: the shortest list of exact names says who is left.
  const [first, ...others] = asking;
  return others.reduce<readonly Subject[] | undefined>(
    (best, line) => (line.some(({ isPattern }) => isPattern) ? best : line),
    first,
  );
}

const patternWords: readonly (readonly [form: RegExp, words: (name: string) => string])[] = [
  [/^\*+$/, () => 'anybody of the organization'],
  [/^sc:\/\/([^/*?]+)\/\*(?:\/\*)?$/, (name) => `every connection of the organization ${name}`],
  [/^sc:\/\/[^/*?]+\/([^/*?]+)\/\*$/, (name) => `every connection of the project ${name}`],
  [/^(.*)$/s, (pattern) => `every token whose subject matches ${pattern}`],
];

const exactWords: readonly (readonly [form: RegExp, words: (name: string, other: string) => string])[] = [
  [new RegExp(`^${CLOSED_SUBJECT}$`), () => 'nobody'],
  [/^p:\/\/(.*)$/s, (name) => `the pipeline ${name}`],
  [/^sc:\/\/[^/]+\/([^/]+)\/(.+)$/s, (project, name) => `the connection ${project} / ${name}`],
  [/^(.*)$/s, (subject) => `the subject ${subject}`],
];

function describeSubject({ value, isPattern }: Subject): string {
  const [found] = (isPattern ? patternWords : exactWords).flatMap(([form, words]) => {
    const match = form.exec(value);
    return match ? [words(match[1] ?? '', match[2] ?? '')] : [];
  });
  return found ?? value;
}

const listPrincipals = (value: Json | undefined): readonly Principal[] =>
  listMembers(value).map(({ kind, member }) => ({ kind, member: formatValue(member) }));

function formatPrincipal({ kind, member }: Principal): string {
  if (kind === 'Federated') return readIssuer(member);
  return member;
}

/** `sub` for `vstoken.dev.azure.com/<GUID>:sub`: the provider stands beside it. */
function formatCondition({ operator, key, values }: ConditionEntry): string {
  const name = isAwsKey(key) ? key : key.slice(key.lastIndexOf(':') + 1);
  return `${operator} ${name} = ${(values ?? ['?']).join(', ')}`.trim();
}

const formatList = (value: Json | undefined) => toList(value).map(formatValue);
