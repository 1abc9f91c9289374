import type { Mutants } from './mutant.ts';
import { skipping, withState } from './mutant.ts';
import { makeKey } from './table.ts';

/** What is taken over together, and what is given up. */
export const adoptionMutants: Mutants = {
  'takes the mark off a role that its record still has': {
    breaks: 'I7',
    wiring: withState((item, world) => {
      const known = world.table.items.get(makeKey(item));
      if (item.kind !== 'connection' || known?.kind !== 'connection') return item;
      const isEnding = item.releasing !== undefined && known.role !== undefined && item.role === undefined;
      return isEnding ? { ...item, role: known.role } : item;
    }),
  },
  'leaves its mark on a role that it manages no more': { breaks: 'I13', wiring: skipping('untagRole') },
};
