import { addVerbs } from '../../command-line/command-table.ts';
import type { VerbTable } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

const verbs = {
  install: {
    does: 'create the missing subscriptions and repair the others; shows them first',
    load: async () => (await import('./hooks-install.ts')).hooksInstallVerb,
  },
  status: {
    does: 'show one line for each existing or missing subscription; writes nothing',
    load: async () => (await import('./hooks-status.ts')).hooksStatusVerb,
  },
  remove: {
    does: 'remove every subscription of azfed; keeps the subscriptions of others',
    load: async () => (await import('./hooks-remove.ts')).hooksRemoveVerb,
  },
} satisfies VerbTable;

export const hooksVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
