import { REVOCATION_PATH } from '../../domain/plan/revocation.ts';
import {
  ConflictError,
  PermissionError,
  UpstreamError,
  describeFailure,
  isDefect,
} from '../../domain/kernel/errors.ts';
import type { Step } from '../../domain/iam/iam-operation.ts';
import type { FieldDigests } from '../../domain/iam/role.ts';

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
      if (isDefect(error) || isOver(error) || !(error instanceof Error)) throw error;
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
    const refused = new Set([...this.errors.keys()].flatMap(pathsOf));
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
const isOver = (error: unknown) => error instanceof ConflictError && ['moved', 'lease'].includes(error.code);

/** The fields of a role that a step writes; marks, which nobody waits for, left out. */
export function pathsOf(step: Step): readonly string[] {
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
