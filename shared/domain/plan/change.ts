import type { AbsenceCount } from '../discovery/account-slice.ts';
import type { Actor } from '../attribution/actor.ts';
import type { Binding } from '../desired/bindings.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { ChangeKind, RecordedProvider } from '../records/connection-record.ts';
import type { Mode, Retirement } from '../configuration/configuration.ts';
import type { Difference } from '../kernel/difference.ts';
import type { Instant } from '../kernel/durations.ts';
import type { JsonObject } from '../policy/policy-document.ts';
import type { Finding } from '../findings/finding.ts';
import type { Severity } from '../kernel/severity.ts';
import type {
  AccountId,
  ConnectionId,
  OrganizationId,
  ProjectId,
  ProviderArn,
  RoleArn,
  RoleId,
} from '../kernel/ids.ts';
import type { PresenceFacts } from '../desired/missing-connections.ts';
import type { RoleState, FieldDigests } from '../iam/role.ts';
import type { Step } from '../iam/iam-operation.ts';

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

/** Why only the narrowing part of a change is done. */
export type WideningHold =
  | 'conflict'
  | 'incident'
  | 'approval'
  | 'disputed'
  | 'undecided'
  | 'foreign-mark'
  | 'missing-policy';

interface CommonChange {
  /** Stable: the same change of the same things has the same id. */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly cause: Cause;
  readonly account: AccountId;
  readonly mode: Mode;
  /** How dangerous it is to leave things as they are: the worst of the differences. */
  readonly severity: Severity;
  /** A sentence for a person. */
  readonly reason: string;
  /** The reason without what is done about it: told where the change is blocked. Left out: the reason itself. */
  readonly occasion?: string;
  readonly differences: readonly Difference[];
  /**
   * Carried out first; never gives anybody more than they have. That of a repair takes away what nobody was granted, and
   * goes on whatever holds the rest.
   */
  readonly narrowing: readonly Step[];
  /** Carried out only when the narrowing is done and was read back; marks of the role are written with it. */
  readonly widening: readonly Step[];
  /** Carried out in place of both, where one write narrows and widens at the same moment. */
  readonly atOnce?: readonly Step[];
  /** Set by the planner: the whole change waits. */
  readonly hold?: BlockedReason;
  /** Set by the planner: the widening waits; the narrowing goes on. */
  readonly wideningHold?: WideningHold;
  /** AWS refused the change, and no automatic run tries it before then. No part of the id. */
  readonly nextAttemptAt?: Instant;
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
  /** Policies, boundary and all else but trust and marks are somebody else's: nothing of them is written. */
  readonly permissions?: 'unmanaged';
  /** Conditions of azfed's own statements of the trust beyond audience and subject; none where left out. */
  readonly conditions?: JsonObject;
  /** Of a deletion: the role as it stands. Of a creation: what it is made again from. */
  readonly snapshot?: RoleState;
  /** It revokes a connection that has the role by the record and asks for it no more. */
  readonly retires?: true;
  /** Of such a change: what is done while it is held. It narrows the role to what is recorded and granted. */
  readonly meanwhile?: RoleChange;
}

