import type { Clock } from '../../ports/clock.ts';

/** LookupEvents: two requests a second in each account and Region (CloudTrail User Guide, quotas), shared with everybody there. */
const GAP_MS = 500;

/** Resolves when the next request may be sent in the account; requests wait in the order in which they came. */
export function createTurns(clock: Clock): (account: string) => Promise<void> {
  const free = new Map<string, number>();
  return async (account) => {
    const now = clock.now();
    const turn = Math.max(free.get(account) ?? -Infinity, now);
    free.set(account, turn + GAP_MS);
    if (turn > now) await clock.sleep(turn - now);
  };
}
