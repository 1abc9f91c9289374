import type { Clock } from '../../shared/ports/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * A clock for work side by side: it stands still while anything can go on, and jumps to the next sleeper who wakes when
 * nothing can. All waiting must be sleeping: what comes from a socket is not waited for.
 */
export function createEventClock(start = 0): Clock {
  let now = start;
  let isStepping = false;
  const sleepers: Sleeper[] = [];
  const step = () => {
    const next = sleepers.shift();
    isStepping = next !== undefined;
    if (!next) return;
    now = Math.max(now, next.until);
    next.wake();
    setImmediate(step);
  };
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        const until = now + Math.max(0, milliseconds);
        const place = sleepers.findIndex((other) => other.until > until);
        sleepers.splice(place === -1 ? sleepers.length : place, 0, { until, wake });
        if (!isStepping) setImmediate(step);
        isStepping = true;
      }),
  };
}
