import type { AccountId, ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/durations.ts';
import type { ConfigurationOrigin } from '../configuration/published-version.ts';
import type { StoredRecord } from './event.ts';

/** What a person has stopped, and everything below it. */
export type PauseScope =
  | { readonly of: 'everything' }
  | { readonly of: 'organization'; readonly id: OrganizationId }
  | { readonly of: 'account'; readonly id: AccountId }
  | { readonly of: 'grant'; readonly name: string }
  | { readonly of: 'connection'; readonly id: ConnectionId };

/** Who did something by hand: the ARN of the caller as STS tells it; empty when it could not be told. */
export type Person = string;

export interface Pause {
  readonly scope: PauseScope;
  /** At most seven days after `at`. */
  readonly until: Instant;
  readonly reason: string;
  readonly by: Person;
  readonly at: Instant;
}

/**
 * Where only narrowing goes on: in an account in which too much drifted, for the roles of a project in an account that
 * misses too many connections, or of an organization in which too many projects miss some.
 */
export type BreakerScope =
  | { readonly of: 'drift'; readonly account: AccountId }
  | {
      readonly of: 'absence';
      readonly organization: OrganizationId;
      /** Left out, together with the account: the whole organization. */
      readonly project?: ProjectId;
      readonly account?: AccountId;
    };

export interface Breaker {
  readonly scope: BreakerScope;
  /** When it tripped. */
  readonly at: Instant;
  /** A person let automatic runs go on; until then the breaker does not trip again. */
  readonly resumed?: { readonly by: Person; readonly until: Instant };
}

/** A second person's yes to changes of one plan. */
export interface Approval {
  readonly planId: string;
  /** Ids of the changes; an id says what was seen and what is to be, so a change that moved has another one. */
  readonly changes: readonly string[];
  readonly by: Person;
  readonly at: Instant;
  /** One hour after `at`. */
  readonly until: Instant;
}

/** A webhook that is not tried any more: it said that it wants nothing (410), or an event was given up for it. */
export interface DisabledWebhook {
  readonly name: string;
  readonly at: Instant;
  readonly reason: string;
}

/**
 * What people have decided about the deployment as a whole; without it automatic runs only observe. What is about one account, such
 * as its breakers, is an item of its own, so that none grows with the deployment.
 */
export interface RecordedControls extends StoredRecord {
  readonly kind: 'controls';
  /** Left out: the deployment as a whole. */
  readonly account?: AccountId;
  /** A person has let this deployment write. */
  readonly bootstrapped?: { readonly by: Person; readonly at: Instant };
  /** Until somebody has: the account, where it was told what waits there. A former release has all of them in one item. */
  readonly onboardings?: readonly AccountId[];
  readonly pauses: readonly Pause[];
  readonly breakers: readonly Breaker[];
  readonly approvals: readonly Approval[];
  /** Until a person sends again what they have missed. */
  readonly disabledWebhooks: readonly DisabledWebhook[];
  /** Which configuration the last run worked with. */
  readonly configuration?: Pick<ConfigurationOrigin, 'version' | 'sha256'> & {
    /** A newer version that cannot be used, of which there was an event. */
    readonly refused?: number;
  };
}

/** What the guard asks of them. */
export type Controls = Pick<RecordedControls, 'bootstrapped' | 'pauses' | 'breakers' | 'approvals'>;

/** Nobody has decided anything yet. */
export const newControls: RecordedControls = {
  kind: 'controls',
  version: 0,
  pauses: [],
  breakers: [],
  approvals: [],
  disabledWebhooks: [],
  outbox: { pending: [], nextSequence: 1 },
};

/** Nobody has decided anything about the account yet. */
export const newAccountControls = (account: AccountId): RecordedControls => ({ ...newControls, account });
