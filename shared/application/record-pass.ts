import { inForce } from '../domain/controls.ts';
import type { Run } from '../domain/event.ts';
import { isDefect } from '../domain/errors.ts';
import type { GuardedChange } from '../domain/guard.ts';
import type { Deed, PassRecord } from '../domain/pass-record.ts';
import { deedKinds } from '../domain/pass-record.ts';
import { isDrift } from '../domain/tell.ts';
import { statusRows } from './connection-status.ts';
import type { ChangeResult } from './hand.ts';
import type { PassPorts } from './ports.ts';
import type { GuardedPlan } from './guarded-plan.ts';

/** One that was only to be begun and was not has done nothing: the next pass takes it up. */
export function hasTried(results: readonly ChangeResult[]): boolean {
  return results.some(({ result }) => result !== 'skipped');
}

/**
 * Keeps what the pass came to, when it tried anything. The pass is done and told by now: a table that does not take this
 * costs an entry of the trend, and is no reason to call the pass failed.
 */
export async function recordPass(
  { passes, clock }: Pick<PassPorts, 'passes' | 'clock'>,
  planned: GuardedPlan,
  run: Run,
  results: readonly ChangeResult[],
): Promise<void> {
  if (!passes || !hasTried(results)) return;
  try {
    await passes.append(passRecord(planned, run, results, clock.now()));
  } catch (error) {
    if (isDefect(error)) throw error;
  }
}

function passRecord(
  planned: GuardedPlan,
  run: Run,
  results: readonly ChangeResult[],
  now: number,
): PassRecord {
  const resultOf = new Map(results.map(({ changeId, result }) => [changeId, result]));
  const counted = planned.changes.flatMap((change) =>
    change.target === 'role'
      ? [{ change, deed: deedOf(change, resultOf.get(change.id)), count: change.bindings.length }]
      : [],
  );
  const sum = (isOne: (one: (typeof counted)[number]) => boolean) =>
    counted.filter(isOne).reduce((total, { count }) => total + count, 0);
  const count = (wanted: Deed) => [wanted, sum(({ deed }) => deed === wanted)] as const;
  return {
    run,
    time: new Date(now).toISOString(),
    accounts: [...new Set(planned.changes.map(({ account }) => account))],
    inOrder: statusRows(planned, inForce(planned.controls, now)).filter(({ state }) => state === 'converged')
      .length,
    drifted: sum(({ change }) => isDrift(change)),
    deeds: Object.fromEntries(deedKinds.map(count)) as Record<Deed, number>,
  };
}

function deedOf(change: GuardedChange, result: ChangeResult['result'] | undefined): Deed {
  if (result === 'failed') return 'failed';
  if (result !== 'done') return 'held';
  if (change.kind === 'create') return 'created';
  if (change.kind === 'close' || change.kind === 'delete') return 'closed';
  return isDrift(change) ? 'repaired' : 'changed';
}
