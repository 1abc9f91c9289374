import { Argument } from 'commander';
import { createConsoleUser, tamperings, type Tampering } from '../../../../infra/local/console-user.ts';
import { requireCoordinates, type Verb } from '../../command-line/command.ts';
import { inert, printResult } from '../../output/sanitize.ts';
import { wrapLines } from '../../output/text.ts';

/** How it is said afterwards. */
const outcomes: Readonly<Record<Tampering, string>> = {
  'open-trust': 'lets in everybody of the organization',
  'attach-admin': 'has AdministratorAccess attached',
  'put-inline': 'has an inline policy that allows everything',
  'drop-boundary': 'has no permissions boundary any more',
  'raise-session': 'allows sessions of twelve hours',
  'delete-role': 'is deleted',
  'deny-all': 'is denied everything, as after an incident',
  'add-audience': 'trusts a provider that has one more audience',
};

export const tamperVerb: Verb = (command, run) => {
  command
    .addArgument(new Argument('<what>', 'the change to make').choices(tamperings))
    .argument('<role>', 'name or ARN of the role')
    .action(
      run(async ({ terminal, options }, what: Tampering, typed: string) => {
        const { aws, consoleUsers } = requireCoordinates();
        const user = createConsoleUser(aws, consoleUsers);
        const role = await user.findRole(typed);
        await user.tamper(what, role);
        printResult({ terminal, options }, { done: what, role }, () =>
          wrapLines(`${inert(role)} ${outcomes[what]}.`, terminal.columns),
        );
        terminal.note('Now: azfed plan --local');
        return 0;
      }),
    );
};
