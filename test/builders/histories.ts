import { fc } from './fast-check.ts';
import type { Happening } from './arbitraries-world.ts';
import { anyHistory, anyWorld } from './arbitraries-world.ts';
import type { SmallWorld } from './small-world.ts';
import { after, runOnce } from './small-world.ts';

/** What a world is after its history, with a run at the beginning and after each turn of it. */
export function lived(start: SmallWorld, history: readonly (readonly Happening[])[]): SmallWorld {
  return history.reduce(
    (past, turn) => after(5, runOnce(turn.reduce((seen, { to }) => to(seen), past)).world),
    after(5, runOnce(start).world),
  );
}

/** Worlds to which something has just happened, and no run has seen it yet. */
export const restless: fc.Arbitrary<SmallWorld> = fc.tuple(anyWorld, anyHistory).map(([start, history]) => {
  const latest = history.at(-1) ?? [];
  return latest.reduce((past, { to }) => to(past), lived(start, history.slice(0, -1)));
});
