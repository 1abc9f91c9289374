import { isAwsConnection, type ServiceConnection } from '../azure-devops/service-connection.ts';
import { listOwnRoleNames } from '../configuration/account-list.ts';
import type { Grant, Organization } from '../configuration/configuration.ts';
import { coversRequest, matchesAny } from '../configuration/grant-coverage.ts';
import { findProtectedRole } from '../configuration/protected-roles.ts';
import type { ObservedRole } from '../iam/role.ts';
import { problemOfName, SUBJECT_MAX_LENGTH } from '../issuers/issuer.ts';
import { parseRoleArn, problemOfRoleArn, type ParsedRoleArn } from '../kernel/arn.ts';
import { canonicalJson } from '../kernel/digest.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';
import { isOfFunction } from '../plan/ownership.ts';
import { neverWorksReasons } from '../policy/trust-liveness.ts';
import { nameConnection, type ImportCode, type ImportFinding } from './import-catalogue.ts';
import type { Admission, Candidate, TrustReading } from './role-trust.ts';
import { keepExpressible } from './expressible.ts';
import type { ImportedAccess, ImportSources, Known } from './import-reading.ts';
import {
  isHidden,
  listUnreadAccounts,
  namesakeKey,
  readAccounts,
  readOrganization,
} from './import-reading.ts';

export interface ImportDecision {
  readonly accesses: readonly ImportedAccess[];
  /** Connections that get no grant, each with the reason. */
  readonly findings: readonly ImportFinding[];
  /** Those of them whose role is not there. */
  readonly withoutRole: readonly ConnectionId[];
  /** Connections that a grant of the configuration covers already. */
  readonly covered: readonly ConnectionId[];
  /** Who else a trust lets in: connections that do not get the role. */
  readonly others: ReadonlyMap<RoleArn, readonly Candidate[]>;
  /** Every connection that was seen, in each of its projects. */
  readonly candidates: readonly Candidate[];
  /** In sentences. Not empty: what was not read is not guessed. */
  readonly unread: readonly string[];
}

interface Refused {
  readonly finding: ImportFinding;
  /** The role that the connection asks for is not there. */
  readonly isWithoutRole?: true;
}

type Verdict = { readonly accesses: readonly ImportedAccess[] } | Refused | 'covered' | 'none';

/**
 * What each connection has today:
 *
 * | connection                 | its role                       | then                                                    |
 * |----------------------------|--------------------------------|---------------------------------------------------------|
 * | covered by a grant         | any                            | left as it is                                           |
 * | of AWS, OIDC, names a role | its trust lets it in           | granted that very role                                  |
 * | of AWS, OIDC, names a role | its trust does not let it in   | named: a grant would open the role to it                |
 * | of AWS, OIDC, names a role | not there, refused, not read   | named                                                   |
 * | of AWS, without OIDC       | -                              | named                                                   |
 * | names no role, any type    | one trust names it the closest | granted by the configuration alone (`type: any`)        |
 * | names no role, any type    | several name it alike          | named                                                   |
 * | names no role, any type    | no trust names its subject     | of AWS: named; of another type: nothing to do with AWS  |
 */
export function decideImport(sources: ImportSources): ImportDecision {
  const views = sources.inventories.map((inventory) => readOrganization(sources, inventory));
  const known = readAccounts(
    sources,
    views.flatMap(({ candidates }) => candidates),
  );
  const byConnection = indexAdmissions(known);
  const verdicts = views.flatMap(({ connections, organization, unsettled }) =>
    connections
      .filter((connection) => isInScope(sources, connection))
      .map((connection) => ({
        connection,
        verdict: unsettled.has(connection.id)
          ? named('import.not-read', connection, 'was changed while it was read')
          : judge(connection, organization, byConnection.get(connection.id) ?? [], known),
      })),
  );
  const { accesses, refused } = keepExpressible(
    verdicts.flatMap(({ verdict }) =>
      typeof verdict === 'object' && 'accesses' in verdict ? verdict.accesses : [],
    ),
    sources,
  );
  const findings = verdicts.flatMap(({ verdict }) =>
    typeof verdict === 'object' && 'finding' in verdict ? [verdict.finding] : [],
  );
  return {
    accesses,
    findings: [...findings, ...refused].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    withoutRole: verdicts.flatMap(({ connection, verdict }) =>
      typeof verdict === 'object' && 'isWithoutRole' in verdict ? [connection.id] : [],
    ),
    covered: verdicts.flatMap(({ connection, verdict }) => (verdict === 'covered' ? [connection.id] : [])),
    others: listOthers(known, accesses),
    candidates: views.flatMap(({ candidates }) => candidates),
    unread: [...views.flatMap(({ unread }) => unread), ...listUnreadAccounts(sources)],
  };
}

const sortKey = ({ connection, connectionId }: ImportFinding) => `${connection} ${connectionId}`;

function isInScope({ projects }: ImportSources, { references }: ServiceConnection): boolean {
  return projects === undefined || references.some(({ projectName }) => matchesAny(projects, projectName));
}

