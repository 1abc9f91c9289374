import type { Organization } from '../domain/configuration.ts';
import type { OrganizationExamination, TableExamination } from '../domain/doctor/examination.ts';
import type { Reading } from '../domain/reading.ts';

/** Reads of an organization what a look does not: how it is set up. Never modifies anything. */
export interface OrganizationExaminer {
  /** Never rejects for what the outside does: each part is `unknown` in its place. */
  examine(organization: Organization): Promise<OrganizationExamination>;
}

/** Looks at the table, and never makes it. */
export interface TableExaminer {
  /** Never rejects for what the outside does. */
  examine(): Promise<Reading<TableExamination>>;
}
