import type { DeliverySummary } from '../../../shared/application/delivery/deliver.ts';
import type { RunReport } from '../../../shared/application/run/reconcile.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { inert } from './sanitize.ts';
import type { Style } from './style.ts';
import { waitingParts } from './plan-text.ts';

/** What came of a run, in a few lines: what failed first, then the totals. */
export function reportText(
  run: Pick<RunReport, 'results' | 'outcome' | 'failures'> & {
    readonly plan: Pick<RunReport['plan'], 'changes' | 'findings'>;
  },
  delivery: DeliverySummary | undefined,
  style: Style,
): string {
  const { plan, results, outcome, failures } = run;
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
  const counts = [
    [count('done'), 'done'],
    [count('failed'), 'failed'],
    [count('skipped'), 'skipped'],
    [held, 'blocked'],
  ] as const;
  const parts = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const sum = [...parts, ...waitingParts(plan.findings)].join(', ') || 'nothing to do';
  const beside = failures.map(
    ({ code, message }) => `${style.red('failed')} ${inert(message)} ${style.dim(`(${code})`)}`,
  );
  const done = new Set(results.flatMap(({ result, changeId }) => (result === 'done' ? [changeId] : [])));
  return [
    ...problems,
    ...beside,
    `${style.bold(`Run ${outcome}:`)} ${sum}.${deliveryText(delivery)}`,
    ...doneText(plan.changes.filter(({ id }) => done.has(id))),
  ].join('\n');
}

/** `Done: 8 roles created, 1 OIDC provider repaired.` */
function doneText(changes: readonly GuardedChange[]): readonly string[] {
  const groups = groupItems(changes, ({ kind, target }) => `${kind} ${target}`);
  const parts = [...groups.values()].flatMap(([first, ...others]) =>
    first ? [`${counted(others.length + 1, targetWords[first.target])} ${doneWords[first.kind]}`] : [],
  );
  return parts.length > 0 ? [`Done: ${parts.join(', ')}.`] : [];
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
