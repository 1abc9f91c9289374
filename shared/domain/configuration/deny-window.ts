import { MINUTE_MS, DAY_MS } from '../kernel/durations.ts';

/** Days of the week, as the configuration writes them; in the order of `Date.getUTCDay`. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

type Weekday = (typeof weekdays)[number];

interface OnceWindow {
  readonly name: string;
  /** ISO times with an offset; `until` no longer belongs to it. */
  readonly from: string;
  readonly until: string;
}

interface WeeklyWindow {
  readonly name: string;
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  /** `HH:MM` on the wall; a `to` that is not later than `from` is that of the next day. */
  readonly from: string;
  readonly to: string;
  /** IANA name, such as Europe/Zurich. */
  readonly timeZone: string;
}

/** A time in which automatic runs change nothing. */
export type DenyWindow = OnceWindow | WeeklyWindow;

/** The window that is open at `now`; `undefined` when none is. */
export function openWindow(windows: readonly DenyWindow[], now: number): DenyWindow | undefined {
  return windows.find((window) => ('until' in window ? isOnce(window, now) : isWeekly(window, now)));
}

const isOnce = ({ from, until }: OnceWindow, now: number) =>
  Date.parse(from) <= now && now < Date.parse(until);

/** It began today or yesterday, by the calendar on that wall. */
function isWeekly({ days, from, to, timeZone }: WeeklyWindow, now: number): boolean {
  const wall = wallClock(timeZone);
  const today = Math.floor(wall(now) / DAY_MS) * DAY_MS;
  const [begin, end] = [parseMinutes(from), parseMinutes(to)];
  return [today - DAY_MS, today].some((day) => {
    if (!days.some((name) => name === weekdays[new Date(day).getUTCDay()])) return false;
    const last = day + (end > begin ? 0 : DAY_MS) + end * MINUTE_MS;
    return (
      Math.min(...findInstants(day + begin * MINUTE_MS, wall)) <= now &&
      now < Math.max(...findInstants(last, wall))
    );
  });
}

/**
 * The moments at which the wall shows this time: two when clocks go back over it. None when they go forward over it;
 * then those that it would have been by either offset. A window begins with the first of them and ends with the last,
 * so that a change of clocks never makes it shorter.
 */
function findInstants(shown: number, wall: WallClock): readonly number[] {
  const around = [shown - DAY_MS, shown + DAY_MS].map((moment) => shown - (wall(moment) - moment));
  const exact = around.filter((moment) => wall(moment) === shown);
  return exact.length > 0 ? exact : around;
}

/** What a wall in some place shows at a moment, as if it showed UTC: both in epoch milliseconds. */
type WallClock = (moment: number) => number;

function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
  };
}

function parseMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
