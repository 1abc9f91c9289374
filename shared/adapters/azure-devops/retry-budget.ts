import type { Clock } from '../../ports/clock.ts';

/**
 * The requests of one look keep one pace, because Azure DevOps counts by identity and not by request
 * (azure-devops-docs, rate-limits): when one is told to wait, all wait.
 */
export interface RetryBudget {
  /** Waits until it is allowed to ask. False when there is no patience left. */
  turn(): Promise<boolean>;
  /** Nothing is asked before that many milliseconds have gone by. Time that many wait together counts once. */
  holdBack(milliseconds: number): void;
  /** That many milliseconds were waited in vain. */
  spend(milliseconds: number): void;
}

export function createRetryBudget(clock: Clock, maxWaitMs: number): RetryBudget {
  let notBefore = clock.now();
  let leftMs = maxWaitMs;
  return {
    async turn() {
      while (leftMs >= 0 && notBefore > clock.now()) await clock.sleep(notBefore - clock.now());
      return leftMs >= 0;
    },
    holdBack(milliseconds) {
      const from = Math.max(notBefore, clock.now());
      const until = Math.max(notBefore, clock.now() + milliseconds);
      leftMs -= until - from;
      notBefore = until;
    },
    spend(milliseconds) {
      leftMs -= milliseconds;
    },
  };
}
