import { findAccountListGap } from '../../../shared/domain/configuration/account-list.ts';
import { readUninstallFacts } from '../../../shared/application/checks/uninstall.ts';
import { planUninstall } from '../../../shared/domain/doctor/uninstall-plan.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { openDeployment } from '../composition/deployment.ts';
import { jsonText } from '../output/sanitize.ts';
import { uninstallText } from '../output/uninstall-text.ts';

export const uninstallVerb: Verb = (command, run) => {
  command
    .option(
      '--plan',
      'list everything that azfed has made, what goes and what stays, and the commands in order',
      false,
    )
    .action(({ plan }: { readonly plan: boolean }) =>
      run((invocation) => (plan ? showUninstall(invocation) : Promise.reject(planOnly))),
    );
};

const planOnly = new ConfigError({
  where: 'azfed uninstall',
  what: 'azfed takes nothing away by itself: its stacks, roles and tables are deleted by whoever deployed them.',
  fix: 'List what there is, with the commands in order: azfed uninstall --plan',
});

/** Reads alone: 3 where it does not know of everything. */
async function showUninstall(invocation: Invocation): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const { configuration, ports, publication, table, signatures } = await openDeployment(invocation);
  const place = table.place();
  const facts = await readUninstallFacts({ ...ports, stack: publication.stack }, configuration);
  const { name, region, exists: hasTable, isProtected } = place;
  const protection = isProtected === undefined ? {} : { isTableProtected: isProtected };
  const items = planUninstall(
    { ...facts, name, region, hasTable, isSigned: signatures !== undefined, ...protection },
    configuration,
    ports.clock.now(),
  );
  const accountList = findAccountListGap(configuration);
  terminal.result(
    options.json ? jsonText({ schemaVersion: 1, accountList, items }) : uninstallText(items, terminal),
  );
  return accountList?.isOpen || items.some(({ unread }) => unread !== undefined) ? 3 : 0;
}
