import type { Instant } from '../domain/kernel/durations.ts';
import type { ConnectionId, OrganizationId, AccountId } from '../domain/kernel/ids.ts';
import type { PendingEvent } from '../domain/records/event.ts';
import type { RecordedHooks } from '../domain/records/hook-records.ts';
import type { RunRecord } from '../domain/records/run-record.ts';
import type { Lease } from '../domain/records/lease.ts';
import type { RemotePart, RemoteRun } from '../domain/records/remote-run.ts';
import type { RecordedControls } from '../domain/records/deployment-record.ts';
import type {
  RecordedConnection,
  RecordedItem,
  RecordedProvider,
} from '../domain/records/connection-record.ts';
import type { ReadingSubject, RecordedReading } from '../domain/records/reading-record.ts';
import type { Lane } from '../domain/notify/lane.ts';
import type { LogEntries } from '../domain/kernel/errors.ts';
import type { StoredPart, StoredProject } from '../domain/discovery/stored-inventory.ts';
import type { AccountSlice, SliceHead } from '../domain/discovery/account-slice.ts';
import type { HookPasswords } from '../domain/discovery/hook-password.ts';
import type { HookNotification } from '../domain/discovery/hook-classification.ts';

/** The recorded state. One item per connection or provider; a state and the events that tell of it are one write. */
export interface StateStore {
  /** Every connection of the organization that has a record, wherever it lies, read consistently. Throws TransientError, PermissionError. */
  readConnections(organization: OrganizationId): Promise<readonly RecordedConnection[]>;
  readProviders(account: AccountId): Promise<readonly RecordedProvider[]>;
  /**
   * What people have decided about the deployment as a whole, or what is decided about one account, read consistently;
   * `newControls` or `newAccountControls` when the table holds nothing of it.
   */
  readControls(account?: AccountId): Promise<RecordedControls>;
  /** What is known of the organization's service hooks, read consistently; `newHooks` when the table holds nothing of it. */
  readHooks(organization: OrganizationId): Promise<RecordedHooks>;
  /** Whether an account or an organization could be read, read consistently; `newReading` when the table holds nothing of it. */
  readReading(subject: ReadingSubject): Promise<RecordedReading>;
  /**
   * Writes the whole item, on condition that the table still holds `item.version` (0: no item), and returns it with
   * its new version. Throws ConflictError when somebody else wrote first; nothing is changed then.
   */
  write<Item extends RecordedItem>(item: Item): Promise<Item>;
  /**
   * Writes all of the items or none, each on the condition of `write`, and returns them with their new versions: at most a
   * hundred. Throws ConflictError when somebody else wrote one of them first.
   */
  writeTogether<Item extends RecordedItem>(items: readonly Item[]): Promise<readonly Item[]>;
  /** The same item as the table holds it now, read consistently; `undefined` when it holds none. */
  readAgain<Item extends RecordedItem>(item: Item): Promise<Item | undefined>;
  /** A page of the items that have events to be sent, from the sparse index: the one with the oldest event first. */
  readPending(from?: PendingStart): Promise<PendingPage>;
}

export interface PendingStart {
  /** `next` of the page before. One that the store does not understand counts as none. */
  readonly after?: string;
  /** Default: as many as the store finds useful. */
  readonly limit?: number;
}

export interface PendingPage {
  /** As the table holds them now, read consistently; those that are gone meanwhile are left out. */
  readonly items: readonly RecordedItem[];
  /** Of the oldest event of the first item in the index. */
  readonly oldest?: Instant;
  /** Left out at the end of the index. */
  readonly next?: string;
}

/**
 * What is known of receivers, by the name of the webhook. It saves attempts; nothing is lost or sent twice when it forgets.
 * Throws TransientError, PermissionError.
 */
export interface LaneStore {
  read(): Promise<ReadonlyMap<string, Lane>>;
  /** In place of what was known. */
  write(webhook: string, lane: Lane): Promise<void>;
}

/** What was told, for good (kept 400 days). */
export interface HistoryStore {
  /** Idempotent: the same event written twice is one entry. */
  append(subjectOf: RecordedItem, event: PendingEvent): Promise<void>;
  /** Oldest first. */
  read(connection: ConnectionId): Promise<LogEntries<PendingEvent>>;
  /** What people, and breakers, have decided about the deployment as a whole, oldest first. */
  readDeployment(): Promise<LogEntries<PendingEvent>>;
}

/** The same entries by the record that they are about, whatever its kind. */
export interface RecordHistory {
  /** Oldest first. */
  readItemHistory(item: RecordedItem): Promise<LogEntries<PendingEvent>>;
}

