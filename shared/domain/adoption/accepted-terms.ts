import { readIssuer } from '../kernel/arn.ts';
import { NO_BOUNDARY, type Grant } from '../configuration/configuration.ts';
import { isMark } from '../desired/role-design.ts';
import type { RoleState } from '../iam/role.ts';
import { findValue } from '../iam/role-fields.ts';
import { azureIssuer } from '../issuers/azure-issuer.ts';
import type { Difference } from '../kernel/difference.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import { keepPolicySpelling, keepSpelling, keepStatementSpelling, type Fill } from './kept-spelling.ts';
import { allowingPart, commonFence, hasAdmission } from '../policy/live-trust.ts';
import type { Json, JsonObject, PolicyDocument, Statement } from '../policy/policy-document.ts';
import { isObject, toList } from '../policy/policy-document.ts';
import { describeTrustStatement } from '../policy/statement-text.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import { foreignDenials, readTrustStatement } from '../policy/trust-document.ts';
import { toCurrentVersion } from '../policy/trust-narrowing.ts';
import { determineReach, listNamedIssuers } from '../policy/trust-reach.ts';

/**
 * What of a live role no grant can say, or may say.
 *
 *     description      azfed writes it itself
 *     mark             a tag by which azfed knows its roles
 *     tag-of-aws       tags of AWS cannot be written by anybody else
 *     trust-closed     the live trust does not let the connection in
 *     trust-subject    a statement for tokens of Azure DevOps or Entra that lets in others than the connection: another
 *                      subject, a pattern, another audience, another issuer
 *     trust-form       such a statement lets in the tokens of the connection alone, in another form than that of azfed: no
 *                      audience where the provider has one, StringLike without a wildcard, a further action. azfed always
 *                      writes its own form, so that no audience that the provider gets later opens the role
 *     admin            permissions of an administrator without a boundary, where the grant does not say so already
 *     unmanaged        its grant leaves such fields to somebody else: there is no drift in them
 */
export type AcceptRefusalReason =
  | 'description'
  | 'mark'
  | 'tag-of-aws'
  | 'trust-closed'
  | 'trust-subject'
  | 'trust-form'
  | 'admin'
  | 'unmanaged';

export interface AcceptRefusal {
  readonly reason: AcceptRefusalReason;
  /** The field or value that it is about. */
  readonly value: string;
}

/** Fields of a grant, in the form of the configuration file. Only those that are to change. */
export interface AcceptedTerms {
  readonly boundary?: string;
  readonly managedPolicies?: readonly string[];
  /** By name; `undefined`: the policy goes. */
  readonly inlinePolicies?: Readonly<Record<string, JsonObject | undefined>>;
  readonly maxSessionDuration?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly trust?: {
    readonly statements: readonly Statement[];
    readonly conditions: JsonObject;
    readonly expectDeny: 'any' | 'none' | readonly Statement[];
  };
}

export interface Acceptance {
  readonly terms: AcceptedTerms;
  readonly refusals: readonly AcceptRefusal[];
}

/** What is known around the role. */
interface AcceptFacts {
  readonly differences: readonly Pick<Difference, 'path'>[];
  /** Puts account and partition of the role into text of the grant. */
  readonly fill: Fill;
  /** `undefined`: the provider was not read. */
  readonly listAudiences: (provider: string) => readonly string[] | undefined;
}

/** What the grant has to say so that the live role is as it should be. `bindings`: the trust that belongs to its connections. */
export function acceptLive(
  live: RoleState,
  grant: Grant,
  bindings: readonly TrustBinding[],
  facts: AcceptFacts,
): Acceptance {
  const { differences, fill } = facts;
  const fields = new Set(differences.map(({ path }) => nameField(path)));
  const parts: readonly Acceptance[] = [
    ...(fields.has('trust') ? [acceptTrust(live, grant, bindings, facts)] : []),
    ...(fields.has('boundary') || fields.has('policies') ? [acceptPolicies(live, grant, fill)] : []),
    ...(fields.has('maxSessionDuration') ? [accepted({ maxSessionDuration: live.maxSessionDuration })] : []),
    ...(fields.has('description') ? [refused('description', live.description)] : []),
    ...(fields.has('tags') ? [acceptTags(live, differences)] : []),
  ];
  return {
    terms: Object.assign({}, ...parts.map(({ terms }) => terms)) as AcceptedTerms,
    refusals: parts.flatMap(({ refusals }) => refusals),
  };
}

const nameField = (path: string): string => /^[A-Za-z]+/.exec(path)?.[0] ?? path;
const accepted = (terms: AcceptedTerms): Acceptance => ({ terms, refusals: [] });
const refused = (reason: AcceptRefusalReason, value: string): Acceptance => ({
  terms: {},
  refusals: [{ reason, value }],
});

function acceptTags({ tags }: RoleState, differences: readonly Pick<Difference, 'path'>[]): Acceptance {
  const marks = differences.flatMap(({ path }) => {
    const key = path.slice('tags.'.length);
    return path.startsWith('tags.') && isMark(key) ? [{ reason: 'mark' as const, value: key }] : [];
  });
  const ofAws = Object.keys(tags).filter((key) => key.startsWith('aws:'));
  const own = Object.entries(tags).filter(([key]) => !isMark(key) && !key.startsWith('aws:'));
  return {
    terms: { tags: Object.fromEntries(own) },
    refusals: [...marks, ...ofAws.map((value) => ({ reason: 'tag-of-aws' as const, value }))],
  };
}

/** Policies by which a role may do everything, or give itself every right. */
const adminPolicy = /^arn:[a-z-]+:iam::aws:policy\/(?:AdministratorAccess|IAMFullAccess)$/;

