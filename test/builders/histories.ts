import type { Happening } from './arbitraries-world.ts';
import type { SmallWorld } from './small-world.ts';
import { after, pass } from './small-world.ts';

/** What a world is after its history, with a pass at the beginning and after each turn of it. */
export function lived(start: SmallWorld, history: readonly (readonly Happening[])[]): SmallWorld {
  return history.reduce(
    (past, turn) => after(5, pass(turn.reduce((seen, { to }) => to(seen), past)).world),
    after(5, pass(start).world),
  );
}
