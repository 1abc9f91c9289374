import type { Clock } from '../../ports/clock.ts';

/** Requests a second. */
export interface Rates {
  readonly reads: number;
  readonly writes: number;
}

/** Resolves when the next request of this kind may be sent; requests wait in the order in which they came. */
export type Limiter = (kind: keyof Rates) => Promise<void>;

/**
 * IAM's buckets are per account and shared with everybody who works there (AWS Security Blog, querying IAM at scale).
 * So there are no bursts: a bucket of one token, whatever the number of sessions that draw on it.
 */
export function createLimiter(clock: Clock, rates: Rates): Limiter {
  const free = { reads: -Infinity, writes: -Infinity };
  return async (kind) => {
    const now = clock.now();
    const turn = Math.max(free[kind], now);
    free[kind] = turn + 1_000 / rates[kind];
    if (turn > now) await clock.sleep(turn - now);
  };
}
