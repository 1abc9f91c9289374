import { addVerbs } from '../verb-table.ts';
import type { VerbTable } from '../verb-table.ts';
import type { Verb } from '../verb.ts';

const verbs = {} satisfies VerbTable;

export const migrateVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
