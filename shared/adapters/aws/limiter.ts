import type { Clock } from '../../ports/clock.ts';

/** Requests in any one second; whole numbers. */
export interface Rates {
  readonly reads: number;
  readonly writes: number;
}

/** Resolves when the next request of this kind may be sent; requests wait in the order in which they came. */
export type Limiter = (kind: keyof Rates) => Promise<void>;

/**
 * IAM's buckets are per account and shared with everybody who works there (AWS Security Blog, querying IAM at scale).
 * So nothing is saved up: in no second are there more requests of a kind than its rate, whatever the number of sessions.
 */
export function createLimiter(clock: Clock, rates: Rates): Limiter {
  // When the latest requests of each kind were sent, or are to be; no more than its rate.
  const turns: Record<keyof Rates, number[]> = { reads: [], writes: [] };
  return async (kind) => {
    const now = clock.now();
    const latest = turns[kind];
    const oldest = latest.length < rates[kind] ? undefined : latest.shift();
    const turn = Math.max(now, latest.at(-1) ?? now, oldest === undefined ? now : oldest + SECOND_MS);
    latest.push(turn);
    if (turn > now) await clock.sleep(turn - now);
  };
}

const SECOND_MS = 1_000;
