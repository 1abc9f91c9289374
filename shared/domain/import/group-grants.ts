import type { Grant, Permissions, RolePair, TrustTerms } from '../configuration/configuration.ts';
import { escapeTrust } from '../configuration/trust-terms.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { ParsedRoleArn } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/digest.ts';
import { matchesPattern } from '../kernel/glob.ts';
import { groupItems, listIf } from '../kernel/group-by.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import { isPatternText, type IssuerChoice } from '../issuers/issuer.ts';
import { REVOCATION_POLICY } from '../plan/revocation.ts';
import { neverWorksReasons } from '../policy/trust-liveness.ts';
import { canonicalPolicy, formatConditions } from '../policy/canonical-policy.ts';
import type { Statement } from '../policy/policy-document.ts';
import type { ImportDecision } from './decide-import.ts';
import type { ImportedAccess } from './import-reading.ts';
import type { TrustReading } from './role-trust.ts';

/** What a role may do, as a grant says it. */
interface ImportedPermissions extends Pick<
  Grant,
  'permissions' | 'managedPolicies' | 'inlinePolicies' | 'maxSessionDuration' | 'tags'
> {
  /** With `managed` alone; `undefined`: none. */
  readonly boundary?: string;
  /** Why they are left to others although azfed was to keep them. */
  readonly why?: string;
}

/** A connection in one project. */
export type ImportedPair = Pick<RolePair, 'organization' | 'project' | 'connection' | 'type'>;

export interface ImportedRole extends Omit<ParsedRoleArn, 'partition'> {
  readonly pairs: readonly ImportedPair[];
  /** Ids of its connections: one that projects share stands in several pairs. */
  readonly connections: readonly ConnectionId[];
  /** What its trust lets in beyond these pairs, and what adoption takes out: sentences. */
  readonly notes: readonly string[];
}

export interface ImportedGrant extends ImportedPermissions {
  readonly name: string;
  readonly roles: readonly ImportedRole[];
  /** A pattern that covers the connections of its one role, and nothing else that was seen. */
  readonly pattern?: string;
  readonly shareRole: boolean;
  /** Where it is not that of the organization. */
  readonly issuer?: IssuerChoice;
  readonly trust: Omit<TrustTerms, 'expectDeny'> & { readonly expectDeny: readonly Statement[] };
}

/** As few grants as say exactly what there is: roles with the same terms share one. The order of input does not show. */
export function groupGrants(
  decision: Pick<ImportDecision, 'accesses' | 'others' | 'candidates' | 'unread'>,
  permissions: Permissions,
  takenNames: readonly string[],
): readonly ImportedGrant[] {
  const roles = [...groupItems(decision.accesses, ({ role }) => role.arn).values()].flatMap((accesses) => {
    const [first] = accesses;
    return first
      ? [{ terms: deriveTerms(first, permissions), role: describeRole(accesses, decision), first }]
      : [];
  });
  const groups = [...groupItems(roles, ({ terms }) => formatTerms(terms)).values()]
    .map((group) => [...group].sort((a, b) => compareRoles(a.role, b.role)))
    .sort(([a], [b]) => (a && b ? compareTerms(a, b) : 0));
  const names = new Set(takenNames.map((name) => name.toLowerCase()));
  return groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const members = group.map(({ role }) => role);
    const pattern = group.length === 1 ? findPattern(first.role, first.first.trust, decision) : undefined;
    return [
      {
        ...first.terms,
        name: chooseName(members, first.terms, names),
        roles: members,
        shareRole: members.some(({ connections }) => connections.length > 1),
        ...(pattern === undefined ? {} : { pattern }),
      },
    ];
  });
}

type Terms = ImportedPermissions & Pick<ImportedGrant, 'trust' | 'issuer'>;

/** The same text for terms that IAM takes for the same. Names of statements are kept to the letter, and so keep apart. */
function formatTerms({ trust, inlinePolicies, ...rest }: Terms): string {
  const format = (statements: readonly Statement[]) => [
    canonicalPolicy({ Statement: statements }),
    statements.map(({ Sid: name = '' }) => name).sort(),
  ];
  const policies = Object.entries(inlinePolicies).map(([name, policy]) => [name, canonicalPolicy(policy)]);
  return canonicalJson({
    ...rest,
    policies: Object.fromEntries(policies) as object,
    statements: format(trust.statements),
    conditions: formatConditions(trust.conditions),
    expectDeny: format(trust.expectDeny),
  });
}

