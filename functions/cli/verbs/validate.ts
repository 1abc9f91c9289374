import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Verb } from '../verb.ts';

export const validateVerb: Verb = (program, run) => {
  program
    .command('validate')
    .description('check the configuration: every problem at once, with line and column; reads nothing else')
    .action(() =>
      run(({ options, terminal }) => {
        const { organizations, accounts, grants } = loadConfiguration(options.config);
        const counts = {
          organizations: organizations.length,
          accounts: accounts.length,
          grants: grants.length,
        };
        terminal.result(
          options.json
            ? JSON.stringify({ valid: true, ...counts }, null, 2)
            : `${options.config} is valid: ${counts.organizations} organizations, ${counts.accounts} accounts, ${counts.grants} grants.`,
        );
        return Promise.resolve(0);
      }),
    );
};
