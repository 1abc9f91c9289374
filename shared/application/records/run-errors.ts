import { ConflictError, describeFailure, isDefect } from '../../domain/kernel/errors.ts';
import type { Failure } from '../../domain/kernel/errors.ts';

/**
 * What went wrong in a run beside the result of a change: a record that could not be written, a lease that could not be
 * asked for. It stops nothing else. At the end failures make the run partial, and defects are thrown.
 */
export class RunErrors {
  readonly failures: Failure[] = [];
  readonly defects: unknown[] = [];

  /** Somebody recorded something newer: the next run decides anew, and nothing is wrong. */
  add(error: unknown): void {
    if (isDefect(error)) this.defects.push(error);
    else if (!(error instanceof ConflictError)) this.failures.push(describeFailure(error));
  }

  /** Runs the work and keeps what it rejects with. */
  async keep(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.add(error);
    }
  }
}
