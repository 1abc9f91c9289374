import type { ParsedRoleArn } from '../kernel/arn.ts';
import type { Grant, Permissions } from '../configuration/configuration.ts';
import { placeTrust } from '../configuration/trust-terms.ts';
import { GRANT_MARK, NOT_KEPT, isMark, type RoleDesign } from '../desired/role-design.ts';
import type { FieldDigests, ObservedRole } from '../iam/role.ts';
import { toList, type PolicyDocument, type Statement } from '../policy/policy-document.ts';
import { foreignDenials } from '../policy/trust-document.ts';
import { isListed } from '../policy/trust-narrowing.ts';

/**
 * The part of a role that azfed keeps:
 *
 *     permissions  | trust | marks | policies, boundary, session duration, description, other tags
 *     -------------+-------+-------+---------------------------------------------------------------
 *     managed      | yes   | yes   | yes
 *     unmanaged    | yes   | yes   | no: somebody else's. They are shown, and never compared, recorded or written.
 *
 * Of the trust, the Deny statements that the grant expects are left aside: every write takes them along as they stand.
 */
export function viewKeptPart(
  observed: ObservedRole,
  role: ParsedRoleArn,
  grant: Pick<Grant, 'permissions' | 'trust'> | undefined,
): ObservedRole {
  if (!grant) return observed;
  const trust = withoutExpected(observed.trust, grant, role);
  if (grant.permissions === 'managed') return trust === observed.trust ? observed : { ...observed, trust };
  const tags = Object.entries(observed.tags).filter(([key]) => isMark(key));
  return { ...observed, ...NOT_KEPT, trust, tags: Object.fromEntries(tags) };
}

/** What azfed does not keep of a role whose permissions are somebody else's, as IAM shows it: for people to see. */
interface LivePermissions {
  /** ARN; `null`: it has none. */
  readonly boundary: string | null;
  /** ARNs. */
  readonly managedPolicies: readonly string[];
  /** By name. */
  readonly inlinePolicies: ObservedRole['inlinePolicies'];
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly description: string;
  /** Without the marks of azfed. */
  readonly tags: ObservedRole['tags'];
}

/** Who says what a role may do, and what it has of somebody else. */
export interface ShownPermissions {
  readonly permissions: Permissions;
  /** Left out: azfed keeps the whole role, or there is none. */
  readonly livePermissions?: LivePermissions;
}

export function showPermissions(
  grant: Pick<Grant, 'permissions'> | undefined,
  live: ObservedRole | undefined,
): ShownPermissions {
  const { permissions = 'managed' } = grant ?? {};
  if (permissions === 'managed' || !live) return { permissions };
  const { boundary = null, managedPolicies, inlinePolicies, maxSessionDuration, description } = live;
  const tags = Object.fromEntries(Object.entries(live.tags).filter(([key]) => !isMark(key)));
  return {
    permissions,
    livePermissions: { boundary, managedPolicies, inlinePolicies, maxSessionDuration, description, tags },
  };
}

/** The description of a role that exists, where the grant says that it stays. */
export function keepDescription(
  { description }: Grant,
  design: RoleDesign,
  observed: ObservedRole,
): RoleDesign {
  if (description !== 'keep') return design;
  return { ...design, state: { ...design.state, description: observed.description } };
}

/** The name of its grant that a role bears, although the grant has another one now. */
export function keepGrantName(design: RoleDesign, { tags }: ObservedRole): RoleDesign {
  const { state } = design;
  return { ...design, state: { ...state, tags: { ...state.tags, [GRANT_MARK]: tags[GRANT_MARK] ?? '' } } };
}

/** The trust without the Deny statements that its grant expects there. */
function withoutExpected(
  trust: PolicyDocument,
  grant: Pick<Grant, 'trust'>,
  role: ParsedRoleArn,
): PolicyDocument {
  const denials = foreignDenials(trust);
  if (denials.length === 0 || grant.trust.expectDeny === 'none') return trust;
  const { expectDeny } = placeTrust(grant.trust, role.partition, role.account);
  const isExpected = (denial: Statement) =>
    expectDeny === 'any' || (expectDeny !== 'none' && isListed(denial, expectDeny));
  const expected = denials.filter(isExpected);
  if (expected.length === 0) return trust;
  const rest = toList<Statement>(trust.Statement).filter((statement) => !expected.includes(statement));
  return { ...trust, Statement: rest };
}

/** What azfed does to a role besides narrowing its trust and marking it, it does not do where the permissions are somebody else's. */
export function limitToKeptPart(grant: Grant): Grant {
  if (grant.permissions === 'managed') return grant;
  return {
    ...grant,
    // Both write an inline policy.
    revokeSessions: false,
    quarantine: false,
    retire: grant.retire === 'delete' ? 'close' : grant.retire,
  };
}

/** Fields that every role has, and that azfed records of those whose permissions it manages alone. */
const alwaysThere = ['maxSessionDuration', 'description'] as const;

/** Of the fields of a role those that azfed keeps. */
export function pickKept(fields: FieldDigests, permissions: Grant['permissions']): FieldDigests {
  if (permissions === 'managed') return fields;
  const rest = { ...fields } as Record<string, string>;
  for (const path of alwaysThere) Reflect.deleteProperty(rest, path);
  return rest;
}

/** The fields were recorded while the permissions of the role were somebody else's. */
export function isRecordedUnmanaged(written: FieldDigests): boolean {
  return Object.keys(written).length > 0 && !alwaysThere.some((path) => path in written);
}

/**
 * What azfed last wrote. Of a role whose permissions it did not manage until now, what stands there is nobody's drift: the
 * configuration has changed, and the role follows.
 */
export function takeOverFields(written: FieldDigests, seen: FieldDigests): FieldDigests {
  return isRecordedUnmanaged(written) ? { ...seen, ...written } : written;
}
