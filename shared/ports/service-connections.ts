import type { Organization } from '../domain/configuration/configuration.ts';
import type {
  ProjectId,
  SubscriptionId,
  ConnectionId,
  OrganizationId,
  MemberId,
} from '../domain/kernel/ids.ts';
import type { AssignedRole } from '../domain/azure-devops/connection-access.ts';
import type {
  OrganizationInventory,
  ProjectInventory,
  ProjectSnapshot,
} from '../domain/azure-devops/inventory.ts';
import type {
  HookSubscription,
  MadeSubscriptions,
  WantedSubscription,
  HookReceiver,
} from '../domain/azure-devops/hook-subscription.ts';
import type { Reading } from '../domain/kernel/result.ts';
import type { AuditCursor, AuditWindow, AuditEntry } from '../domain/discovery/audit-entry.ts';
import type { ServiceConnection } from '../domain/azure-devops/service-connection.ts';

/** Reads the service connections of Azure DevOps. */
export interface ServiceConnectionSource {
  /**
   * One look at an organization: who answers under its name, its projects, and the connections of all types of each.
   * Never modifies anything. Never rejects for what the outside does: whatever is not plainly complete (sign-in page,
   * redirect, empty 200, disagreeing count, refused, throttled beyond patience, cut short) is `unknown` in its place.
   *
   * `from`: the project to begin with, in the order of ids; after the last one the first follows. Where not all of them can be
   * read, these are. `until`: epoch milliseconds after which nothing more is asked: the rest is `unknown`, too.
   */
  readInventory(organization: Organization, from?: ProjectId, until?: number): Promise<OrganizationInventory>;
}

/** Reads one project alone: what somebody has just changed costs a few requests, and not all of the organization. */
export interface ProjectConnectionSource {
  /**
   * Who answers under the organization's name, and the project with its connections of all types. With the promises
   * of `readInventory`. A project that is not there is unknown: it may as well be hidden.
   */
  readProject(organization: Organization, project: ProjectId, until?: number): Promise<ProjectSnapshot>;
}

/** The last delivery of a subscription that failed. */
export interface HookFailure {
  /** ISO time. */
  readonly at: string;
  /** What Azure DevOps says of it: a text from outside. */
  readonly message: string;
}

/** Where subscriptions are read. Never modifies anything; what is not plainly complete is `unknown`. */
export interface HookSubscriptionReader {
  /**
   * Every subscription to events of connections that posts to some address, as far as the identity may see them; and those of
   * `made`, whatever their event is.
   */
  list(made?: MadeSubscriptions): Promise<Reading<readonly HookSubscription[]>>;
  /** By id of the subscription, of those that have one. */
  lastFailures(ids: readonly SubscriptionId[]): Promise<Reading<ReadonlyMap<SubscriptionId, HookFailure>>>;
}

/** What a subscription is given. */
export interface SubscriptionOrder extends WantedSubscription {
  readonly receiver: HookReceiver;
  readonly password: string;
}

