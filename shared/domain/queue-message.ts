import type { AccountId, OrganizationId, ProjectId } from './ids.ts';

/** What is to be discovered. Ids only, as in all messages: one that nobody can read gives nothing away. */
export interface DiscoverMessage {
  readonly organizationId: OrganizationId;
  /** This project alone. Without it the whole organization. */
  readonly projectId?: ProjectId;
  /** What its audit log tells of, and nothing else. */
  readonly audit?: true;
}

/** What is to be reconciled. */
export interface ReconcileMessage {
  readonly account: AccountId;
  /** Names of the roles to look at, without path. Without them the whole account. */
  readonly roles?: readonly string[];
}
