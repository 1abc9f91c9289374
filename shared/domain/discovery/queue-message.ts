import type { AccountId, OrganizationId, ProjectId } from '../kernel/ids.ts';

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

/** The report is to be made anew. There is one for the whole deployment. */
export interface ReportMessage {
  readonly report: true;
}

/** The length of time in which passes share one report. The queue delays by as much: see `reportKey`. */
export const REPORT_SLOT_MS = 60_000;

/**
 * The key under which the queue takes one message in each slot of a minute. What is sent first in a slot becomes visible
 * a minute later, which is after the end of its slot: the report shows whatever the passes of that slot did.
 */
export function reportKey(now: number): string {
  return `report.${Math.floor(now / REPORT_SLOT_MS)}`;
}
