import type { Account, Organization, Webhook } from '../domain/configuration/configuration.ts';
import type {
  AccountExamination,
  AccountQuestions,
  OrganizationExamination,
  TableExamination,
  WebhookExamination,
} from '../domain/doctor/examination.ts';
import type { Reading } from '../domain/kernel/result.ts';

/** Reads of an organization what a look does not: how it is set up. Never modifies anything. */
export interface OrganizationExaminer {
  /** Never rejects for what the outside does: each part is `unknown` in its place. */
  examine(organization: Organization): Promise<OrganizationExamination>;
}

/** Reads of an account what a look does not: who azfed is there, and what it may do. Never modifies anything. */
export interface AccountExaminer {
  /** Never rejects for what the outside does: each part is `unknown` in its place. */
  examine(account: Account, questions: AccountQuestions): Promise<AccountExamination>;
}

/** Looks at the table, and never makes it. */
export interface TableExaminer {
  /** Never rejects for what the outside does. */
  examine(): Promise<Reading<TableExamination>>;
}

/** Looks at where a webhook leads and at its secret. Sends nothing. */
export interface WebhookExaminer {
  /** Never rejects for what the outside does. */
  examine(webhook: Webhook): Promise<WebhookExamination>;
}
