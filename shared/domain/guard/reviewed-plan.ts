import type { GuardedChange } from './guard.ts';
import { isAllowed } from './guard.ts';
import type { PlanDocument } from './plan-document.ts';
import { reasonWhenBlocked } from '../plan/change-reason.ts';

/** How much of each change a person has reviewed as allowed, by the id of the change. What they saw held is not in it. */
export type ReviewedChanges = ReadonlyMap<string, 'whole' | 'narrowing'>;

interface SavedChange extends Pick<PlanDocument['changes'][number], 'id' | 'decision'> {
  /** Set where only the narrowing steps were shown as allowed. */
  readonly wideningBlockedBy?: string | undefined;
}

/** What a saved plan showed as allowed. */
export function reviewedChanges(changes: readonly SavedChange[]): ReviewedChanges {
  const allowed = changes.filter(({ decision }) => decision === 'allowed');
  return new Map(allowed.map(({ id, wideningBlockedBy }) => [id, wideningBlockedBy ? 'narrowing' : 'whole']));
}

/**
 * The changes as far as they were reviewed. A suspension that ended, a limit that was raised, or an approval that was
 * given since the plan was saved lets nothing through that its reader saw as held. Takes away, never adds.
 */
export function limitToReviewed(
  changes: readonly GuardedChange[],
  reviewed: ReviewedChanges,
): readonly GuardedChange[] {
  return changes.map((change) => {
    const extent = reviewed.get(change.id);
    if (!isAllowed(change) || extent === 'whole') return change;
    const steps = extent === 'narrowing' ? change.narrowing : [];
    if (steps.length > 0) return { ...change, steps, isWideningHeld: true, blockedBy: 'not-reviewed' };
    return {
      ...change,
      reason: reasonWhenBlocked(change),
      steps,
      isWideningHeld: false,
      decision: 'held',
      blockedBy: 'not-reviewed',
    };
  });
}
