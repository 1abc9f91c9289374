import { verbGroup } from '../../command-line/command-table.ts';

export const accessVerb = verbGroup({
  grant: {
    does: 'let the identity of the service read the connections of each project; shows the changes first',
    load: async () => (await import('./access-changes.ts')).accessGrantVerb,
  },
  show: {
    does: 'show one line for each project: what the identity has there and what it lacks; writes nothing',
    load: async () => (await import('./access-changes.ts')).accessShowVerb,
  },
  revoke: {
    does: 'take the role of the identity on service connections away, in each project; shows the changes first',
    load: async () => (await import('./access-changes.ts')).accessRevokeVerb,
  },
});
