import { countCoverage, isAwaited, type Finding } from '../findings/finding.ts';
import type { Failure } from '../kernel/errors.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { RunOutcome, RunSummary } from '../records/remote-run.ts';
import type { GuardedChange } from './guard.ts';

/** What a run has left, as far as a summary needs it. */
export interface SummarizedRun {
  readonly outcome: RunOutcome;
  readonly plan: { readonly changes: readonly GuardedChange[]; readonly findings: readonly Finding[] };
  readonly results: readonly {
    readonly changeId: string;
    readonly result: 'done' | 'failed' | 'skipped';
    readonly error?: Failure;
  }[];
  readonly failures: readonly Failure[];
}

export function summarizeRun({ outcome, plan, results, failures }: SummarizedRun): RunSummary {
  const { changes, findings } = plan;
  const byId = new Map(changes.map((change) => [change.id, change]));
  const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
  const held = changes.filter(({ decision }) => decision === 'held');
  const narrowed = changes.filter(({ decision, isWideningHeld }) => decision === 'allowed' && isWideningHeld);
  const done = new Set(results.flatMap(({ result, changeId }) => (result === 'done' ? [changeId] : [])));
  const kinds = groupItems(
    changes.filter(({ id }) => done.has(id)),
    ({ kind, target }) => `${kind} ${target}`,
  );
  return {
    outcome,
    counts: {
      done: count('done'),
      failed: count('failed'),
      skipped: count('skipped'),
      blocked: held.length,
    },
    done: [...kinds.values()].flatMap(([first, ...rest]) =>
      first ? [{ kind: first.kind, target: first.target, count: rest.length + 1 }] : [],
    ),
    problems: results.flatMap(({ changeId, result, error }) => {
      const change = byId.get(changeId);
      const place = change?.target === 'role' ? change.roleArn : change?.providerArn;
      return error ? [{ result, place: place ?? changeId, code: error.code, message: error.message }] : [];
    }),
    failures: failures.map(({ code, message }) => ({ code, message })),
    coverage: countCoverage(findings),
    blockedBy: countEach([...held, ...narrowed], ({ blockedBy }) => blockedBy ?? 'not-reviewed'),
    findings: countEach(
      findings.filter(({ accepted }) => !accepted),
      ({ code }) => code,
    ),
    isWaiting: held.length + narrowed.length > 0 || findings.some(isAwaited),
  };
}

function countEach<Item, Name extends string>(items: readonly Item[], name: (item: Item) => Name) {
  const groups = groupItems(items, name);
  return Object.fromEntries([...groups].map(([key, members]) => [key, members.length])) as Partial<
    Record<Name, number>
  >;
}

/** Sentences of the outside may be long, and there may be as many as changes. */
const MOST_PROBLEMS = 20;
const LONGEST_MESSAGE = 500;

/** A summary that fits into one item of the table, whatever happened. */
export function shortenSummary({ problems, failures, ...summary }: RunSummary): RunSummary {
  const cut = <One extends Failure>(all: readonly One[]) =>
    all.slice(0, MOST_PROBLEMS).map((one) => ({ ...one, message: one.message.slice(0, LONGEST_MESSAGE) }));
  return { ...summary, problems: cut(problems), failures: cut(failures) };
}

/** As `azfed reconcile` ends: 1 failed, 3 something could not be read, 2 something waits, 0 none of these. */
export function toRunExit({ outcome, counts, isWaiting }: RunSummary): 0 | 1 | 2 | 3 {
  if (outcome === 'failed' || counts.failed > 0) return 1;
  if (outcome === 'partial') return 3;
  return isWaiting ? 2 : 0;
}