export interface LeaseStore {
  /**
   * The lease, or `undefined` while another owner holds it. The same owner may take it again, with a higher fence. Throws
   * UpstreamError (`UNREADABLE_ITEM`) for a lease that this release cannot read: it counts as held until somebody looks.
   */
  acquire(account: AccountId, owner: string, now: number, durationMs: number): Promise<Lease | undefined>;
  /** Who holds the lease now, for people who wait for it; `undefined` where it is free. Throws as `acquire` does. */
  holder(account: AccountId): Promise<Lease | undefined>;
  /** True while this very lease (owner and fence) is the one in the table and has not ended. */
  isHeld(lease: Lease, now: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

/**
 * What discovery has seen, kept for the runs that rest on it. It is no truth of its own: the next look takes its
 * place. All methods throw TransientError and PermissionError of the table.
 */
export interface InventoryStore {
  /** All parts of the organization, read consistently; none when discovery has never looked at it. */
  read(organization: OrganizationId): Promise<readonly StoredPart[]>;
  /**
   * Writes one part, on condition that the table still holds `part.version` (0: no such part), so that a look that was
   * overtaken by a later one changes nothing: ConflictError. A project with more than an item can hold is kept as
   * unknown, never cut.
   */
  write(part: StoredPart): Promise<void>;
  /** Takes a project away, on the same condition. */
  remove(project: StoredProject): Promise<void>;
  /** Takes away what the last `read` of the organization found that no project names any more. */
  removeUnused(organization: OrganizationId): Promise<void>;
}

/** Records of the release before lie by organization, and are moved to the accounts that they are about. */
export interface RecordMover {
  /**
   * Moves a record that has no home yet to one, on condition that the table still holds `item.version`, and returns it as it lies
   * there. Throws ConflictError.
   */
  move(item: RecordedConnection, home: AccountId): Promise<RecordedConnection>;
}

/**
 * What discovery has seen, cut for the runs over one account each. A run rests on its slices alone. All methods throw
 * TransientError and PermissionError of the table.
 */
export interface SliceStore {
  /** The slices of the organization that are stored for these accounts, read consistently. */
  readHeads(
    organization: OrganizationId,
    accounts: readonly AccountId[],
  ): Promise<ReadonlyMap<AccountId, SliceHead>>;
  /**
   * Writes the slice, on condition that the table still holds what `before` was read of (`undefined`: no slice), so that a
   * discovery that was overtaken changes nothing: ConflictError.
   */
  write(slice: AccountSlice, before: SliceHead | undefined): Promise<void>;
}

/** Everything of the table that a run over one account rests on, beside the controls. */
export interface AccountState {
  /** One an organization; left out: discovery has not seen it, or this release cannot read the slice. */
  readonly slices: readonly AccountSlice[];
  /** Every record that is about a role in the account or a connection of its slices, and perhaps more. */
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
}

export interface AccountStateReader {
  /** Read consistently. Throws TransientError, PermissionError. */
  readAccount(account: AccountId, organizations: readonly OrganizationId[]): Promise<AccountState>;
}

/** Which accounts wait for a run over all of them. All throw TransientError, PermissionError. */
export interface RunRequests {
  /** In place of an earlier request of the account. */
  note(account: AccountId, request: string): Promise<void>;
  /** Read consistently; `undefined`: a run has begun since the last request, and was whole. */
  read(account: AccountId): Promise<string | undefined>;
  /** A run that has read this request is whole. Does nothing where another one was noted since. */
  complete(account: AccountId, request: string): Promise<void>;
}

/** What others have changed in IAM, gathered for as long as a slot lasts (`changesSlot`). */
export interface ChangeNotes {
  /** Idempotent. `role`: its name; left out: something that may concern every role. Throws TransientError, PermissionError. */
  note(account: AccountId, slot: number, role?: string): Promise<void>;
  /**
   * Names of the roles that were noted in the slot, in lower case, read consistently; `undefined`: all of the account, and
   * also where nothing is noted any more. Throws TransientError, PermissionError.
   */
  list(account: AccountId, slot: number): Promise<readonly string[] | undefined>;
}

/** Which notifications were worked off. It saves work; nothing is lost or done wrongly when it forgets. */
export interface HookMemory {
  /** True for 48 hours after it was remembered, and not a moment longer. Throws TransientError, PermissionError. */
  knows(notification: HookNotification, now: number): Promise<boolean>;
  /** Idempotent: a notification that is known stays so for its first 48 hours. */
  remember(notification: HookNotification, now: number): Promise<void>;
}

export interface HookPasswordWriter {
  /** From now on these are in force. Throws as the source does. */
  write(passwords: HookPasswords): Promise<void>;
}

export interface HookPasswordSource {
  /**
   * The passwords in force, as they were at most so long ago. An older reading is never used in place of one that
   * fails. Throws ConfigError when there are none, PermissionError, TransientError, UpstreamError.
   */
  read(maxAgeMs: number): Promise<HookPasswords>;
}

/** What runs came to, for the trend (kept 400 days). Nothing rests on it. */
export interface RunLog {
  /** Idempotent: the same run written twice is one entry. Throws TransientError, PermissionError. */
  append(record: RunRecord): Promise<void>;
  /** Newest first, at most so many. Throws TransientError, PermissionError. */
  latest(count: number): Promise<LogEntries<RunRecord>>;
}

/** What became of runs that a person has started in the service (kept 7 days). No decision about a role rests on it. */
export interface RemoteRuns {
  /** Throws TransientError, PermissionError, as all of them do. */
  start(run: RemoteRun): Promise<void>;
  /** One attempt at a part of the run; a second note of it takes the place of the first. */
  note(run: RemoteRun['id'], part: RemotePart): Promise<void>;
  /** Read consistently; `undefined`: there is no such run. `readUnits`: what DynamoDB charges for it. */
  read(run: RemoteRun['id']): Promise<
    | {
        readonly run: RemoteRun;
        readonly parts: LogEntries<RemotePart>;
        readonly readUnits: number;
      }
    | undefined
  >;
}

/** Where people find the latest report. It is private: it names roles, trust policies and people. */
export interface ReportStore {
  /** In place of the last one. Throws ConfigError, PermissionError, TransientError, UpstreamError; then half of it may be new. */
  put(report: { readonly page: string; readonly document: string }): Promise<void>;
}
