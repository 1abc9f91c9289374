import { addVerbs } from '../../command-line/command-table.ts';
import type { VerbTable } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

const verbs = {
  keys: {
    does: 'take a connection from static keys to OIDC, AWS first, and its keys away; or back again',
    load: async () => (await import('./migrate-keys.ts')).migrateKeysVerb,
  },
  issuer: {
    does: 'from the issuer that is to be retired to that of the tenant: how each connection stands, and off the old one',
    load: async () => (await import('./migrate-issuer.ts')).migrateIssuerVerb,
  },
} satisfies VerbTable;

export const migrateVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
