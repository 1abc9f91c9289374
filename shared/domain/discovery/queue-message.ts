import type { AccountId, OrganizationId, ProjectId } from '../kernel/ids.ts';

/** What is to be discovered. Ids only, as in all messages: one that nobody can read gives nothing away. */
export interface DiscoverMessage {
  readonly organizationId: OrganizationId;
  /** This project alone. Without it the whole organization. */
  readonly projectId?: ProjectId;
  /** What its audit log reports, and nothing else. */
  readonly audit?: true;
  /** The remote run that waits for it. */
  readonly remote?: string;
}

/** The length of time in which hooks of one project are one discovery. The queue delays by as much: see `discoveryKey`. */
export const COALESCING_MS = 30_000;

/**
 * The key under which the queue takes one message of a project in each slot of 30 seconds. What is sent first in a slot
 * becomes visible 30 seconds later, which is after the end of its slot: the discovery sees whatever a hook of it spoke of.
 */
export function discoveryKey(
  { organizationId, projectId }: DiscoverMessage,
  now: number,
  slotMs: number = COALESCING_MS,
): string {
  return `${projectId ?? organizationId}.${Math.floor(now / slotMs)}`;
}

/** Every account of the configuration is to be reconciled, whether or not anything is known to have changed. */
export interface AccountSweep {
  readonly sweep: 'accounts';
}

/** The key under which the queue takes one message of a sweep for an account, though the schedule fires twice. */
export function sweepKey(account: AccountId, now: number): string {
  return `sweep.${account}.${Math.floor(now / COALESCING_MS)}`;
}

/** What others have changed in IAM of the account in one slot of 30 seconds is to be reconciled. */
export interface ChangesMessage {
  readonly account: AccountId;
  /** The slot, as `changesSlot` counts. */
  readonly changes: number;
}

/**
 * The slot in which a change is noted. The message of a slot is sent after the note and becomes visible 30 seconds later,
 * which is after the end of its slot: whoever takes it finds every note of the slot, although the queue took one message.
 */
export const changesSlot = (now: number, slotMs: number = COALESCING_MS): number => Math.floor(now / slotMs);

/** The key under which the queue takes one message of an account in each slot. */
export const changesKey = ({ account, changes }: ChangesMessage): string => `changes.${account}.${changes}`;

/** What is to be reconciled. */
export interface ReconcileMessage {
  readonly account: AccountId;
  /** Names of the roles to look at, without path. Without them the whole account. */
  readonly roles?: readonly string[];
  /** The discovery that asks for it: it leads from the log of one to the log of the other. */
  readonly discovery?: string;
  /** The remote run that waits for it. Without `discovery` it is the last run over the account that belongs to it. */
  readonly remote?: string;
  /** How many runs have ended out of time before, each of which asked for the next one. Left out: none. */
  readonly round?: number;
}

/**
 * Runs that follow each other without waiting for the schedule. Lambda ends a loop of a function and its own queue after
 * about 16 rounds (Lambda Developer Guide, recursive loop detection).
 */
const MOST_ROUNDS = 10;

/** What a run that ended out of time asks for; `undefined`: the schedule goes on. */
export function planNextRound(message: ReconcileMessage): ReconcileMessage | undefined {
  const round = (message.round ?? 0) + 1;
  return round > MOST_ROUNDS ? undefined : { ...message, round };
}

/** The report is to be made anew. There is one for the whole deployment. */
export interface ReportMessage {
  readonly report: true;
}

/** The length of time in which runs share one report. The queue delays by as much: see `reportKey`. */
export const REPORT_SLOT_MS = 60_000;

/**
 * The key under which the queue takes one message in each slot of a minute. What is sent first in a slot becomes visible
 * a minute later, which is after the end of its slot: the report shows whatever the runs of that slot did.
 */
export const reportKey = (now: number): string => `report.${Math.floor(now / REPORT_SLOT_MS)}`;
