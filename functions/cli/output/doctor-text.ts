import type { Check, Verdict } from '../../../shared/domain/doctor/check.ts';
import { groupBy } from '../../../shared/domain/kernel/group-by.ts';
import { counted } from './counted.ts';
import { inert } from './sanitize.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

const verdicts: readonly Verdict[] = ['ok', 'warning', 'failed', 'unknown'];

/** What was found for people: a block for each subject, what to do below what is not well, then the totals. */
export function doctorText(checks: readonly Check[], style: Style): string {
  const lines = linesOf(checks, style);
  const blocks = [...groupBy(checks, ({ subject }) => subject)].map(([subject, group]) =>
    [style.bold(inert(subject)), ...group.map((check) => lines.get(check) ?? '')].join('\n'),
  );
  return [...blocks, totalsText(checks, style)].join('\n\n');
}

/** Columns stand below each other in all blocks. */
function linesOf(checks: readonly Check[], style: Style): ReadonlyMap<Check, string> {
  const [first = [], ...others] = checks.map(({ verdict, code, says }) => [
    `  ${colours(style)[verdict](verdict)}`,
    code,
    inert(says),
  ]);
  const rows = table(first, others).split('\n');
  return new Map(
    checks.map((check, index) => {
      const fix = check.fix === undefined ? [] : [`    ${style.dim(`-> ${inert(check.fix)}`)}`];
      return [check, [rows[index] ?? '', ...fix].join('\n')];
    }),
  );
}

function totalsText(checks: readonly Check[], style: Style): string {
  const parts = verdicts.flatMap((verdict) => {
    const count = checks.filter((check) => check.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return `${style.bold('Doctor:')} ${parts.join(', ')}; ${counted(checks.length, 'check')}.`;
}

function colours(style: Style): Readonly<Record<Verdict, (text: string) => string>> {
  return { ok: style.green, warning: style.yellow, failed: style.red, unknown: style.yellow };
}
