import { HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from '../kernel/durations.ts';
import type { DeliveryOutcome } from './delivery.ts';

/**
 * What is known of one receiver beside its events. Each receiver has a lane of its own, so that one that is down or slow
 * costs the others nothing.
 *
 *     a run ends with                      failures   next attempt
 *     an event that arrived                0          now
 *     no answer, or a wish to be spared    one more   after a pause, from the sweep alone
 *     several refusals in a row            one more   after a pause, from the sweep alone
 */
export interface Lane {
  /** Runs in a row that gave up on it; 0: it takes events. */
  readonly failures: number;
  /** Before then nothing is sent to it. */
  readonly nextAttemptAt?: Instant;
  /** Until then the stream leaves it to the sweep, because it answers slowly. */
  readonly slowUntil?: Instant;
  /** Where the last sweep ended, when it did not reach the end of what is pending. */
  readonly after?: string;
}

export const newLane: Lane = { failures: 0 };

/** No pause is longer than the second wait of one event, so that hardly an event comes later than its own schedule says. */
const pauses = [5 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];
const LONGEST_PAUSE = HOUR_MS;

const MOST_REFUSALS = 5;
/** An answer that takes longer would hold up what the stream brings next. */
const SLOW_MS = 5 * SECOND_MS;
const SLOW_FOR_MS = 10 * MINUTE_MS;

/** What one run has met in a lane. */
export interface LaneProgress {
  /** Refusals since the last event that arrived. */
  readonly refusals: number;
  /** After so many of them the receiver is left alone: each may cost the whole deadline. */
  readonly mostRefusals: number;
  readonly hasArrived: boolean;
  readonly isStopped: boolean;
  readonly retryAfterMs?: number;
  readonly isSlow: boolean;
}

/** One refusal is enough in a lane that the run before gave up on. */
export const startProgress = ({ failures }: Lane): LaneProgress => ({
  refusals: 0,
  mostRefusals: failures > 0 ? 1 : MOST_REFUSALS,
  hasArrived: false,
  isStopped: false,
  isSlow: false,
});

export function afterOutcome(progress: LaneProgress, outcome: DeliveryOutcome, tookMs: number): LaneProgress {
  const isSlow = progress.isSlow || tookMs > SLOW_MS;
  if (outcome.outcome === 'delivered')
    return { ...progress, refusals: 0, mostRefusals: MOST_REFUSALS, hasArrived: true, isSlow };
  if (outcome.outcome === 'gone') return { ...progress, isSlow };
  const refusals = progress.refusals + 1;
  return {
    ...progress,
    refusals,
    isSlow,
    isStopped: progress.isStopped || outcome.affectsAll === true || refusals >= progress.mostRefusals,
    ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
  };
}

/** The lane as it is stored after a run; the same value where nothing has changed. */
export function afterRun(lane: Lane, progress: LaneProgress, after: string | undefined, now: number): Lane {
  const { failures, ...pause } = progress.isStopped
    ? stoppedLane(lane, progress, now)
    : { failures: progress.hasArrived ? 0 : lane.failures };
  const slowUntil = progress.isSlow ? now + SLOW_FOR_MS : stillSlow(lane, now);
  const next: Lane = {
    failures,
    ...pause,
    ...(slowUntil === undefined ? {} : { slowUntil }),
    ...(after === undefined ? {} : { after }),
  };
  return isSame(lane, next) ? lane : next;
}

function stoppedLane({ failures }: Lane, { retryAfterMs = 0 }: LaneProgress, now: number) {
  const pause = pauses[Math.min(failures, pauses.length - 1)] ?? LONGEST_PAUSE;
  const wait = Math.min(Math.max(pause, retryAfterMs), LONGEST_PAUSE);
  return { failures: failures + 1, nextAttemptAt: now + wait };
}

const stillSlow = ({ slowUntil }: Lane, now: number) =>
  slowUntil !== undefined && slowUntil > now ? slowUntil : undefined;

const isSame = (a: Lane, b: Lane): boolean =>
  (['failures', 'nextAttemptAt', 'slowUntil', 'after'] as const).every((field) => a[field] === b[field]);

/** Whether it may be sent to now. A later time than azfed itself would write silences nobody. */
export function isOpenLane({ nextAttemptAt }: Lane, now: number): boolean {
  return nextAttemptAt === undefined || nextAttemptAt <= now || nextAttemptAt > now + LONGEST_PAUSE;
}

/** Whether the stream may send to it: who waits for it waits for what the stream brings next. */
export function isPromptLane(lane: Lane, now: number): boolean {
  const slowUntil = stillSlow(lane, now);
  const isSlow = slowUntil !== undefined && slowUntil <= now + SLOW_FOR_MS;
  return lane.failures === 0 && !isSlow;
}

/** Events under way at once to a receiver that takes them. 40 of 100 ms each are more than 300 a second. */
const WIDEST = 40;

/** One until the first has arrived, so that a receiver that hangs costs one event one attempt. */
export function laneWidth({ hasArrived, refusals }: LaneProgress): number {
  return hasArrived && refusals === 0 ? WIDEST : 1;
}
