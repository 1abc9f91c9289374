import { addVerbs } from '../../command-line/command-table.ts';
import type { VerbTable } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

const verbs = {
  test: {
    does: 'send one test event to each webhook, with the same signature and format as every event',
    load: async () => (await import('./notify-test.ts')).notifyTestVerb,
  },
} satisfies VerbTable;

export const notifyVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
