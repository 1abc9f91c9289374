import type { Account } from '../../domain/configuration/configuration.ts';
import type { AllowedChange } from '../../domain/guard/guard.ts';
import type { Initiator } from '../../domain/guard/controls.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import type { GatheredReads } from './gathered-reads.ts';
import type { RunPorts } from '../observe/observe.ts';
import type { SliceWatch } from './slice-watch.ts';
import type { Records, RunErrors } from '../records/records.ts';
import { REVOCATION_PATH } from '../../domain/plan/revocation.ts';
import {
  ConflictError,
  PermissionError,
  UpstreamError,
  describeFailure,
  isDefect,
} from '../../domain/kernel/errors.ts';
import type { FailureNature } from '../../domain/kernel/errors.ts';
import type { Step } from '../../domain/iam/iam-operation.ts';
import type { FieldDigests } from '../../domain/iam/role.ts';

export interface ChangeResult {
  readonly changeId: string;
  /** skipped: not begun, for the reason in `error`; the next run takes it up. */
  readonly result: 'done' | 'failed' | 'skipped';
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** Of what has failed: whether it makes sense to try again. */
    readonly nature?: FailureNature;
  };
}

/** Told as a change begins and ends, for people who watch. */
export type Progress = (change: AllowedChange, state: 'begun' | ChangeResult['result']) => void;

export interface AccountRun {
  readonly ports: RunPorts;
  readonly records: Records;
  readonly errors: RunErrors;
  readonly account: Account;
  /** Says when what the run rests on was overtaken. */
  readonly slices: SliceWatch;
  readonly progress: Progress;
  readonly initiator: Initiator;
  /** Days after which a reminder of a failing change is sent; 0: never. */
  readonly reminderDays: number;
  /** Epoch milliseconds: no change is begun after it. */
  readonly deadline: number;
  /** Aborted: no change is begun any more; the one under way ends. */
  readonly stop?: AbortSignal | undefined;
}

/** What one change is carried out with: a session for its steps, and the lease that ends it. */
export interface ApplyContext extends AccountRun {
  readonly writer: AccountWriter;
  /** Reads of roles, together with those of the changes beside it. */
  readonly reads: GatheredReads;
  /** Epoch milliseconds: nothing is waited for after it. */
  readonly until: number;
  /** Throws when the lease is no longer ours. Asked before every single write. */
  readonly assertHeld: () => Promise<void>;
}

/**
 * The narrowing steps of one change that AWS has refused. Each step stands for itself: one that is refused keeps no other
 * from being tried, and only what widens depends on all of them.
 */
export class Refusals {
  private readonly errors = new Map<Step, Error>();

  /** Runs a narrowing step. Keeps what the outside refuses, and throws what is a defect or a change by somebody else. */
  async keep(step: Step, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.errors.delete(step);
    } catch (error) {
      if (isDefect(error) || isAbortingConflict(error) || !(error instanceof Error)) throw error;
      this.errors.set(step, error);
    }
  }

  /**
   * Steps that AWS refused for want of a right. They are worth another try once the boundary is on the role: the rights of
   * azfed in an account may ask for it, also where a trust is narrowed (docs/permissions.md).
   */
  denied(): readonly Step[] {
    return [...this.errors].filter(([, error]) => error instanceof PermissionError).map(([step]) => step);
  }

  /** What a read-back can expect of steps of which some were refused. */
  expectable(expected: FieldDigests): FieldDigests {
    const refused = new Set([...this.errors.keys()].flatMap(listWrittenPaths));
    return Object.fromEntries(Object.entries(expected).filter(([path]) => !refused.has(path)));
  }

  /** Throws what was refused; nothing when nothing was. */
  rethrow(): void {
    const [first, ...others] = this.errors.values();
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const messages = [first, ...others].map((error) => describeFailure(error).message);
    throw new UpstreamError(describeFailure(first).code, messages.join(' '), { cause: first });
  }
}

/** The role or the lease is not what it was: nothing more may be done. */
const isAbortingConflict = (error: unknown) =>
  error instanceof ConflictError && ['moved', 'lease'].includes(error.code);

/** The fields of a role that a step writes; marks, which nobody waits for, left out. */
export function listWrittenPaths(step: Step): readonly string[] {
  if ('policy' in step) return [`policies.managed.${step.policy}`];
  if ('name' in step) return [`policies.inline.${step.name}`];
  const written: Partial<Record<Step['action'], readonly string[]>> = {
    setTrust: ['trust'],
    setBoundary: ['boundary'],
    updateRole: ['maxSessionDuration', 'description'],
    revokeSessions: [REVOCATION_PATH],
  };
  return written[step.action] ?? [];
}
