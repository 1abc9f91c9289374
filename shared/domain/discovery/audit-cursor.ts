import type { OrganizationId } from '../kernel/ids.ts';
import type { AuditEntry, DeletionEvidence } from './audit-entry.ts';

/** How far the audit log of an organization was read, and what of it is not settled. */
export interface AuditCursor {
  readonly organizationId: OrganizationId;
  /** Grows with every write; a write names the version that it rests on. 0: not in the table yet. */
  readonly version: number;
  /** ISO time up to which it was read to the end. Absent: never. */
  readonly readUntil?: string;
  /** Ids of entries of interest that were worked off and may be shown again. */
  readonly handled: readonly HandledEntry[];
  /** Deletions whose connections were not found missing yet. */
  readonly deletions: readonly DeletionEvidence[];
}

/** With its time, by which it is forgotten. */
export type HandledEntry = Pick<AuditEntry, 'id' | 'at'>;

/** Epoch milliseconds. */
export interface AuditWindow {
  readonly from: number;
  readonly to: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How late entries come is not documented: what is younger is read again, and known again. */
const OVERLAP_MS = 20 * MINUTE_MS;
/** How far back the first reading goes. */
const FIRST_MS = 24 * HOUR_MS;
/** At most so much at once, so that who has not read for long catches up in steps that end. */
const LONGEST_MS = 24 * HOUR_MS;
/** A connection that is listed for so long after its deletion is there: it was taken out of one project alone. */
const PATIENCE_MS = HOUR_MS;

export function newCursor(organizationId: OrganizationId): AuditCursor {
  return { organizationId, version: 0, handled: [], deletions: [] };
}

export function nextWindow({ readUntil }: AuditCursor, now: number): AuditWindow {
  // A time that has not come is not azfed's: nobody writes the log into silence.
  const from = readUntil === undefined ? now - FIRST_MS : Math.min(Date.parse(readUntil), now) - OVERLAP_MS;
  return { from, to: Math.min(now, from + LONGEST_MS) };
}

/** Entries of interest that were not worked off yet. */
export function freshOf({ handled }: AuditCursor, entries: readonly AuditEntry[]): readonly AuditEntry[] {
  const known = new Set(handled.map(({ id }) => id));
  return entries.filter(({ id }) => !known.has(id));
}

/** After the window was read to its end and what is fresh in it was worked off. */
export function advance(
  cursor: AuditCursor,
  { to }: AuditWindow,
  fresh: readonly AuditEntry[],
  deletions: readonly DeletionEvidence[],
): AuditCursor {
  const handled = [...cursor.handled, ...fresh.map(({ id, at }) => ({ id, at }))];
  return {
    ...cursor,
    readUntil: new Date(to).toISOString(),
    handled: handled.filter(({ at }) => Date.parse(at) >= to - OVERLAP_MS),
    deletions: [...cursor.deletions, ...deletions],
  };
}

/** That time has gone by, and nothing else, is written down when half of what is read again anyway has. */
export function isWorthWriting(before: AuditCursor, after: AuditCursor): boolean {
  if (before.readUntil === undefined || after.readUntil === undefined) return true;
  const known = new Set(before.handled.map(({ id }) => id));
  const isSame =
    after.handled.every(({ id }) => known.has(id)) &&
    JSON.stringify(before.deletions) === JSON.stringify(after.deletions);
  return !isSame || Date.parse(after.readUntil) - Date.parse(before.readUntil) >= OVERLAP_MS / 2;
}

/** Nothing can come of it any more. */
export function isStale({ at }: DeletionEvidence, now: number): boolean {
  return Date.parse(at) < now - PATIENCE_MS;
}
