import type { DeliverySummary } from '../../../shared/application/delivery/deliver.ts';
import { summarizeRun, type SummarizedRun } from '../../../shared/domain/guard/run-summary.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { RunSummary } from '../../../shared/domain/records/remote-run.ts';
import { inert } from './sanitize.ts';
import type { Style } from './style.ts';
import { coverageParts } from './plan-text.ts';

/** What came of a run, in a few lines: what failed first, then the totals. */
export const reportText = (
  report: SummarizedRun,
  delivery: DeliverySummary | undefined,
  style: Style,
): string => summaryText(summarizeRun(report), style, deliveryText(delivery));

/** The same of what is kept of a run. */
export function summaryText(
  { outcome, counts, coverage, problems, failures, done }: RunSummary,
  style: Style,
  further = '',
): string {
  const changes = problems.map(
    ({ result, place, code, message }) =>
      `${style.red(result)} ${inert(place)}\n    ${inert(message)} ${style.dim(`(${code})`)}`,
  );
  const beside = failures.map(
    ({ code, message }) => `${style.red('failed')} ${inert(message)} ${style.dim(`(${code})`)}`,
  );
  const parts = (['done', 'failed', 'skipped', 'blocked'] as const).flatMap((word) =>
    counts[word] > 0 ? [`${counts[word]} ${word}`] : [],
  );
  const sum = [...parts, ...coverageParts(coverage)].join(', ') || 'nothing to do';
  const all = done.map(
    ({ kind, target, count }) => `${counted(count, targetWords[target])} ${doneWords[kind]}`,
  );
  return [
    ...changes,
    ...beside,
    `${style.bold(`Run ${outcome}:`)} ${sum}.${further}`,
    ...(all.length > 0 ? [`Done: ${all.join(', ')}.`] : []),
  ].join('\n');
}

const targetWords = { role: 'role', provider: 'OIDC provider' } as const;
const doneWords = {
  ...{ create: 'created', repair: 'repaired', adopt: 'adopted', close: 'closed' },
  delete: 'deleted',
} as const;

function deliveryText(delivery: DeliverySummary | undefined): string {
  if (!delivery || delivery.delivered + delivery.waiting === 0) return '';
  const { delivered, waiting } = delivery;
  return ` ${counted(delivered, 'event')} delivered${waiting > 0 ? `, ${waiting} waiting` : ''}.`;
}
