import type { FailureNature } from '../kernel/errors.ts';
import type { StoredRecord } from './event.ts';
import type { ProviderOperation, RoleOperation } from './operation.ts';
import type {
  AccountId,
  ConnectionId,
  OrganizationId,
  ProjectId,
  ProviderArn,
  RoleArn,
  RoleId,
} from '../kernel/ids.ts';
import type { Instant } from '../kernel/durations.ts';
import type { Retirement } from '../configuration/configuration.ts';
import type { IssuerName } from '../issuers/issuer.ts';
import type { RecordedReading } from './reading-record.ts';
import type { RecordedHooks } from './hook-records.ts';
import type { Person, RecordedControls } from './deployment-record.ts';
import type { RoleState, FieldDigests } from '../iam/role.ts';
import type { JsonObject } from '../policy/policy-document.ts';
import type { ConnectionReference } from '../azure-devops/service-connection.ts';

/** A subject, and the project reference whose names it is built of: the same reference with another subject is a rename. */
export interface BoundSubject {
  readonly projectId: ProjectId;
  readonly subject: string;
}

/** A subject that was trusted under an earlier name, and until when it may stay beside the new one. */
export interface FormerSubject {
  readonly subject: string;
  readonly until: Instant;
}

/** Written before the first effect of a change, so that a crash leaves a trace and its event is told all the same. */
export interface Intent<Operation extends string = RoleOperation> {
  readonly changeId: string;
  readonly at: Instant;
  readonly operation: Operation;
  /** Older sessions are to be revoked when the narrowing is done; what a crash left narrowed is still waiting for it. */
  readonly revokes?: true;
}

/**
 * recreated: another connection holds its name. retired: its connection positively asks for it no more. missing: its
 * connection has been missing for long and its grant says to close it meanwhile; the role is never deleted for that.
 */
export type ClosingReason = 'recreated' | 'retired' | 'missing';

/** That nobody is let in any more. */
export interface Closure {
  readonly reason: ClosingReason;
  /** Who was let in until then. */
  readonly subjects: readonly string[];
  /** A role that is to be deleted waits from then on. */
  readonly at: Instant;
}

/** A person's word that a connection is gone for good: without it a missing one keeps what it has. */
export interface Retiring {
  readonly by: Person;
  readonly at: Instant;
  readonly reason: string;
}

/** That the connection is not listed where it was, and nothing says that it was deleted. */
export interface Missing {
  /** The first run that missed it. */
  readonly since: Instant;
  /** When somebody was last notified that it is unaccounted for. */
  readonly notifiedAt?: Instant;
  /** How often somebody was reminded of that. */
  readonly reminders?: number;
}

/** That a person takes the connection from keys to OIDC. */
export interface KeyMigration {
  readonly by: Person;
  /** When it began. */
  readonly at: Instant;
  /** The role that the connection named before, for who goes back; empty: none. */
  readonly formerRoleArn: string;
}

/** A person's word that a connection does without the tokens of one of its issuers. */
export interface WithoutIssuer {
  readonly issuer: IssuerName;
  readonly by: Person;
  readonly at: Instant;
}

/** A role that a person asked azfed to stop managing, until its mark in IAM is gone: no run writes to it any more. */
export interface Releasing {
  readonly arn: RoleArn;
  readonly account: AccountId;
  readonly id?: RoleId;
  /** Name of the grant that it was written by. */
  readonly grant: string;
  readonly by: Person;
  readonly at: Instant;
}

/** Drift of one role that was told and is still there. */
export interface UnresolvedDrift {
  readonly roleArn: RoleArn;
  /** The change that would put it right, as it was told. */
  readonly changeId: string;
  /** When drift of the role was first told; it may have been other drift than now. */
  readonly since: Instant;
  /** When it was last told. */
  readonly toldAt: Instant;
  /** How often somebody was reminded of it. */
  readonly reminders: number;
}

/** A change of one role or provider that has failed whenever it was tried, since it was last done or not needed. */
export interface FailingChange<Arn extends RoleArn | ProviderArn = RoleArn | ProviderArn> {
  readonly arn: Arn;
  /** The change that was tried last. */
  readonly changeId: string;
  readonly kind: ChangeKind;
  /** The first failure. */
  readonly since: Instant;
  /** The last failure. */
  readonly lastAt: Instant;
  readonly times: number;
  /** When: before it, no automatic run tries the change again; left out: the next one does. */
  readonly nextAttemptAt?: Instant;
  readonly nature: FailureNature;
  /** Of azfed, stable. */
  readonly code: string;
  /** Of AWS, where AWS answered: `AccessDenied`. */
  readonly awsCode?: string;
  /** The text of AWS, bounded and without control characters. */
  readonly message: string;
  /** When an event last told of it. */
  readonly toldAt: Instant;
  /** How often somebody was reminded of it. */
  readonly reminders: number;
}

