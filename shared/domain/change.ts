import type { Actor } from './actor.ts';
import type { Binding } from './bindings.ts';
import type { Mode, Retirement } from './configuration.ts';
import type { Difference } from './difference.ts';
import type { Finding } from './finding.ts';
import type { AccountId, OrganizationId, ProviderArn, RoleArn, RoleId } from './ids.ts';
import type { FieldDigests, RecordedProvider } from './recorded.ts';
import type { RoleState } from './role.ts';
import type { Step } from './step.ts';

export type ChangeKind = 'create' | 'repair' | 'adopt' | 'close' | 'delete';

/**
 * Who moved, told from the three states of each field:
 *
 *     desired = recorded, observed other   drift      somebody changed IAM
 *     observed = recorded, desired other   change     somebody changed Azure DevOps or the configuration
 *     all three different                  conflict   both
 *     nothing recorded                     new
 *     recorded, not there any more         gone
 */
export type Cause = 'drift' | 'change' | 'conflict' | 'new' | 'gone';

export type HeldReason =
  /** The grant says observe. */
  | 'mode-observe'
  /** The grant says repair: nothing is created or retired. */
  | 'mode-repair'
  | 'limit-changes'
  | 'limit-closures'
  /** One deletion a pass. */
  | 'limit-deletions'
  /** A person has stopped writes here. */
  | 'paused'
  /** The configuration allows no hands-off changes at this time. */
  | 'deny-window'
  /** Too much drifted at once; a person has to look. */
  | 'breaker-drift'
  /** Too many connections are missing at once; a person has to look. */
  | 'breaker-absence'
  /** The role was not found for the first time; a second look must agree. */
  | 'second-look'
  /** The role changed on both sides; what would widen access waits for a person. */
  | 'conflict'
  /** Put back again and again: another controller seems to write here too. */
  | 'disputed'
  /** A second person has to say yes to it. */
  | 'approval'
  /** Somebody put a Deny or one more condition on the role: it is kept, and what it holds waits until it is gone. */
  | 'incident'
  /** The provider that the role needs is held or failed. */
  | 'provider'
  /** Another role stands under the recorded ARN: it is not written to until a person takes it over or deletes it. */
  | 'replaced'
  /** The mark of the role names another connection: nothing is widened. */
  | 'foreign-mark'
  /** A hands-off pass of a new deployment only observes. */
  | 'not-bootstrapped'
  /** The saved plan that is carried out showed it as held. */
  | 'not-reviewed';

/** Why only the narrowing part of a change is done. */
export type WideningHold = 'conflict' | 'incident' | 'approval' | 'foreign-mark';

interface CommonChange {
  /** Stable: the same change of the same things has the same id. */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly cause: Cause;
  readonly account: AccountId;
  readonly mode: Mode;
  /** A sentence for a person. */
  readonly reason: string;
  /** The reason without what is done about it: told where the change is blocked. Left out: the reason itself. */
  readonly occasion?: string;
  readonly differences: readonly Difference[];
  /** Carried out first, all of it; never gives anybody more than they have. */
  readonly narrowing: readonly Step[];
  /** Carried out only when the narrowing is done and was read back. */
  readonly widening: readonly Step[];
  /** Set by the planner: the whole change waits. */
  readonly hold?: HeldReason;
  /** Set by the planner: the widening waits; the narrowing goes on. */
  readonly wideningHold?: WideningHold;
  /** Who caused the drift, where somebody was asked. No part of the id: it explains and decides nothing. */
  readonly actor?: Actor;
}

export interface RoleChange extends CommonChange {
  readonly target: 'role';
  readonly roleArn: RoleArn;
  readonly grant: string;
  readonly retire: Retirement;
  readonly bindings: readonly Binding[];
  /** The role as it was seen when the decision was made; `undefined`: there was none. */
  readonly seen: { readonly id: RoleId; readonly fields: FieldDigests } | undefined;
  /** The fields as they are to be. */
  readonly desired: FieldDigests;
  /** Of a deletion: the role as it stands. Of a creation: what it is made again from. */
  readonly snapshot?: RoleState;
}

/** An issuer of Microsoft Entra signs for several organizations: one provider serves them all. */
export interface ProviderNeed {
  readonly organizationId: OrganizationId;
  readonly mode: Mode;
}

export interface ProviderChange extends CommonChange {
  readonly target: 'provider';
  readonly providerArn: ProviderArn;
  /** The first of the organizations that need it. */
  readonly organizationId: OrganizationId;
  /** All organizations that need it, each with the strongest mode of its grants. Never empty. */
  readonly neededBy: readonly ProviderNeed[];
  readonly seen: { readonly audiences: readonly string[] } | undefined;
  readonly audiences: readonly string[];
}

export type Change = RoleChange | ProviderChange;

/**
 * A record that lags behind what is true in IAM (a pass ended before it could record, an overlap ended, a name
 * changed that no role depends on): nothing to write in AWS, only in the table.
 */
export interface RoleSettlement {
  readonly target: 'role';
  readonly account: AccountId;
  readonly roleArn: RoleArn;
  readonly roleId: RoleId;
  readonly grant: string;
  readonly retire: Retirement;
  readonly bindings: readonly Binding[];
  readonly fields: FieldDigests;
}

/** A pass ended after the provider was made or mended and before that was recorded. */
export interface ProviderSettlement {
  readonly target: 'provider';
  readonly recorded: RecordedProvider;
  readonly audiences: readonly string[];
}

/** A pass ended after it had deleted the role and before that was recorded. */
export interface DeletionSettlement {
  readonly target: 'deletion';
  readonly account: AccountId;
  readonly roleArn: RoleArn;
  readonly bindings: readonly Binding[];
}

export type Settlement = RoleSettlement | ProviderSettlement | DeletionSettlement;

export interface Absence {
  readonly roleArn: RoleArn;
  readonly bindings: readonly Binding[];
}

export interface Plan {
  /** Digest of all changes and of what was seen when they were decided. */
  readonly id: string;
  readonly changes: readonly Change[];
  readonly settlements: readonly Settlement[];
  /** Roles that were not found for the first time. */
  readonly absences: readonly Absence[];
  readonly findings: readonly Finding[];
  /** Something could not be read, so the plan is not the whole truth. */
  readonly isPartial: boolean;
  /** Open roles that azfed keeps, by account: what percentages are of. */
  readonly keptRoles: ReadonlyMap<AccountId, number>;
  /** By organization: connections with a role, and how many of them are no longer listed. */
  readonly missing: ReadonlyMap<OrganizationId, { readonly missing: number; readonly kept: number }>;
}
