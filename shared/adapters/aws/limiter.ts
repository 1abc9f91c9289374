import { rethrowDefect } from '../../domain/kernel/errors.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { recallRates, slowPace, startPace, takeTurn, type Pace, type Rates } from '../../domain/iam/pace.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RateStore } from '../../ports/rates.ts';
import { parseFailure } from './errors.ts';

/** Sends a request when its turn has come: requests of a kind wait in the order in which they came. */
export type Limiter = <Answer>(kind: keyof Rates, send: () => Promise<Answer>) => Promise<Answer>;

export interface LimiterOptions {
  readonly clock: Clock;
  readonly rates?: RateStore;
  readonly isUnpaced?: boolean;
}

/** The pace of one account, whatever the number of sessions there. */
export function createLimiter(
  account: AccountId,
  { clock, rates, isUnpaced = false }: LimiterOptions,
): Limiter {
  if (isUnpaced) return (_kind, send) => send();
  let paces: Promise<Record<keyof Rates, Pace>> | undefined;
  const queues: Record<keyof Rates, Promise<void>> = { reads: Promise.resolve(), writes: Promise.resolve() };

  // Nothing rests on what is remembered: where the table does not answer, the rate is found out anew.
  async function recall(): Promise<Record<keyof Rates, Pace>> {
    const { reads, writes } = recallRates(await rates?.recall(account).catch(rethrowDefect));
    return { reads: startPace(reads), writes: startPace(writes) };
  }

  /** A decrease while a request waits lets it wait longer. */
  async function awaitTurn(kind: keyof Rates, askedAt: number): Promise<number> {
    const known = await (paces ??= recall());
    let now = clock.now();
    while (known[kind].nextTurn > now) {
      const turn = known[kind].nextTurn;
      await clock.sleep(turn - now);
      now = Math.max(turn, clock.now());
    }
    known[kind] = takeTurn(known[kind], { askedAt, sentAt: now });
    return now;
  }

  async function slow(kind: keyof Rates, sentAt: number): Promise<void> {
    const known = await (paces ??= recall());
    const before = known[kind];
    known[kind] = slowPace(before, sentAt, clock.now());
    if (known[kind] === before) return;
    const { reads, writes } = known;
    await rates?.remember(account, { reads: reads.rate, writes: writes.rate }).catch(rethrowDefect);
  }

  return async (kind, send) => {
    const askedAt = clock.now();
    const turn = queues[kind].then(() => awaitTurn(kind, askedAt));
    queues[kind] = turn.then(ignore, ignore);
    const sentAt = await turn;
    try {
      return await send();
    } catch (error) {
      if (parseFailure(error)?.kind === 'throttled') await slow(kind, sentAt);
      throw error;
    }
  };
}

const ignore = () => undefined;