/** Of each write: `unknown` says that it was refused, or that nobody knows whether it was done. */
export interface HookSubscriptionWriter {
  /** Gives the id of the new one. */
  create(order: SubscriptionOrder): Promise<Reading<SubscriptionId>>;
  /**
   * Makes it enabled and as ordered. Gives the id of the subscription that is: another one where updating does not enable
   * one that was disabled, which is then replaced.
   */
  update(id: SubscriptionId, order: SubscriptionOrder): Promise<Reading<SubscriptionId>>;
  remove(id: SubscriptionId): Promise<Reading<unknown>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type HookSession = <Result>(
  organization: Organization,
  work: (subscriptions: HookSubscriptionReader & HookSubscriptionWriter) => Promise<Result>,
) => Promise<Result>;

/**
 * What the service's identity may do with the connections of an organization. What is not plainly complete is `unknown`; of a
 * write, `unknown` says that it was refused, or that nobody knows whether it was done.
 */
export interface AccessEditor {
  /** Of the pinned organization, as the person who asks sees them. */
  listProjects(): Promise<Reading<readonly Pick<ProjectInventory, 'id' | 'name'>[]>>;
  /** The service principal of the application among the members; `undefined` where none is listed. */
  findMember(clientId: string): Promise<Reading<MemberId | undefined>>;
  /** Makes the service principal a member with access level Basic. `objectId`: its own in Entra. */
  addMember(objectId: string): Promise<Reading<MemberId>>;
  /** Ids of the projects that it is a member of. */
  listJoined(member: MemberId): Promise<Reading<ReadonlySet<ProjectId>>>;
  /** Adds it to the Readers of the project. */
  join(member: MemberId, project: ProjectId): Promise<Reading<unknown>>;
  readRole(member: MemberId, project: ProjectId): Promise<Reading<AssignedRole | undefined>>;
  assignRole(member: MemberId, project: ProjectId, role: string): Promise<Reading<unknown>>;
  removeRole(member: MemberId, project: ProjectId): Promise<Reading<unknown>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type AccessSession = <Result>(
  organization: Organization,
  work: (access: AccessEditor) => Promise<Result>,
) => Promise<Result>;

export interface Pipeline {
  readonly id: number;
  readonly name: string;
}

/** How far a run has come. */
export type RunState =
  | { readonly state: 'running' }
  /** As Azure DevOps spells it: `succeeded`, `failed`, `canceled`. */
  | { readonly state: 'completed'; readonly result: string };

/** A task of a run that has ended. */
export interface RunTask {
  readonly name: string;
  /** `AWSCLI`, without the version. */
  readonly task: string;
  /** Absent: it was not run. */
  readonly log?: number;
}

export interface RunTimeline {
  readonly tasks: readonly RunTask[];
  /** A check or an approval that has not ended. */
  readonly isWaiting: boolean;
}

/** A run, by its pipeline and its number. */
export interface QueuedRun {
  readonly pipeline: number;
  readonly id: number;
}

export interface PipelineList {
  readonly pipelines: readonly Pipeline[];
  /** False where the end of the list was not seen: a pipeline that is not in it may be there all the same. */
  readonly isWhole: boolean;
}

interface PipelineReader {
  list(project: ProjectId): Promise<Reading<PipelineList>>;
  /** Whether the pipeline itself, or every pipeline of the project, may use the connection. */
  isAuthorized(project: ProjectId, pipeline: number, connection: ConnectionId): Promise<Reading<boolean>>;
  read(project: ProjectId, run: QueuedRun): Promise<Reading<RunState>>;
  timeline(project: ProjectId, run: QueuedRun): Promise<Reading<RunTimeline>>;
  log(project: ProjectId, run: QueuedRun, log: number): Promise<Reading<readonly string[]>>;
}

/** Of each: `unknown` says that it was refused, or that nobody knows whether it was done. */
export interface PipelineOperator extends PipelineReader {
  authorize(
    project: ProjectId,
    pipeline: number,
    connection: ConnectionId,
    may: boolean,
  ): Promise<Reading<undefined>>;
  /** `ref` left out: the default branch of the pipeline. */
  queue(
    project: ProjectId,
    pipeline: number,
    run: { readonly parameters: Readonly<Record<string, string>>; readonly ref?: string },
  ): Promise<Reading<QueuedRun>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type PipelineSession = <Result>(
  organization: Organization,
  work: (pipelines: PipelineOperator) => Promise<Result>,
) => Promise<Result>;

/** What one window of an audit log holds. */
export interface AuditReading {
  /** The entries of interest, of the pinned organization alone, in no order. */
  readonly entries: readonly AuditEntry[];
  /** How many further entries are, or may be, of interest and could not be used. Somebody has to be told. */
  readonly unreadable: number;
}

export interface AuditLogReader {
  /** Complete only when the log was read to its end. Never rejects for what the outside does. */
  read(organization: Organization, window: AuditWindow): Promise<Reading<AuditReading>>;
}

/**
 * How far each log was read. All methods throw TransientError and PermissionError of the table, and UpstreamError
 * (`UNREADABLE_ITEM`) for a cursor that this release cannot read.
 */
export interface AuditCursorStore {
  /** `newCursor` when there is none yet. */
  read(organization: OrganizationId): Promise<AuditCursor>;
  /** On condition that the table still holds `cursor.version`: ConflictError. */
  write(cursor: AuditCursor): Promise<void>;
}

/** A connection as Azure DevOps shows it to somebody who is about to change what it signs in with. */
export interface EditableConnection {
  readonly connection: ServiceConnection;
  /** The last four characters of the access key id; empty where none is stored. The secrets never come. */
  readonly accessKeyEnding: string;
  /** This identity may change it. */
  readonly isManageable: boolean;
  /** Equal for equal documents, whatever of them azfed knows. */
  readonly revision: string;
}

/** A key of an IAM user. */
interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a connection is to sign in with. */
export type CredentialOrder =
  /** OIDC into this role. Key id, secret and session token are emptied. */
  | { readonly use: 'oidc'; readonly roleArn: string }
  /** The key, and the role that it then assumes; empty: none. `stored`: whatever Azure DevOps still has of it. */
  | { readonly use: 'keys'; readonly roleArn: string; readonly key: AccessKey | 'stored' };

export interface ConnectionEditor {
  /** Never modifies anything. `unknown` for a connection that is not plainly shown, once, in this project. */
  read(project: ProjectId, id: ConnectionId): Promise<Reading<EditableConnection>>;
  /**
   * Changes nothing but what the order is about: the rest of the document, its id and its references go back as they came.
   * `unknown`: code `moved`, it is no more as `before` and nothing was sent; `forbidden`, `refused`, it was sent and not
   * done; any other, nobody knows. References that the document does not show are taken from `before`. A complete answer says that it was taken, not what stands there now: read again.
   */
  write(project: ProjectId, before: EditableConnection, order: CredentialOrder): Promise<Reading<undefined>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type ConnectionSession = <Result>(
  organization: Organization,
  work: (editor: ConnectionEditor) => Promise<Result>,
) => Promise<Result>;
