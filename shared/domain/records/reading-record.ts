import type { AccountId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/durations.ts';
import type { StoredRecord } from './event.ts';

/** What is read as a whole. */
export type ReadingSubject =
  | { readonly of: 'account'; readonly id: AccountId }
  | { readonly of: 'organization'; readonly id: OrganizationId }
  /** The accounts of AWS Organizations. */
  | { readonly of: 'account-list'; readonly id: 'organization' };

export const ACCOUNT_LIST = { of: 'account-list', id: 'organization' } as const satisfies ReadingSubject;

/** Something that could not be read, as it was notified. */
export interface UnreadPart {
  /** Left out: the account, or the organization as a whole. */
  readonly project?: ProjectId;
  /** Stable word for the cause, as it was at first. */
  readonly code: string;
  /** The first run that could not read it: the last good reading is older. */
  readonly since: Instant;
}

/** Whether an account or an organization can be read, and the severe findings that were counted. Written only when that changes. */
export interface RecordedReading extends StoredRecord {
  readonly kind: 'reading';
  readonly subject: ReadingSubject;
  readonly unread: readonly UnreadPart[];
  /** Digests of the severe findings of the last run that saw everything, and of those seen since. */
  readonly severe: readonly string[];
}

export const newReading = (subject: ReadingSubject): RecordedReading => ({
  kind: 'reading',
  subject,
  version: 0,
  unread: [],
  severe: [],
  outbox: { pending: [], nextSequence: 1 },
});
