import type { Unreadable } from '../kernel/errors.ts';
import type { EventType } from './event-catalogue.ts';

/** One run that writes: all its events have its id. */
export interface Run {
  readonly id: string;
  readonly trigger: 'schedule' | 'person';
}

/** An event as it lies in the record that it concerns, until every webhook that wants it has it. */
export interface PendingEvent {
  /** Stable through all retries: receivers suppress duplicates by it. `evt_<record>_<sequence>`. */
  readonly id: string;
  readonly sequence: number;
  readonly type: EventType;
  /** ISO time of what happened. */
  readonly time: string;
  /** `org/<guid>/connection/<guid>`, `account/<id>/provider/<issuer>`, `org/<guid>/hooks` or `deployment`. */
  readonly subject: string;
  /** The run that it happened in; left out of what people decide between runs. */
  readonly run?: Run;
  readonly data: Readonly<Record<string, unknown>>;
  /** By webhook name. A webhook that is not listed has not been tried. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
}

export type Delivery =
  | { readonly state: 'delivered'; readonly at: string }
  | {
      readonly state: 'waiting';
      readonly attempts: number;
      readonly nextAttemptAt: string;
      readonly lastError: string;
    }
  /** Given up after the whole schedule; kept in the history, from where it can be sent again. */
  | { readonly state: 'exhausted'; readonly attempts: number; readonly lastError: string };

/** Delivery state and event counter: every record that has events carries one, in the same item as its state. */
/** What every record has beside what it is about. */
export interface StoredRecord {
  /** Grows with every write; a write names the version it has read. 0: not in the table yet. */
  readonly version: number;
  readonly outbox: Outbox;
  readonly unreadable?: Unreadable;
}

export interface Outbox {
  readonly pending: readonly PendingEvent[];
  /** The next event of this record has this number or a higher one; none is used twice. */
  readonly nextSequence: number;
}
