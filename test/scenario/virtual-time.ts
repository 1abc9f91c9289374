import type { Clock } from '../../shared/ports/clock.ts';

export interface VirtualTime extends Clock {
  /** Lets time pass whenever everybody waits, until the work has ended. */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock for work that is done side by side: sleepers wake in the order of time, and nobody waits in real time. */
export function runAtVirtualTime(start: number): VirtualTime {
  let now = start;
  const sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ until: now + milliseconds, wake });
      }),
    async run(work) {
      const ended = new Set<unknown>();
      const over = () => ended.add(work);
      work.then(over, over);
      while (!ended.has(work)) {
        // All that can go on without time passing does so first.
        await new Promise((resolve) => setImmediate(resolve));
        if (ended.has(work)) break;
        sleepers.sort((a, b) => a.until - b.until);
        const next = sleepers[0]?.until ?? now;
        now = Math.max(now, next);
        for (const { wake } of sleepers.splice(0, sleepers.findLastIndex(({ until }) => until <= now) + 1))
          wake();
      }
      return work;
    },
  };
}
