import { counted } from '../render/counted.ts';
import { jsonText } from '../render/inert.ts';
import { loadSettings } from '../settings.ts';
import type { Verb } from '../verb.ts';

export const validateVerb: Verb = (command, run) => {
  command.action(() =>
    run((invocation) => {
      const { options, terminal } = invocation;
      const { path, configuration } = loadSettings(invocation);
      const { organizations, accounts, grants } = configuration;
      const counts = {
        organizations: organizations.length,
        accounts: accounts.length,
        grants: grants.length,
      };
      terminal.result(
        options.json
          ? jsonText({ valid: true, ...counts })
          : `${path} is valid: ${counted(counts.organizations, 'organization')}, ${counted(counts.accounts, 'account')}, ${counted(counts.grants, 'grant')}.`,
      );
      return Promise.resolve(0);
    }),
  );
};
