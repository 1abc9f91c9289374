import type { Run } from './event.ts';
import type { AccountId } from '../kernel/ids.ts';

/** What a run came to that did something, or tried to. One that found nothing to do leaves none. */
export interface RunRecord {
  readonly run: Run;
  /** ISO text: when it ended. */
  readonly time: string;
  /** Where something was to be done. */
  readonly accounts: readonly AccountId[];
  /** Connections that it found as they should be. */
  readonly inOrder: number;
  /** Connections whose role somebody had changed in IAM, whatever became of that. */
  readonly drifted: number;
  readonly deeds: RunCounts;
}

/** What became of the connections that were not as they should be; each is in one of them. */
export type RunCounts = Readonly<Record<RunCount, number>>;

/** held: not done now, or not any more in this run; the next one looks at it again. */
export const runCountKinds = ['repaired', 'created', 'changed', 'closed', 'held', 'failed'] as const;

export type RunCount = (typeof runCountKinds)[number];
