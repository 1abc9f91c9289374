import type { AuditCursor, AuditWindow } from '../domain/discovery/audit-cursor.ts';
import type { AuditEntry } from '../domain/discovery/audit-entry.ts';
import type { Organization } from '../domain/configuration/configuration.ts';
import type { OrganizationId } from '../domain/kernel/ids.ts';
import type { Reading } from '../domain/kernel/result.ts';

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