function deriveTerms(
  { organization, role, admission, trust, issuer }: ImportedAccess,
  permissions: Permissions,
): Terms {
  const place = <Value>(value: Value): Value =>
    JSON.parse(JSON.stringify(value).replaceAll(`::${role.account}:`, '::{account}:')) as Value;
  return {
    ...(issuer === (organization.issuer ?? 'vstoken') ? {} : { issuer }),
    // Inline policies and tags hold no placeholders: see `designRole`.
    ...(permissions === 'managed' ? placePolicies(derivePermissions(role), place) : UNMANAGED),
    trust: place(
      escapeTrust({
        statements: trust.statements,
        conditions: admission.fence,
        expectDeny: trust.denials,
      }),
    ),
  };
}

function placePolicies(
  { boundary, ...permissions }: ImportedPermissions,
  place: <Value>(value: Value) => Value,
): ImportedPermissions {
  const managedPolicies = place(permissions.managedPolicies);
  return {
    ...permissions,
    managedPolicies,
    ...(boundary === undefined ? {} : { boundary: place(boundary) }),
  };
}

const UNMANAGED: ImportedPermissions = {
  permissions: 'unmanaged',
  managedPolicies: [],
  inlinePolicies: {},
  maxSessionDuration: 3_600,
  tags: {},
};

function derivePermissions(role: ObservedRole): ImportedPermissions {
  const why = explainUnmanaged(role);
  if (why !== undefined) return { ...UNMANAGED, why };
  const { boundary, managedPolicies, inlinePolicies, maxSessionDuration, tags } = role;
  return {
    permissions: 'managed',
    ...(boundary === undefined ? {} : { boundary }),
    managedPolicies: [...managedPolicies].sort(),
    inlinePolicies,
    maxSessionDuration,
    tags,
  };
}

/** Why no grant can keep the permissions of the role as they are; `undefined`: one can. */
function explainUnmanaged({ boundary, inlinePolicies, tags }: ObservedRole): string | undefined {
  const names = Object.keys(inlinePolicies);
  if (names.length > 0 && boundary === undefined)
    return 'inline policies need a boundary, and these roles have none';
  if (names.includes(REVOCATION_POLICY)) return `an inline policy of theirs is named ${REVOCATION_POLICY}`;
  if (Object.values(inlinePolicies).some((document) => document.Statement === undefined))
    return 'an inline policy of theirs cannot be read';
  return Object.keys(tags).some((key) => /^(?:aws|azfed):/i.test(key))
    ? 'they have tags of CloudFormation, whose stack keeps them'
    : undefined;
}

function describeRole(
  accesses: readonly ImportedAccess[],
  decision: Pick<ImportDecision, 'others'>,
): ImportedRole {
  const [first] = accesses;
  if (!first) throw new RangeError('A role is imported for somebody.');
  const { arn, account, path, name } = first.role;
  const pairs = accesses.map(({ organization, admission, type }): ImportedPair => ({
    organization: organization.name,
    project: admission.candidate.reference.projectName,
    connection: admission.candidate.reference.name,
    type,
  }));
  return {
    arn,
    account,
    path,
    name,
    pairs: [...pairs].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    connections: [...new Set(accesses.map(({ connection }) => connection.id))].sort(),
    notes: listNotes(accesses, first.trust, decision.others.get(arn) ?? []),
  };
}

const SHOWN = 5;

