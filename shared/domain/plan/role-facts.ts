import type { Binding } from '../desired/bindings.ts';
import type {
  Cause,
  DeletionSync,
  RefusalReason,
  RoleChange,
  RoleRefusal,
  PlannedRole,
  RoleSync,
} from './change.ts';
import type { Target } from '../desired/claims.ts';
import type { Grant, Mode, Permissions, Retirement } from '../configuration/configuration.ts';
import type { Ask } from '../desired/desired-roles.ts';
import { canonicalJson, digest } from '../kernel/digest.ts';
import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole, RoleState, FieldDigests } from '../iam/role.ts';
import { roleFields } from '../iam/role-fields.ts';
import { placeTrust } from '../configuration/trust-terms.ts';
import { designRole, type RoleDesign } from '../desired/role-design.ts';
import { isRecordedUnmanaged, pickKept } from './kept-part.ts';
import { withoutGone } from '../policy/gone-principals.ts';
import { toList, type Statement } from '../policy/policy-document.ts';
import { isListed } from '../policy/trust-narrowing.ts';
import type { Steps } from '../iam/iam-operation.ts';
import { makeTrustsWritable } from './writable-trust.ts';
import { displayName } from '../azure-devops/service-connection.ts';

/** Everything that is known of one role. */
export interface RoleFacts {
  readonly target: Target;
  /** The records of those who are bound to it, in the order of the bindings; only those that name this very role. */
  readonly recorded: readonly RecordedRole[];
  /** The part of it that azfed keeps. `undefined`: a complete look at the account did not show it. */
  readonly observed: ObservedRole | undefined;
  /** The whole of it, as IAM shows it. */
  readonly shown: ObservedRole | undefined;
  /** A grant covers the role: its account, path and name. */
  readonly isGranted: boolean;
  /** A role elsewhere in the account that IAM takes for the same name. */
  readonly namesake: string | undefined;
  /** What the grant of those who are to be revoked says now. */
  readonly closingMode: Mode;
  readonly closingRevokes: boolean;
  readonly closingRetire: Retirement;
  /** The grant that the role was written by, where it is still there and covers the role. */
  readonly closingGrant: Grant | undefined;
  /** ARNs of boundaries and managed policies that surely do not exist. */
  readonly missingPolicies: ReadonlySet<string>;
  /** What a person asks for this role. */
  readonly asks: Ask | undefined;
  /** A closed role is deleted when it was not used for so long. */
  readonly deletionWaitMs: number;
  /** Non-whitespace characters that a trust policy may have in this account. */
  readonly trustLength: number;
  readonly now: number;
}

export interface RolePlan extends PlannedRole {
  readonly change?: RoleChange;
  readonly recordSync?: RoleSync | DeletionSync;
  /** Not found for the first time: the time is to be recorded. */
  readonly isAbsent?: true;
  readonly findings: readonly Finding[];
}

const refusalCodes: Readonly<Record<RefusalReason, FindingCode>> = {
  'not-owned': 'role.not-owned',
  'from-template': 'role.from-template',
  'case-clash': 'role.case-clash',
  'over-quota': 'trust.over-quota',
  'too-many-tags': 'role.tags-over-quota',
  'not-made': 'role.not-made',
  'not-restorable': 'role.not-restorable',
};

/** The role is left alone, and this is found about it. */
export function refuse(
  { target }: RoleFacts,
  reason: RefusalReason,
  message: string,
): Pick<RolePlan, 'findings'> & { readonly refusal: RoleRefusal } {
  const connectionId = target.bindings[0]?.connectionId;
  const about = { roleArn: target.role.arn, ...(connectionId ? { connectionId } : {}) };
  const found = finding(refusalCodes[reason], message, about);
  return { refusal: { reason, finding: found }, findings: [found] };
}

