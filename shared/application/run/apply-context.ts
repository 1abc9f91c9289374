import type { Account } from '../../domain/configuration/configuration.ts';
import type { AllowedChange } from '../../domain/guard/guard.ts';
import type { Initiator } from '../../domain/guard/person.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import type { RunPorts } from '../observe/run-ports.ts';
import type { Records } from '../records/records.ts';
import type { RunErrors } from '../records/run-errors.ts';

export interface ChangeResult {
  readonly changeId: string;
  /** skipped: not begun, for the reason in `error`; the next run takes it up. */
  readonly result: 'done' | 'failed' | 'skipped';
  readonly error?: { readonly code: string; readonly message: string };
}

/** Told as a change begins and ends, for people who watch. */
export type Progress = (change: AllowedChange, state: 'begun' | ChangeResult['result']) => void;

export interface AccountRun {
  readonly ports: RunPorts;
  readonly records: Records;
  readonly errors: RunErrors;
  readonly account: Account;
  readonly progress: Progress;
  readonly initiator: Initiator;
  /** Days after which a change that keeps failing is told again; 0: never. */
  readonly reminderDays: number;
  /** Epoch milliseconds: no change is begun after it. */
  readonly deadline: number;
  /** Aborted: no change is begun any more; the one under way ends. */
  readonly stop?: AbortSignal | undefined;
}

/** What one change is carried out with: a session for its steps, and the lease that ends it. */
export interface ApplyContext extends AccountRun {
  readonly writer: AccountWriter;
  /** Throws when the lease is no longer ours. Asked before every single write. */
  readonly assertHeld: () => Promise<void>;
}
