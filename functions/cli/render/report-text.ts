import type { DeliverySummary } from '../../../shared/application/deliver.ts';
import type { PassReport } from '../../../shared/application/reconcile.ts';
import { inert } from './inert.ts';
import type { Style } from './style.ts';

/** What came of a pass, in a few lines: what failed first, then the totals. */
export function reportText(
  { plan, results, outcome }: PassReport,
  delivery: DeliverySummary | undefined,
  style: Style,
): string {
  const byId = new Map(plan.changes.map((change) => [change.id, change]));
  const problems = results.flatMap(({ changeId, result, error }) => {
    const change = byId.get(changeId);
    const place = change?.target === 'role' ? change.roleArn : change?.providerArn;
    return error
      ? [
          `${style.red(result)} ${inert(place ?? changeId)}\n    ${inert(error.message)} ${style.dim(`(${error.code})`)}`,
        ]
      : [];
  });
  const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
  const held = plan.changes.filter(({ decision }) => decision === 'held').length;
  const parts = [
    `${count('done')} done`,
    `${count('failed')} failed`,
    `${count('skipped')} skipped`,
    `${held} held`,
  ];
  const told = delivery
    ? ` ${delivery.delivered} ${delivery.delivered === 1 ? 'event' : 'events'} delivered${delivery.waiting > 0 ? `, ${delivery.waiting} waiting` : ''}.`
    : '';
  return [...problems, `${style.bold(`Pass ${outcome}:`)} ${parts.join(', ')}.${told}`].join('\n');
}
