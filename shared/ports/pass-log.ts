import type { RunRecord } from '../domain/records/run-record.ts';
import type { LogEntries } from '../domain/kernel/unreadable.ts';

/** What passes came to, for the trend (kept 400 days). Nothing rests on it. */
export interface RunLog {
  /** Idempotent: the same run written twice is one entry. Throws TransientError, PermissionError. */
  append(record: RunRecord): Promise<void>;
  /** Newest first, at most so many. Throws TransientError, PermissionError. */
  latest(count: number): Promise<LogEntries<RunRecord>>;
}