interface RoleAdmission {
  readonly role: ObservedRole;
  readonly trust: TrustReading;
  readonly admission: Admission;
}

function indexAdmissions({ roles }: Known): ReadonlyMap<ConnectionId, readonly RoleAdmission[]> {
  const index = new Map<ConnectionId, RoleAdmission[]>();
  for (const { role, trust } of roles.values())
    for (const admission of trust.admissions) {
      const { id } = admission.candidate.connection;
      index.set(id, [...(index.get(id) ?? []), { role, trust, admission }]);
    }
  return index;
}

function judge(
  connection: ServiceConnection,
  organization: Organization,
  admissions: readonly RoleAdmission[],
  known: Known,
): Verdict {
  if (isHidden(connection))
    return named('import.not-read', connection, 'is listed, but Azure DevOps does not show what it asks for');
  if (!isAwsConnection(connection)) return judgeUnasked(connection, organization, admissions, known);
  return judgeAws(connection, organization, admissions, known);
}

function judgeAws(
  connection: ServiceConnection,
  organization: Organization,
  admissions: readonly RoleAdmission[],
  known: Known,
): Verdict {
  const { oidc, requestedRoleArn } = connection;
  const requested = requestedRoleArn ?? '';
  if (oidc === 'unclear') return named('import.not-read', connection, 'has an unclear "Use OIDC" field');
  if (requested !== '')
    return oidc === 'on'
      ? judgeRequest(connection, organization, requested, admissions, known)
      : named('import.without-oidc', connection, 'does not use OIDC');
  const verdict = judgeUnasked(connection, organization, admissions, known);
  if (verdict !== 'none') return verdict;
  if (oidc !== 'on') return named('import.without-oidc', connection, 'does not use OIDC');
  // Its role may lie in an account that was not asked for, or not read.
  if (known.sources.only !== undefined) return 'none';
  return known.accounts.size < known.sources.observations.length
    ? named('import.not-read', connection, 'names no role, and not every account could be read')
    : named('import.without-role', connection, 'names no role, and no trust lets it in');
}

/** A connection that asks for a role by its ARN. */
function judgeRequest(
  connection: ServiceConnection,
  organization: Organization,
  requested: string,
  admissions: readonly RoleAdmission[],
  known: Known,
): Verdict {
  const role = parseRoleArn(requested);
  if (!role)
    return named(
      'import.without-role',
      connection,
      `names ${JSON.stringify(requested.slice(0, 200))} as its role, which ${problemOfRoleArn(requested)}`,
    );
  const { only, configuration } = known.sources;
  if (only?.includes(role.account) === false) return 'none';
  if (configuration.grants.some((grant) => coversRequest(grant, organization, connection, role)))
    return 'covered';
  const unread = explainUnreadPlace(role, known);
  if (unread !== undefined)
    return named('import.not-read', connection, `names ${role.arn}, ${unread}`, role.arn);
  const found = known.roles.get(role.arn);
  if (!found) return missing(connection, role, known);
  const refusal = refuseRole(found.role, known);
  if (refusal !== undefined)
    return named('import.role-refused', connection, `names ${role.arn}, ${refusal}`, role.arn);
  const own = admissions.filter((one) => one.role.arn === role.arn);
  if (own.length === 0)
    return named(
      'import.never-works',
      connection,
      `is not let in by the trust of ${role.arn}: ${explainShut(found.trust, connection)}`,
      role.arn,
    );
  return express(connection, organization, own, 'aws');
}

/** An account lies in one partition: what was read there says nothing about another. */
function explainUnreadPlace({ account, partition }: ParsedRoleArn, known: Known): string | undefined {
  if (!known.accounts.has(account)) return 'whose account could not be read';
  const read = known.sources.configuration.accounts.find(({ id }) => id === account)?.partition ?? 'aws';
  return read === partition
    ? undefined
    : `of the partition ${partition}, but account ${account} was read in ${read}`;
}

function missing(connection: ServiceConnection, role: ParsedRoleArn, { namesakes }: Known): Verdict {
  const namesake = namesakes.get(namesakeKey(role));
  return namesake === undefined
    ? {
        ...named('import.role-missing', connection, `names ${role.arn}, which is not there`, role.arn),
        isWithoutRole: true,
      }
    : named(
        'import.role-case',
        connection,
        `names ${role.arn}; the role of that name in IAM is ${namesake}`,
        role.arn,
      );
}

function refuseRole(role: ObservedRole, { sources }: Known): string | undefined {
  if (listOwnRoleNames(sources.configuration).has(role.name.toLowerCase()))
    return 'which azfed itself works with';
  const guarded = findProtectedRole(role.name);
  if (guarded) return `which is protected (${guarded.whose})`;
  if (role.path.startsWith('/aws-')) return 'which lies on a path of AWS';
  if (role.isFromTemplate) return 'which comes from an AWS role template';
  return isOfFunction(role) ? 'which is a role of Lambda functions' : undefined;
}

