import type { Binding } from '../desired/bindings.ts';
import type { Cause, DeletionSync, RoleChange, RoleSync } from './change.ts';
import type { Target } from '../desired/claims.ts';
import type { Grant, Mode, Retirement } from '../configuration/configuration.ts';
import type { Ask } from '../desired/desired-roles.ts';
import { canonicalJson, digest } from '../kernel/digest.ts';
import type { Finding } from '../findings/finding.ts';
import type { RoleArn } from '../kernel/ids.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { ObservedRole, RoleState, FieldDigests } from '../iam/role.ts';
import { roleFields } from '../iam/role-fields.ts';
import type { Steps } from './role-steps.ts';
import { displayName } from '../azure-devops/service-connection.ts';

/** Everything that is known of one role. */
export interface RoleFacts {
  readonly target: Target;
  /** The records of those who are bound to it, in the order of the bindings; only those that name this very role. */
  readonly recorded: readonly RecordedRole[];
  /** `undefined`: a complete look at the account did not show it. */
  readonly observed: ObservedRole | undefined;
  /** A grant covers the role: its account, path and name. */
  readonly isGranted: boolean;
  /** A role elsewhere in the account that IAM takes for the same name. */
  readonly namesake: RoleArn | undefined;
  /** What the grant of those who are to be shut out says now. */
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

export interface RolePlan {
  readonly change?: RoleChange;
  readonly recordSync?: RoleSync | DeletionSync;
  /** Not found for the first time: the time is to be recorded. */
  readonly isAbsent?: true;
  /** Of a closed role that is to be deleted and still waits: the ISO time at which its waiting time ends. */
  readonly deletionDueAt?: string;
  readonly findings: readonly Finding[];
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

export function roleChange({ target, observed }: RoleFacts, { steps, ...decision }: Decision): RoleChange {
  const seen = observed ? { id: observed.id, fields: roleFields(observed) } : undefined;
  const identity = [target.role.arn, decision.kind, decision.desired, seen ?? null];
  return {
    target: 'role',
    id: `${decision.kind}-${digest(canonicalJson(identity)).slice(0, 10)}`,
    account: target.role.account,
    roleArn: target.role.arn,
    bindings: target.bindings,
    seen,
    ...decision,
    ...steps,
  };
}

/** The connections that are bound to a role, as people know them. */
export function names(bindings: readonly Binding[]): string {
  return bindings.map(({ references }) => displayName(references)).join(', ');
}