/** An issuer of Microsoft Entra signs for several organizations: one provider serves them all. */
interface ProviderNeed {
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
 * A record that lags behind what is true in IAM (a run ended before it could record, an overlap ended, a name
 * changed that no role depends on): nothing to write in AWS, only in the table.
 */
export interface RoleSync extends Pick<
  RoleChange,
  'target' | 'account' | 'roleArn' | 'grant' | 'retire' | 'bindings' | 'conditions'
> {
  readonly roleId: RoleId;
  readonly fields: FieldDigests;
}

/** A run ended after the provider was made or fixed and before that was recorded. */
export interface ProviderSync {
  readonly target: 'provider';
  readonly recorded: RecordedProvider;
  readonly audiences: readonly string[];
}

/** A run ended after it had deleted the role and before that was recorded. */
export interface DeletionSync {
  readonly target: 'deletion';
  readonly account: AccountId;
  readonly roleArn: RoleArn;
  readonly bindings: readonly Binding[];
}

export type RecordSync = RoleSync | ProviderSync | DeletionSync;

/** How many of the connections with an open role in one account a project misses. A shared connection counts in each of its projects. */
export interface MissingCount {
  readonly organization: OrganizationId;
  readonly project: ProjectId;
  readonly account: AccountId;
  readonly missing: number;
  readonly kept: number;
}

export interface Absence {
  readonly roleArn: RoleArn;
  readonly bindings: readonly Binding[];
}

/**
 * Why a role that is asked for is left alone, or not made:
 *
 *     not-owned        it is there, and azfed did not make it
 *     from-template    AWS made it from a template
 *     case-clash       IAM takes the name of another role for the same
 *     over-quota       its trust has no room for what is asked for
 *     too-many-tags    it has no room for the tags that an adoption adds
 *     not-made         whoever owns its permissions makes it
 *     not-restorable   its snapshot, or its grant, does not allow to make it again
 */
export type RefusalReason =
  | 'not-owned'
  | 'from-template'
  | 'case-clash'
  | 'over-quota'
  | 'too-many-tags'
  | 'not-made'
  | 'not-restorable';

export interface RoleRefusal {
  readonly reason: RefusalReason;
  readonly finding: Finding;
}

/** What is decided about a role beside its change. */
export interface PlannedRole {
  readonly refusal?: RoleRefusal;
  /** IAM does not show yet what azfed wrote. */
  readonly isSettling?: true;
  /** Of a closed role that is to be deleted and still waits: the ISO time at which its waiting time ends. */
  readonly deletionDueAt?: string;
}

/** A role that is there and open is of no use to a connection as long as its provider waits to be made or repaired. */
export interface ProviderGap {
  readonly roleArn: RoleArn;
  readonly connectionId: ConnectionId;
  readonly providerArn: ProviderArn;
}

export interface Plan {
  /** Digest of all changes and of what was seen when they were decided. */
  readonly id: string;
  readonly changes: readonly Change[];
  readonly recordSyncs: readonly RecordSync[];
  /** Roles that were not found for the first time. */
  readonly absences: readonly Absence[];
  readonly findings: readonly Finding[];
  /** Something could not be read, so the plan is not the whole truth. */
  readonly isPartial: boolean;
  /** Open roles that azfed keeps, by account: what percentages are of. */
  readonly keptRoles: ReadonlyMap<AccountId, number>;
  readonly missing: readonly MissingCount[];
  /** Organizations of which discovery says that too many are missing; left out: `missing` is of all accounts, and says it. */
  readonly tooManyMissing?: ReadonlyMap<OrganizationId, AbsenceCount> | undefined;
  /** What else is decided about each role of an account that could be read. */
  readonly roles: ReadonlyMap<RoleArn, PlannedRole>;
  readonly providerGaps: readonly ProviderGap[];
  /** Which connections are missing, and which are not any more. */
  readonly presence: PresenceFacts;
}

/** Somebody moved IAM (alone, or while the desired state moved too). */
export function isDrift({ cause }: Pick<Change, 'cause'>): boolean {
  return cause === 'drift' || cause === 'conflict' || cause === 'gone';
}

/** Why a change is planned, for a person. */
export interface Reasons {
  /** What has happened, and what is done about it. */
  readonly reason: string;
  /** What has happened alone: all that is true where the change is blocked. */
  readonly occasion: string;
}

/** `occasion`: what has happened; `action`: what is done about it. Neither ends with a full stop. */
export function because(occasion: string, action: string): Reasons {
  return { reason: `${occasion}; ${action}.`, occasion: `${occasion}.` };
}

/** The same with another sentence on what is done. */
export function alsoDoing({ reason, occasion }: Reasons, sentence: string): Reasons {
  return { reason: `${reason} ${sentence}`, occasion };
}

/** What is done about the sessions of a role beside its narrowing. */
export interface Revoking {
  readonly revokes: boolean;
  readonly quarantines: boolean;
}

/** The same with what is done about its sessions. */
export function withRevoking(why: Reasons, { revokes, quarantines }: Revoking): Reasons {
  if (!revokes) return why;
  const sentence = quarantines
    ? 'It is quarantined: its sessions may do nothing for an hour.'
    : 'Its older sessions are revoked.';
  return alsoDoing(why, sentence);
}

/** The reason of a change that is not carried out. */
export function reasonWhenBlocked(reasons: Partial<Reasons> & { readonly reason: string }): string {
  const { reason, occasion = reason } = reasons;
  return occasion;
}
