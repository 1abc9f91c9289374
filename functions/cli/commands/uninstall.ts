import { findAccountListGap } from '../../../shared/domain/configuration/account-list.ts';
import { readUninstallFacts } from '../../../shared/application/checks/uninstall.ts';
import {
  planUninstall,
  uninstallSteps,
  type UninstallItem,
} from '../../../shared/domain/doctor/uninstall-plan.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { openDeployment } from '../composition/deployment.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { Terminal } from '../console/terminal.ts';
import { wrapText } from '../output/text.ts';

export const uninstallVerb: Verb = (command, run) => {
  command
    .option(
      '--plan',
      'list everything that azfed has made, what goes and what stays, and the commands in order',
      false,
    )
    .action(
      run((invocation, { plan }: { readonly plan: boolean }) =>
        plan ? showUninstall(invocation) : Promise.reject(planOnly),
      ),
    );
};

const planOnly = new ConfigError({
  where: 'azfed uninstall',
  what: 'azfed takes nothing away by itself: its stacks, roles and tables are deleted by whoever deployed them.',
  fix: 'List what there is, with the commands in order: azfed uninstall --plan',
});

/** Reads alone: 3 where it does not know of everything. */
async function showUninstall(invocation: Invocation): Promise<ExitCode> {
  const { terminal } = invocation;
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
  printResult(invocation, { schemaVersion: 1, accountList, items }, () => uninstallText(items, terminal));
  return accountList?.isOpen || items.some(({ unread }) => unread !== undefined) ? 3 : 0;
}

/** The steps in their order: what goes and what stays, then the commands of the step, each once. */
export function uninstallText(
  items: readonly UninstallItem[],
  { style, columns }: Pick<Terminal, 'style' | 'columns'>,
): string {
  const steps = uninstallSteps
    .map((step) => items.filter((item) => item.step === step))
    .filter((own) => own.length > 0);
  const unread = items.filter((item) => item.unread !== undefined).length;
  const count = (fate: UninstallItem['fate']) => items.filter((item) => item.fate === fate).length;
  return [
    ...steps.flatMap((own, index) => [
      style.bold(`${index + 1}. ${own[0]?.step ?? ''}`),
      ...own.flatMap(({ what, fate, detail, unread: why }) => [
        wrapText(inert(`${what}: ${detail}`), columns, `  ${colourFate(fate, style)}  `),
        ...(why === undefined ? [] : [wrapText(inert(`Could not be read: ${why}`), columns, '         ')]),
      ]),
      ...[...new Set(own.flatMap(({ commands }) => commands))].map((command) => `    ${inert(command)}`),
      '',
    ]),
    wrapText(
      `${counted(count('goes'), 'part')} ${count('goes') === 1 ? 'goes' : 'go'}, ${count('stays')} ${count('stays') === 1 ? 'stays' : 'stay'}; nothing was changed.${unread > 0 ? ` ${unread} could not be read: azfed doctor says why.` : ''} Run the commands from the first step on; ${style.bold('docs/uninstall.md')} has the reasons.`,
      columns,
    ),
  ].join('\n');
}

const colourFate = (fate: UninstallItem['fate'], style: Terminal['style']) =>
  fate === 'goes' ? style.yellow('goes ') : style.green('stays');
