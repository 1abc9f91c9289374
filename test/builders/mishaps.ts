import type { Stage } from './stage.ts';
import { MINUTE_MS } from './stage.ts';
import type { Mishap } from './wire.ts';

const mishaps: readonly Mishap[] = ['lost-request', 'lost-answer', 'end'];

/** When faults have stopped, so many runs at most find nothing more to do. */
export const MOST_PASSES = 4;

/** What befalls a request: every few of them meet the mishaps in turn; with `AZFED_CRASHES=all` each one meets all. */
export function selectMishaps(request: number, every: number): readonly Mishap[] {
  if (process.env['AZFED_CRASHES'] === 'all') return mishaps;
  return request % every === 0 ? mishaps.slice((request / every) % mishaps.length).slice(0, 1) : [];
}

/** Passes until one finds nothing to do, in AWS or in the table; how many that took. */
export async function runUntilQuiet(stage: Stage): Promise<number> {
  for (let runs = 1; runs <= MOST_PASSES; runs++) {
    stage.clock.advance(15 * MINUTE_MS);
    const { outcome, writes } = await stage.runOnce();
    if (outcome === 'converged' && writes.iam.length + writes.table === 0) return runs;
  }
  return Infinity;
}
