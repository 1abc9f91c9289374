import { SECOND_MS } from '../kernel/durations.ts';

/** Requests in a second, by kind: IAM limits reads and writes of an account apart. */
export interface Rates {
  readonly reads: number;
  readonly writes: number;
}

/**
 * How fast requests of one kind go to IAM in one account. AWS publishes no limits; they are buckets per account, shared
 * with everybody who works there (AWS Security Blog, querying IAM at scale). So the rate is found out by additive increase
 * and multiplicative decrease:
 *
 *     start ──each request──▶ faster, by `FIRST_GAIN` ──throttled──▶ pause, 70 % ──each request──▶ faster, by `GAIN` ─┐
 *                                                            ▲──────────────────throttled─────────────────────────┘
 *
 * The adaptive mode of the AWS SDK decreases in the same way. It is not used, because it sends without any limit until
 * IAM refuses for the first time, forgets its rate with the process, and leaves the bucket empty for everybody else:
 * here a pause lets the bucket fill again after each refusal.
 */
export interface Pace {
  /** Requests in a second. */
  readonly rate: number;
  /** Epoch milliseconds: the next request is not sent earlier. */
  readonly nextTurn: number;
  /** Epoch milliseconds of the last decrease; `undefined`: IAM has not refused any request. */
  readonly slowedAt: number | undefined;
}

const START_RATES: Rates = { reads: 10, writes: 10 };

const SLOWEST = 0.5;
const FASTEST = 50;
/** By how much the rate of a second grows in a second in which requests wait for their turn. */
const FIRST_GAIN = 4;
const GAIN = 0.5;
const DECREASE = 0.7;
/** Nothing is sent for so long after a refusal: the bucket fills for the others in the account. */
const PAUSE_MS = SECOND_MS;
/** Turns that nobody took may be taken later, those of half a second at most. */
const CREDIT_MS = SECOND_MS / 2;

export const startPace = (rate: number): Pace => ({ rate, nextTurn: -Infinity, slowedAt: undefined });

/**
 * The pace after one request was sent in its turn. It grows with requests that had to wait: what nobody needs is not
 * tried out.
 */
export function takeTurn(pace: Pace, { askedAt, sentAt }: Turn): Pace {
  const { rate, nextTurn, slowedAt } = pace;
  const gain = askedAt < sentAt ? (slowedAt === undefined ? FIRST_GAIN : GAIN) / rate : 0;
  return {
    ...pace,
    rate: Math.min(FASTEST, rate + gain),
    nextTurn: Math.max(nextTurn, sentAt - CREDIT_MS) + SECOND_MS / rate,
  };
}

/** Epoch milliseconds. */
interface Turn {
  readonly askedAt: number;
  readonly sentAt: number;
}

/** The pace after IAM has throttled a request. One that was sent before the last decrease says nothing new. */
export function slowPace(pace: Pace, sentAt: number, now: number): Pace {
  const { rate, nextTurn, slowedAt = -Infinity } = pace;
  if (sentAt < slowedAt) return pace;
  return {
    rate: Math.max(SLOWEST, rate * DECREASE),
    nextTurn: Math.max(nextTurn, now + PAUSE_MS),
    slowedAt: now,
  };
}

/** What an earlier run found out, where it is a rate that `slowPace` can have left; otherwise the start rate. */
export function recallRates(remembered: Partial<Rates> | undefined): Rates {
  const recall = (kind: keyof Rates) => {
    const rate = remembered?.[kind];
    return rate !== undefined && rate >= SLOWEST && rate <= FASTEST ? rate : START_RATES[kind];
  };
  return { reads: recall('reads'), writes: recall('writes') };
}
