import { addVerbs } from '../../command-line/command-table.ts';
import type { VerbTable } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

const verbs = {
  install: {
    does: 'make the subscriptions that are missing and heal the others; shows them first',
    load: async () => (await import('./hooks-install.ts')).hooksInstallVerb,
  },
  status: {
    does: 'one line for each subscription that is there or should be; writes nothing',
    load: async () => (await import('./hooks-status.ts')).hooksStatusVerb,
  },
  remove: {
    does: 'take all of them away again; those of others are left alone',
    load: async () => (await import('./hooks-remove.ts')).hooksRemoveVerb,
  },
} satisfies VerbTable;

export const hooksVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
