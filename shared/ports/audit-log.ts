import type { AuditCursor, AuditWindow } from '../domain/audit/audit-cursor.ts';
import type { AuditEntry } from '../domain/audit/audit-entry.ts';
import type { Organization } from '../domain/configuration.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';

export interface AuditLogReader {
  /**
   * The entries of interest of a window, of the pinned organization alone, in no order. Complete only when the log was read
   * to its end. Never rejects for what the outside does.
   */
  read(organization: Organization, window: AuditWindow): Promise<Reading<readonly AuditEntry[]>>;
}

/** How far each log was read. All methods throw TransientError and PermissionError of the table. */
export interface AuditCursorStore {
  /** `newCursor` when there is none yet. */
  read(organization: OrganizationId): Promise<AuditCursor>;
  /** On condition that the table still holds `cursor.version`: ConflictError. */
  write(cursor: AuditCursor): Promise<void>;
}
