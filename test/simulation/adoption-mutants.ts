import type { Mutants } from './mutant.ts';
import { skipping, withPorts, withState } from './mutant.ts';
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
  'gives up a role of two connections one record at a time': {
    breaks: 'I7',
    wiring: withPorts((ports) => ({
      ...ports,
      state: {
        ...ports.state,
        writeTogether: async (items) => {
          const written: (typeof items)[number][] = [];
          for (const item of items) written.push(await ports.state.write(item));
          return written;
        },
      },
    })),
  },
  'leaves its mark on a role that it manages no more': { breaks: 'I13', wiring: skipping('untagRole') },
};