/** A change as its planner says it; the rest follows from the facts. */
export interface Decision {
  readonly kind: RoleChange['kind'];
  readonly cause: Cause;
  readonly grant: string;
  readonly mode: Mode;
  readonly retire: Retirement;
  readonly severity: RoleChange['severity'];
  readonly reason: string;
  readonly occasion?: string;
  readonly differences: RoleChange['differences'];
  readonly desired: FieldDigests;
  readonly steps: Steps;
  readonly snapshot?: RoleState;
}

const SHUT =
  'Its Deny statements and conditions leave no room for that: one Deny of everybody takes their place, until a person removes it.';

export function roleChange(facts: RoleFacts, { steps, ...decision }: Decision): RoleChange {
  const { target, shown } = facts;
  const seen = shown ? { id: shown.id, fields: roleFields(shown) } : undefined;
  const permissions = determinePermissions(facts);
  const desired = pickKept(decision.desired, permissions);
  const identity = [target.role.arn, decision.kind, desired, seen ?? null];
  const { steps: writable, isShut } = makeTrustsWritable(steps, facts, decision.cause);
  return {
    target: 'role',
    id: `${decision.kind}-${digest(canonicalJson(identity)).slice(0, 10)}`,
    account: target.role.account,
    roleArn: target.role.arn,
    bindings: target.bindings,
    seen,
    ...decision,
    desired,
    ...(permissions === 'unmanaged' ? { permissions } : {}),
    ...conditionsToRecord(facts),
    ...(isShut ? { reason: `${decision.reason} ${SHUT}` } : {}),
    ...writable,
  };
}

/** Of a role whose grant is gone the record says whether azfed managed its permissions. */
function determinePermissions({ target, closingGrant, recorded }: RoleFacts): Permissions {
  const grant = target.grant ?? closingGrant;
  if (grant) return grant.permissions;
  return recorded.some(({ written }) => isRecordedUnmanaged(written)) ? 'unmanaged' : 'managed';
}

/** The conditions that azfed's own statement has after a change: what is none of them is somebody else's. */
export function conditionsToRecord(facts: RoleFacts): Pick<RecordedRole, 'conditions'> {
  const { target, closingGrant, recorded } = facts;
  const grant = target.grant ?? closingGrant;
  const conditions = grant
    ? placeTrust(grant.trust, target.role.partition, target.role.account).conditions
    : (recorded[0]?.conditions ?? {});
  return Object.keys(conditions).length > 0 ? { conditions } : {};
}

/** What the role is to be under the grant, with what the record says of the conditions that azfed wrote. */
export function designKept(facts: RoleFacts, grant: Grant): RoleDesign {
  const { target, recorded } = facts;
  const design = designRole(target, withoutGoneOnes(facts, grant));
  const formerConditions = recorded.find(({ conditions }) => conditions !== undefined)?.conditions;
  return formerConditions ? { ...design, trust: { ...design.trust, formerConditions } } : design;
}

/** The grant without principals that are gone, except where the live trust still names them: IAM takes no other trust. */
function withoutGoneOnes({ target: { role }, shown }: RoleFacts, grant: Grant): Grant {
  const { statements } = grant.trust;
  if (statements.every((one) => withoutGone(one) === one)) return grant;
  const live = toList<Statement>(shown?.trust.Statement);
  const placed = placeTrust(grant.trust, role.partition, role.account).statements;
  const kept = statements
    .map((one, index) => (isListed(placed[index] ?? one, live) ? one : withoutGone(one)))
    .filter((one) => one !== undefined);
  return { ...grant, trust: { ...grant.trust, statements: kept } };
}

/** The connections that are bound to a role, as people know them. */
export function names(bindings: readonly Binding[]): string {
  return bindings.map(({ references }) => displayName(references)).join(', ');
}

/** What a finding about the role names. */
export function aboutRole(
  { target }: RoleFacts,
  { arn }: ObservedRole,
): Pick<Finding, 'roleArn' | 'connectionId'> {
  const connectionId = target.bindings[0]?.connectionId;
  return { roleArn: arn, ...(connectionId ? { connectionId } : {}) };
}
