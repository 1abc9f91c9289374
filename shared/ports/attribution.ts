import type { KnownActor } from '../domain/attribution/actor.ts';
import type { ChangeTarget } from '../domain/attribution/change-target.ts';
import type { AttributedChange } from '../domain/discovery/audit-entry.ts';
import type { Account } from '../domain/configuration/configuration.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../domain/kernel/ids.ts';
import type { IamChange } from '../domain/attribution/iam-change.ts';

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
  /** The last deed, at `since` (epoch milliseconds) or after it. Throws TransientError, PermissionError, UpstreamError. */
  last(
    organization: OrganizationId,
    of: ConnectionId | ProjectId,
    since: number,
  ): Promise<KnownActor | undefined>;
}

/** Keeps the last deed of each for 90 days. */
export interface AttributedChangeStore extends AttributedChangeSource {
  /** Idempotent; an older deed never takes the place of a later one. */
  remember(deed: AttributedChange): Promise<void>;
}
