import { verbGroup } from '../../command-line/command-table.ts';

export const hooksVerb = verbGroup({
  install: {
    does: 'create the missing subscriptions and repair the others; shows them first',
    load: async () => (await import('./hooks-install.ts')).hooksInstallVerb,
  },
  status: {
    does: 'show one line for each existing or missing subscription; writes nothing',
    load: async () => (await import('./hooks-install.ts')).hooksStatusVerb,
  },
  remove: {
    does: 'remove every subscription of azfed; keeps the subscriptions of others',
    load: async () => (await import('./hooks-install.ts')).hooksRemoveVerb,
  },
});
