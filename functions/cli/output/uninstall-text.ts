import { uninstallSteps, type UninstallItem } from '../../../shared/domain/doctor/uninstall-plan.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { Terminal } from '../console/terminal.ts';
import { inert } from './sanitize.ts';
import { wrapText } from './text.ts';

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