function acceptPolicies(live: RoleState, grant: Grant, fill: Fill): Acceptance {
  if (grant.permissions === 'unmanaged') return refused('unmanaged', 'policies');
  const { boundary, managedPolicies, inlinePolicies } = live;
  const kept = grant.managedPolicies.filter((arn) => managedPolicies.includes(fill(arn)));
  const added = managedPolicies.filter((arn) => !kept.map(fill).includes(arn));
  const opened = grant.boundary === NO_BOUNDARY ? added : managedPolicies;
  const admin = boundary === undefined ? opened.filter((arn) => adminPolicy.test(arn)) : [];
  const names = new Set([...Object.keys(grant.inlinePolicies), ...Object.keys(inlinePolicies)]);
  const changed = [...names].filter((name) => {
    const [asked, has] = [findValue(grant.inlinePolicies, name), findValue(inlinePolicies, name)];
    return asked && has ? !samePolicy(asked, has) : true;
  });
  return {
    terms: {
      ...(fill(grant.boundary) === (boundary ?? NO_BOUNDARY) ? {} : { boundary: boundary ?? NO_BOUNDARY }),
      ...(added.length > 0 || kept.length < grant.managedPolicies.length
        ? { managedPolicies: [...kept, ...added] }
        : {}),
      ...(changed.length > 0
        ? {
            inlinePolicies: Object.fromEntries(
              changed.map((name) => [
                name,
                keepPolicySpelling(findValue(grant.inlinePolicies, name), findValue(inlinePolicies, name)),
              ]),
            ),
          }
        : {}),
    },
    refusals: admin.map((value) => ({ reason: 'admin' as const, value })),
  };
}

/** Statements for tokens of Azure DevOps must be exactly those of azfed; what else stands there is kept by the grant. */
function acceptTrust(
  { trust: live }: RoleState,
  grant: Grant,
  bindings: readonly TrustBinding[],
  { fill, listAudiences }: AcceptFacts,
): Acceptance {
  const trust = toCurrentVersion(live);
  const statements = toList<Statement>(allowingPart(trust).Statement);
  const [own, others] = [statements.filter(isOfAzure), statements.filter((one) => !isOfAzure(one))];
  const strange = own.filter((statement) => !isExactly(statement, bindings));
  const allowing = allowingPart(trust);
  const lacking = bindings.flatMap((binding) =>
    binding.subjects.filter((subject) => !hasAdmission(allowing, binding, subject)),
  );
  const denials = foreignDenials(trust);
  const [first] = bindings;
  return {
    terms: {
      trust: {
        statements: keepStatementSpelling(grant.trust.statements, others, fill),
        conditions: keepSpelling(
          grant.trust.conditions,
          first ? commonFence(allowing, first) : {},
          fill,
        ) as JsonObject,
        expectDeny: acceptDenials(grant, denials, fill),
      },
    },
    refusals: [
      ...strange.map((statement) => ({
        reason: admitsOwnAlone(trust, statement, bindings, listAudiences)
          ? ('trust-form' as const)
          : ('trust-subject' as const),
        value: describeTrustStatement(statement),
      })),
      ...lacking.map((value) => ({ reason: 'trust-closed' as const, value })),
    ],
  };
}

function acceptDenials(
  { trust: { expectDeny } }: Grant,
  denials: readonly Statement[],
  fill: Fill,
): 'any' | 'none' | readonly Statement[] {
  if (expectDeny === 'any') return 'any';
  if (denials.length === 0) return 'none';
  return keepStatementSpelling(expectDeny === 'none' ? [] : expectDeny, denials, fill);
}

function isOfAzure({ Principal: principal }: Statement): boolean {
  if (!isObject(principal)) return false;
  return toList<Json>(principal['Federated']).some(
    (member) => typeof member === 'string' && azureIssuer(readIssuer(member)) !== undefined,
  );
}

/** Whether a statement lets in tokens of the connection and no others, whatever its form. */
function admitsOwnAlone(
  trust: PolicyDocument,
  statement: Statement,
  bindings: readonly TrustBinding[],
  listAudiences: AcceptFacts['listAudiences'],
): boolean {
  const binding = findOnlyBinding(statement, bindings);
  if (!binding) return false;
  const reach = determineReach({ ...trust, Statement: [] }, statement);
  if (!reach.isSatisfiable || reach.hasOtherSubjects) return false;
  const isOwn = (audience: string) => audience === binding.audience;
  const asksForOwn = !reach.hasOtherAudiences && reach.audiences.every(isOwn);
  const hasOwnAudience = asksForOwn || listAudiences(binding.providerArn)?.every(isOwn) === true;
  return hasOwnAudience && reach.subjects.every((subject) => binding.subjects.includes(subject));
}

/** `undefined`: the statement names other principals, or several. */
function findOnlyBinding(statement: Statement, bindings: readonly TrustBinding[]): TrustBinding | undefined {
  const { Principal: principal } = statement;
  const [only, another] = listNamedIssuers(statement);
  if (!isObject(principal) || Object.keys(principal).length > 1 || another !== undefined) return undefined;
  return bindings.find(({ providerArn }) => providerArn === only?.arn);
}

function isExactly(statement: Statement, bindings: readonly TrustBinding[]): boolean {
  const read = readTrustStatement(statement)?.binding;
  return bindings.some(
    ({ providerArn, audience, subjects }) =>
      read?.providerArn === providerArn &&
      read.audience === audience &&
      read.subjects.every((subject) => subjects.includes(subject)),
  );
}
