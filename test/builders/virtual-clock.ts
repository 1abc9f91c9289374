import type { Clock } from '../../shared/ports/clock.ts';

/** A clock that a test owns: it stands still, is set or advanced by hand, and a sleep takes no time but its own. */
export interface VirtualClock extends Clock {
  /** Epoch milliseconds, or ISO text. */
  set(time: number | string): void;
  advance(milliseconds: number): void;
}

export function createVirtualClock(start: number | string = '2026-11-22T09:00:00Z'): VirtualClock {
  let now = toEpoch(start);
  return {
    now: () => now,
    sleep(milliseconds) {
      now += milliseconds;
      return Promise.resolve();
    },
    set(time) {
      now = toEpoch(time);
    },
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

function toEpoch(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time);
}
