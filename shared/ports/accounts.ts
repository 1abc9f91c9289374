import type { Account, Organization } from '../domain/configuration/configuration.ts';
import type { ProviderArn, RoleArn, ConnectionId, OrganizationId, ProjectId } from '../domain/kernel/ids.ts';
import type { AccountObservation, ObservedProvider, ObservedRole, RolePolicies } from '../domain/iam/role.ts';
import type { WriteStep } from '../domain/iam/iam-operation.ts';
import type { ServiceUse } from '../domain/policy/cut-use.ts';
import type { PolicyDocument } from '../domain/policy/policy-document.ts';
import type { Person } from '../domain/records/deployment-record.ts';
import type { KnownActor } from '../domain/attribution/actor.ts';
import type { ChangeTarget } from '../domain/attribution/change-target.ts';
import type { AttributedChange } from '../domain/discovery/audit-entry.ts';
import type { IamChange } from '../domain/attribution/iam-change.ts';
import type { Reading } from '../domain/kernel/result.ts';
import type { Execution, TrailUses } from '../domain/verify/uses.ts';
import type { RoleUses } from '../domain/verify/role-uses.ts';

/** What to look at in an account. */
export interface ObservationScope {
  /** Grants' role paths: roles on or below them are in scope. */
  readonly paths: readonly string[];
  /** Providers whose audiences are wanted, if they exist. */
  readonly providers: readonly ProviderArn[];
  /** Boundaries and managed policies that roles are to have: ARNs. Those that no role in scope has are asked for one by one. */
  readonly policies?: readonly string[];
  /** Only these roles are wanted. The reader decides by the counts whether single reads or the bulk lists are cheaper. */
  readonly roles?: readonly RoleArn[];
}

/** Reads IAM. Never modifies anything. */
export interface AccountReader {
  /** Never rejects for what the outside does: a list that was refused or cut short is `unknown` in its place. */
  observe(account: Account, scope: ObservationScope): Promise<AccountObservation>;
}

/** Reads what managed policies say. Never modifies anything. */
export interface PolicyReader {
  /** By ARN, of those that exist. Never rejects for what the outside does: each that was refused is `unknown` in its place. */
  readPolicies(
    account: Account,
    arns: readonly string[],
  ): Promise<ReadonlyMap<string, Reading<PolicyDocument>>>;
}

/** Reads what IAM reports that a role has called, whether it was allowed or not. Never modifies anything. */
export interface LastAccessedSource {
  /**
   * Of the last 400 days; calls of the last four hours may be missing. IAM makes a report for it, which may take some seconds:
   * unknown when it is not there at `until` (epoch milliseconds). Never rejects for what the outside does.
   */
  readLastAccessed(account: Account, role: RoleArn, until: number): Promise<Reading<readonly ServiceUse[]>>;
}

/** The parts of a role that a re-read is about; each costs its own calls. */
export interface RoleParts {
  readonly managedPolicies: boolean;
  /** Inline policies to read, by name. */
  readonly inlinePolicies: readonly string[] | 'all';
  /** Left out: not read, and `undefined` in what is read. */
  readonly instanceProfiles?: boolean;
}

/** A role that is to be read again. */
export interface RoleReread {
  readonly role: RoleArn;
  readonly parts: RoleParts;
}

/** The parts that were asked for; the others are empty, or as they are. */
export type RoleReading = ObservedRole;

/**
 * The right to write in one account for the length of a lease, limited to one plan: the session itself refuses
 * every other action, every other target, and everything after the lease's end.
 */
