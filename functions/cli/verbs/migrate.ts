import { addVerbs } from '../verb-table.ts';
import type { VerbTable } from '../verb-table.ts';
import type { Verb } from '../verb.ts';

const verbs = {
  keys: {
    does: 'take a connection from static keys to OIDC, AWS first, and its keys away; or back again',
    load: async () => (await import('./migrate-keys.ts')).migrateKeysVerb,
  },
} satisfies VerbTable;

export const migrateVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
