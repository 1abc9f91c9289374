import { inForce } from '../../domain/guard/controls.ts';
import type { Run } from '../../domain/records/event.ts';
import { rethrowDefect } from '../../domain/kernel/errors.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import { runCountKinds, type RunCount, type RunRecord } from '../../domain/records/run-record.ts';
import { statusRows } from '../observe/connection-status.ts';
import type { ChangeResult } from './apply-context.ts';
import type { RunPorts } from '../observe/observe.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import { isDrift } from '../../domain/plan/change.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

/** One that was only to be begun and was not has done nothing: the next run takes it up. */
export function hasTried(results: readonly ChangeResult[]): boolean {
  return results.some(({ result }) => result !== 'skipped');
}

/**
 * Keeps what the run came to, when it tried anything. The run is done and told by now: a table that does not take this
 * costs an entry of the trend, and is no reason to call the run failed.
 */
export async function recordRun(
  { runs, clock }: Pick<RunPorts, 'runs' | 'clock'>,
  planned: GuardedPlan,
  run: Run,
  results: readonly ChangeResult[],
): Promise<void> {
  if (!runs || !hasTried(results)) return;
  await runs.append(runRecord(planned, run, results, clock.now())).catch(rethrowDefect);
}

function runRecord(planned: GuardedPlan, run: Run, results: readonly ChangeResult[], now: number): RunRecord {
  const resultOf = new Map(results.map(({ changeId, result }) => [changeId, result]));
  const counted = planned.changes.flatMap((change) =>
    change.target === 'role'
      ? [{ change, kind: classifyChange(change, resultOf.get(change.id)), count: change.bindings.length }]
      : [],
  );
  const sum = (isOne: (one: (typeof counted)[number]) => boolean) =>
    counted.filter(isOne).reduce((total, { count }) => total + count, 0);
  const count = (wanted: RunCount) => [wanted, sum(({ kind }) => kind === wanted)] as const;
  return {
    run,
    time: formatInstant(now),
    accounts: [...new Set(planned.changes.map(({ account }) => account))],
    inOrder: statusRows(planned, inForce(planned.controls, now)).filter(({ state }) => state === 'converged')
      .length,
    drifted: sum(({ change }) => isDrift(change)),
    deeds: Object.fromEntries(runCountKinds.map(count)) as Record<RunCount, number>,
  };
}

function classifyChange(change: GuardedChange, result: ChangeResult['result'] | undefined): RunCount {
  if (result === 'failed') return 'failed';
  if (result !== 'done') return 'held';
  if (change.kind === 'create') return 'created';
  if (change.kind === 'close' || change.kind === 'delete') return 'closed';
  return isDrift(change) ? 'repaired' : 'changed';
}