/** What azfed last wrote into IAM for one connection. */
export interface RecordedRole {
  readonly arn: RoleArn;
  readonly account: AccountId;
  /** Unknown between the intent to create the role and the first time that it was read back. */
  readonly id?: RoleId;
  readonly grant: string;
  readonly retire: Retirement;
  /** The subjects of this connection that the trust holds; empty when it is closed. */
  readonly subjects: readonly BoundSubject[];
  readonly formerSubjects: readonly FormerSubject[];
  /** Former names by which a pair of the configuration still gives the connection this role. Left out: none. */
  readonly pairedAs?: readonly ConnectionReference[];
  /** The fields as we last wrote them. */
  readonly written: FieldDigests;
  /** The last write. */
  readonly writtenAt: Instant;
  /** The fields that the last write changed, as they stood before it: seen again soon after, they are propagation. */
  readonly before: FieldDigests;
  /** Conditions of our statements of the trust beyond audience and subject, as we last wrote them; none where left out. */
  readonly conditions?: JsonObject;
  /** Set before the first write of a change and cleared when it is recorded: what a crash left to be looked at. */
  readonly intent?: Intent;
  /** Set while nobody is let in: why, and the subjects that were; whoever else holds one of them is not let in either. */
  readonly closed?: Closure;
  /** The role as it stood before it was deleted: what it is made again from. */
  readonly snapshot?: RoleState;
  /** When azfed deleted it. What is left of the record goes on watching who holds its subjects. */
  readonly deletedAt?: Instant;
  /** When a person had it made again, closed: a second person has to say yes before anybody is let in. */
  readonly restoredAt?: Instant;
  /** Sessions that were issued before it are revoked, by a policy of the role that azfed has written. */
  readonly sessionsRevokedBefore?: Instant;
  /** The last repairs of drift, at most five. */
  readonly repairs?: readonly Instant[];
  /** When the role was first not found; it is called gone only after a second look. */
  readonly absentSince?: Instant;
}

/** What the table knows of one connection. It narrows, it never authorises. */
export interface RecordedConnection extends StoredRecord {
  readonly kind: 'connection';
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  /** Where and under which names the connection was last seen, for people and for finding a name's new owner. */
  readonly references: readonly ConnectionReference[];
  /** References under which it was seen before, as long as a role of it may let in under one of them. Left out: none. */
  readonly earlierReferences?: readonly ConnectionReference[];
  /**
   * The account under whose key the record lies: that of its first role, or of the role that was asked for. Chosen once.
   * Left out: it lies under the key of its organization, as records without a role and of the release before do.
   */
  readonly home?: AccountId;
  /** It is of another type than AWS, and has its role by the configuration alone. */
  readonly isOtherType?: true;
  readonly role?: RecordedRole;
  /** Roles that the connection had before another ARN was typed into it; they stay its own until they are gone. */
  readonly earlier: readonly RecordedRole[];
  /** Releases that were begun and not ended. Left out: none. */
  readonly releasing?: readonly Releasing[];
  /** Counts while a complete look does not show the connection. */
  readonly retiring?: Retiring;
  /** Since when the connection is missing; absent: it was seen, or is known to be deleted. */
  readonly missing?: Missing;
  readonly keyMigration?: KeyMigration;
  /** A person has taken this issuer's tokens from the connection: it needs them no more. */
  readonly withoutIssuer?: WithoutIssuer;
  /** Codes of what was last told about this connection, so that only a change of it is told again. */
  readonly notified: readonly string[];
  /** What people are reminded of while it stays; at most one a role. */
  readonly unresolved?: readonly UnresolvedDrift[];
  /** Changes that keep failing; at most one a role. */
  readonly failing?: readonly FailingChange<RoleArn>[];
}

/** What the table knows of one OIDC provider. */
export interface RecordedProvider extends StoredRecord {
  readonly kind: 'provider';
  readonly account: AccountId;
  readonly arn: ProviderArn;
  /** Audiences that azfed has put there. */
  readonly audiences: readonly string[];
  readonly intent?: Intent<ProviderOperation>;
  readonly notified: readonly string[];
  /** A change of the provider that keeps failing; at most one. */
  readonly failing?: readonly FailingChange<ProviderArn>[];
}

export type RecordedItem =
  | RecordedConnection
  | RecordedProvider
  | RecordedControls
  | RecordedHooks
  | RecordedReading;

/** What a change does to a role or provider. */
export type ChangeKind = 'create' | 'repair' | 'adopt' | 'close' | 'delete';

/** A connection that has, or had, a role. */
export type Claim = RecordedConnection & { readonly role: RecordedRole };

/** A connection has a claim on the role that it asks for, and on those that it asked for before. */
export function listClaims(item: RecordedConnection): readonly Claim[] {
  return listRecordedRoles(item).map((role) => ({ ...item, role }));
}

/** The roles alone that the connection has a claim on. */
export const listRecordedRoles = ({
  role,
  earlier,
}: Pick<RecordedConnection, 'role' | 'earlier'>): readonly RecordedRole[] =>
  role ? [role, ...earlier] : earlier;

/** Where a record without a home belongs; `undefined`: it is about no account, or cannot be read. */
export function chooseHome(item: RecordedConnection): AccountId | undefined {
  if (item.unreadable) return undefined;
  return (item.role ?? item.earlier[0] ?? item.releasing?.[0])?.account;
}

/** A record that is not in the table yet, with the home that it is to have for good; others as they are. */
export function withHome<Item extends RecordedItem>(item: Item): Item {
  if (item.kind !== 'connection' || item.version > 0 || item.home !== undefined) return item;
  const home = chooseHome(item);
  return home === undefined ? item : { ...item, home };
}

/** The record of a connection's claim on one role; `undefined` when it has none. */
export function recordedRole(item: RecordedConnection, arn: RoleArn): RecordedRole | undefined {
  return item.role?.arn === arn ? item.role : item.earlier.find((role) => role.arn === arn);
}

/** The item with this role as it now is. A role that the connection did not have becomes its current one. */
export function withRole(item: RecordedConnection, role: RecordedRole): RecordedConnection {
  if (item.earlier.some(({ arn }) => arn === role.arn)) {
    return { ...item, earlier: item.earlier.map((old) => (old.arn === role.arn ? role : old)) };
  }
  const earlier = item.role && item.role.arn !== role.arn ? [...item.earlier, item.role] : item.earlier;
  return { ...item, role, earlier };
}
