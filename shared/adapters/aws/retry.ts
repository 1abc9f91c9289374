import type { Clock } from '../../ports/clock.ts';
import type { AwsCall, Failure, FailureKind } from './errors.ts';
import { failureOf, isRoleMissing, translate } from './errors.ts';

/**
 *     made      that it is not found says nothing yet
 *     emptied   that it still has policies says nothing yet
 */
export type Recently = 'made' | 'emptied';

export interface RepeatableCall extends AwsCall {
  /** False where a second time is not the same as once: then an unknown outcome is not tried again. */
  readonly isRepeatable: boolean;
  /** What was done to the role a moment ago: IAM may not know of it everywhere. */
  readonly recently?: Recently;
}

export interface RetryBudget {
  readonly clock: Clock;
  /** Epoch milliseconds; nothing is begun after it. */
  readonly until?: number;
}

/**
 * How long each kind is tried again. The SDK's own retries are off: they leave ConcurrentModification out, and try a
 * quota (LimitExceeded) three times. Two minutes are what Terraform's provider waits for a principal to be known, and for
 * IAM to see that a role is bare.
 */
const retryBudgetMs: Partial<Record<FailureKind, number>> = {
  throttled: 30_000,
  concurrent: 30_000,
  propagating: 120_000,
  unavailable: 10_000,
};

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;

/** Sends until it succeeds or patience ends; what AWS answered last comes out as an error of the domain. */
export async function retrying<Answer>(
  call: RepeatableCall,
  { clock, until = Infinity }: RetryBudget,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const begun = clock.now();
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    try {
      return await send();
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      const next = clock.now() + delay;
      if (next > begun + budgetFor(failure, call) || next >= until) throw translate(failure, call);
      await clock.sleep(delay);
    }
  }
}

function budgetFor(failure: Failure, { isRepeatable, recently }: RepeatableCall): number {
  const { kind, code } = failure;
  if (kind === 'unavailable' && !isRepeatable) return 0;
  const isNotYetKnown =
    (recently === 'made' && isRoleMissing(failure)) || (recently === 'emptied' && code === 'in-use');
  return retryBudgetMs[isNotYetKnown ? 'propagating' : kind] ?? 0;
}
