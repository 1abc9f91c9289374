import type { OrganizationId } from '../domain/kernel/ids.ts';
import type { StoredPart, StoredProject } from '../domain/discovery/stored-inventory.ts';

/**
 * What discovery has seen, kept for the passes that rest on it. It is no truth of its own: the next look takes its
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
}