/** Why the trust lets the connection in as little as it does. */
function explainShut({ dead, denied, subjects }: TrustReading, { id }: ServiceConnection): string {
  if ([...denied].some(({ connection }) => connection.id === id)) return 'a Deny of the trust keeps it out';
  const reasons = [
    ...new Set(
      dead.map(({ reason, value }) => `${neverWorksReasons[reason]}${value === '' ? '' : ` (${value})`}`),
    ),
  ];
  if (reasons.length > 0) return reasons.join('; ');
  if (subjects === undefined) return 'its conditions do not surely let the connection in';
  return subjects.length === 0
    ? 'no statement of it lets in tokens of the organization'
    : `it names ${subjects.join(', ')}`;
}

/** A connection that names no role: whichever trust names it the closest is the one that was made for it. */
function judgeUnasked(
  connection: ServiceConnection,
  organization: Organization,
  admissions: readonly RoleAdmission[],
  known: Known,
): Verdict {
  const { configuration, only, observations } = known.sources;
  if (configuration.grants.some((grant) => coversAny(grant, organization, connection))) return 'covered';
  const best = findClosest(connection, admissions, known);
  const roles = [...new Set(best.map(({ role }) => role.arn))].sort();
  if (roles.length === 0 || best.every(({ role }) => only?.includes(role.account) === false)) return 'none';
  const isExact = best.every(({ admission }) => admission.closeness === Infinity);
  if (!isExact && known.accounts.size < observations.length)
    return named('import.not-read', connection, 'names no role, and not every account could be read');
  if (roles.length === 1) return express(connection, organization, best, 'any');
  const rest = roles.length > 5 ? ` and ${roles.length - 5} more` : '';
  const what = `names no role, and is let in by ${roles.slice(0, 5).join(', ')}${rest}`;
  return named('import.several-roles', connection, what);
}

/** By the trusts that name the connection as closely as any. One without a subject names nobody. */
function findClosest(
  connection: ServiceConnection,
  admissions: readonly RoleAdmission[],
  known: Known,
): readonly RoleAdmission[] {
  // A connection of AWS that holds keys is meant by a pattern of nobody's.
  const least = isAwsConnection(connection) && connection.oidc !== 'on' ? Infinity : 0;
  const inside = admissions.filter(
    ({ admission, role }) => admission.closeness >= least && refuseRole(role, known) === undefined,
  );
  const closest = Math.max(...inside.map(({ admission }) => admission.closeness));
  return inside.filter(({ admission }) => admission.closeness === closest);
}

const coversAny = (grant: Grant, organization: Organization, connection: ServiceConnection): boolean =>
  (grant.roles ?? []).some(
    (pair) =>
      pair.type === 'any' &&
      pair.organization === organization.name &&
      connection.references.some(
        ({ projectName, name }) => pair.project === projectName && pair.connection === name,
      ),
  );

/** The grants that say it exactly, one for each project in which the connection gets in; or why there are none. */
function express(
  connection: ServiceConnection,
  organization: Organization,
  own: readonly RoleAdmission[],
  type: ImportedAccess['type'],
): Verdict {
  const [first] = own;
  const arn = first?.role.arn;
  const refuse = (why: string) => named('import.not-expressible', connection, why, arn);
  const distinct = [
    ...new Map(own.map((one) => [canonicalJson([one.admission.candidate.reference]), one])).values(),
  ];
  for (const { admission } of distinct) {
    const problem = problemOfReference(admission.candidate);
    if (problem !== undefined) return refuse(problem);
  }
  const names = new Set(own.map(({ admission }) => admission.candidate.profile.name));
  const issuer = names.size > 1 ? 'both' : names.has('entra') ? 'entra' : 'vstoken';
  return { accesses: distinct.map((one) => ({ organization, connection, type, issuer, ...one })) };
}

function problemOfReference({ reference, profile, subject }: Candidate): string | undefined {
  if (profile.name !== 'vstoken') return undefined;
  const problem = problemOfName(reference.projectName, 'project') ?? problemOfName(reference.name);
  if (problem !== undefined) return 'has a name that no trust can hold safely';
  return subject.length > SUBJECT_MAX_LENGTH ? 'has a subject that is too long for a trust' : undefined;
}

/** Connections that a trust lets in, and that do not get the role. */
function listOthers(
  { roles }: Known,
  accesses: readonly ImportedAccess[],
): ReadonlyMap<RoleArn, readonly Candidate[]> {
  const granted = new Set(accesses.map(({ connection, role }) => `${connection.id} ${role.arn}`));
  return new Map(
    [...roles.values()].map(({ role, trust }) => [
      role.arn,
      trust.admissions
        .map(({ candidate }) => candidate)
        .filter(({ connection }) => !granted.has(`${connection.id} ${role.arn}`)),
    ]),
  );
}

function named(code: ImportCode, connection: ServiceConnection, what: string, roleArn?: RoleArn): Refused {
  return { finding: nameConnection(code, connection, what, roleArn) };
}