export interface AccountWriter {
  /** `undefined` when there is no such role. Throws PermissionError, TransientError. */
  readRole(role: RoleArn, parts: RoleParts): Promise<RoleReading | undefined>;
  /**
   * Several roles at once, as a look at the account shows them; those that are not there are not in the map. `undefined`
   * where reading each takes no more requests. Throws as `readRole` does.
   */
  readTogether(roles: readonly RoleReread[]): Promise<ReadonlyMap<RoleArn, RoleReading> | undefined>;
  /**
   * The policies that were asked for, for fewer calls than the role with them; none where there is no such role. They do
   * not tell whether it is still the same role.
   */
  readPolicies(role: RoleArn, parts: Omit<RoleParts, 'instanceProfiles'>): Promise<RolePolicies>;
  /** `undefined` when there is no such provider. */
  readProvider(provider: ProviderArn): Promise<ObservedProvider | undefined>;
  /**
   * One write. Throws PermissionError (names the missing action), TransientError (the outcome may be unknown),
   * ConflictError (the target is not as expected: it exists already, it is gone, or it is to be deleted and not bare),
   * UpstreamError (refused as it is).
   */
  write(step: WriteStep): Promise<void>;
}

export interface AccountWriterSource {
  /** A session that can do just these steps, until the time given (epoch milliseconds). Throws PermissionError. */
  open(account: Account, steps: readonly WriteStep[], until: number): Promise<AccountWriter>;
}

/** Who is at the keyboard. */
export interface CallerSource {
  /** The caller's ARN, that of the session for an assumed role; `undefined` when it cannot be told, or not soon. Never rejects. */
  caller(): Promise<Person | undefined>;
}

/** Says who changed something. It explains what has happened; nothing is decided by it. */
export interface ActorSource {
  /**
   * Who changed the target by events whose names `explains` takes, newest first, at `since` (epoch milliseconds) or after it.
   * The newest are among them, where there are many not all of them. Never ourselves. Throws TransientError, PermissionError,
   * UpstreamError.
   */
  list(
    account: Account,
    target: ChangeTarget,
    since: number,
    explains: (eventName: string) => boolean,
  ): Promise<readonly KnownActor[]>;
}

/** Keeps what events told, for 90 days from the change on. */
export interface ActorMemory extends ActorSource {
  /** Idempotent: one event told twice is one entry. Events may come in any order. */
  remember(change: IamChange): Promise<void>;
}

/** Says who did something to a connection or project in Azure DevOps. It explains; nothing is decided by it. */
export interface AttributedChangeSource {
  /** The last change, at `since` (epoch milliseconds) or after it. Throws TransientError, PermissionError, UpstreamError. */
  last(
    organization: OrganizationId,
    of: ConnectionId | ProjectId,
    since: number,
  ): Promise<KnownActor | undefined>;
}

/** Keeps the last change of each for 90 days. */
export interface AttributedChangeStore extends AttributedChangeSource {
  /** Idempotent; an older change never takes the place of a later one. */
  remember(change: AttributedChange): Promise<void>;
}

/** What AWS remembers of a role being assumed with tokens. Never modifies anything. */
export interface TrailUseSource {
  /**
   * Uses of the role in these Regions; none given: where the partition logs its global STS endpoint. An STS endpoint logs
   * in its own Region alone. Throws TransientError, PermissionError, UpstreamError.
   */
  find(
    account: Account,
    role: { readonly arn: string; readonly subjects: readonly string[] },
    regions: readonly string[],
  ): Promise<TrailUses>;
}

/** What AWS remembers of everybody who was given a session of a role. Never modifies anything. */
export interface RoleUseSource {
  /**
   * Uses since the time given (epoch milliseconds), 90 days at most, in these Regions. An STS endpoint logs in its own Region
   * alone. Where there are more than are read, `since` says how far back every Region was read. Throws TransientError,
   * PermissionError, UpstreamError: a Region that does not answer makes the whole unknown.
   */
  list(account: Account, roleArn: RoleArn, since: number, regions: readonly string[]): Promise<RoleUses>;
}

/** What Azure DevOps remembers of a connection being used by jobs. Never modifies anything. */
export interface ExecutionHistory {
  /** The newest fifty. Throws PermissionError, ConfigError without a credential. */
  read(
    organization: Organization,
    project: ProjectId,
    connection: ConnectionId,
  ): Promise<Reading<readonly Execution[]>>;
}