function shorten(texts: readonly string[]): string {
  const sorted = [...new Set(texts)].sort();
  const rest = sorted.length - SHOWN;
  return `${sorted.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function listNotes(
  accesses: readonly ImportedAccess[],
  { subjects, lost, lacksAudience, dead }: TrustReading,
  others: readonly { readonly subject: string }[],
): readonly string[] {
  const own = new Set(accesses.map(({ admission }) => admission.candidate.subject));
  const beyond = subjects?.filter((subject) => !own.has(subject));
  const shut = others.map(({ subject }) => subject);
  const never = dead.filter(({ isWhole, reason }) => !isWhole && reason !== 'closed');
  return [
    ...(beyond === undefined
      ? ['no subject: every connection and every pipeline of the organization gets in']
      : []),
    ...(beyond !== undefined && beyond.length > 0 ? [`other subjects: ${shorten(beyond)}`] : []),
    ...(lacksAudience ? ['no audience, and its provider takes several'] : []),
    ...lost.map((whom) => `it lets in ${whom}`),
    ...listIf(
      never.length > 0,
      `never worked: ${shorten(never.map(({ value, reason }) => `${value} (${neverWorksReasons[reason]})`))}`,
    ),
    ...(shut.length > 0 ? [`adoption removes the access of ${shorten(shut)}`] : []),
  ];
}

/**
 * Connections of one project may be meant by what their names begin with: where at least three are, where the pattern
 * matches nothing else that was seen, and where the trust lets in every such name today.
 */
function findPattern(
  { pairs }: ImportedRole,
  trust: TrustReading,
  decision: Pick<ImportDecision, 'candidates' | 'unread'>,
): string | undefined {
  const prefix = findPrefix(pairs);
  if (prefix === undefined || decision.unread.length > 0) return undefined;
  const isExact = !admitsOthers(trust, prefix, pairs) || coversOthers(`${prefix}*`, pairs, decision);
  return isExact ? undefined : `${prefix}*`;
}

/** The trust lets in a connection of the project that is named like these, and that nobody has made yet. */
function admitsOthers({ subjects }: TrustReading, prefix: string, [first]: readonly ImportedPair[]): boolean {
  const probe = `sc://${first?.organization ?? ''}/${first?.project ?? ''}/${prefix}~`;
  return subjects?.some((subject) => matchesPattern(subject, probe)) ?? true;
}

/** What the names of at least three connections of AWS in one project begin with, up to a hyphen, dot or underscore. */
function findPrefix(pairs: readonly ImportedPair[]): string | undefined {
  const places = new Set(
    pairs.map(({ organization, project, type }) => canonicalJson([organization, project, type])),
  );
  const [first] = pairs;
  if (first?.type !== 'aws' || pairs.length < 3 || places.size > 1) return undefined;
  const prefix = /^.*[-._]/.exec(commonPrefix(pairs.map(({ connection }) => connection)))?.[0];
  const isPlain = [prefix ?? '', first.project].every((text) => isPatternText(text) && !/[*?]/.test(text));
  return isPlain ? prefix : undefined;
}

function coversOthers(
  pattern: string,
  pairs: readonly ImportedPair[],
  { candidates }: Pick<ImportDecision, 'candidates'>,
): boolean {
  const own = new Set(pairs.map(sortKey));
  const [first] = pairs;
  return candidates.some(
    ({ organization, reference: { projectName: project, name: connection } }) =>
      organization.name === first?.organization &&
      project === first.project &&
      matchesPattern(pattern, connection) &&
      !own.has(JSON.stringify([organization.name, project, connection])),
  );
}

function commonPrefix([first = '', ...others]: readonly string[]): string {
  let length = 0;
  while (length < first.length && others.every((other) => other[length] === first[length])) length++;
  return first.slice(0, length);
}

const sortKey = ({ organization, project, connection }: ImportedPair): string =>
  JSON.stringify([organization, project, connection]);

function compareRoles(a: ImportedRole, b: ImportedRole): number {
  const [one, other] = [a, b].map(({ pairs, arn }) => `${pairs.map(sortKey).join(' ')} ${arn}`);
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

/** The plain ones first. */
function compareTerms(a: { readonly terms: Terms }, b: { readonly terms: Terms }): number {
  const [one, other] = [a, b].map(({ terms }) => canonicalJson(terms));
  return (one?.length ?? 0) - (other?.length ?? 0) || ((one ?? '') < (other ?? '') ? -1 : 1);
}

/** Unique, and speaking: the project where there is one, and what is special. */
function chooseName(roles: readonly ImportedRole[], { trust }: Terms, taken: Set<string>): string {
  const projects = [...new Set(roles.flatMap(({ pairs }) => pairs.map(({ project }) => project)))];
  const only = projects.length === 1 ? (projects[0] ?? '') : '';
  const words = [
    'imported',
    ...(only.toLowerCase().match(/[a-z0-9]+/g) ?? []),
    ...(Object.keys(trust.conditions).length > 0 ? ['fenced'] : []),
    ...(trust.statements.length > 0 ? ['beside-others'] : []),
    ...(trust.expectDeny.length > 0 ? ['guarded'] : []),
  ];
  const stem = words.join('-').slice(0, 56).replace(/-$/, '');
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}-${number}`;
  taken.add(name);
  return name;
}
