import { verbGroup } from '../../command-line/command-table.ts';

export const migrateVerb = verbGroup({
  keys: {
    does: 'migrate a connection from access keys to OIDC: prepare the role, then change the connection; --undo reverses it',
    load: async () => (await import('./migrate-keys.ts')).migrateKeysVerb,
  },
  issuer: {
    does: 'show which token issuer each connection uses, and migrate connections from the retiring issuer to the issuer of the tenant',
    load: async () => (await import('./migrate-issuer.ts')).migrateIssuerVerb,
  },
});
