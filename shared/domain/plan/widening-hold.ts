import type { Cause, WideningHold } from './change.ts';
import { isDrift } from './change.ts';
import { isDisputed } from './repair-loop.ts';
import type { RoleFacts } from './role-facts.ts';

/** What a repair meets. */
interface Circumstances {
  readonly lacking: readonly string[];
  readonly isIncident: boolean;
  readonly isForeign: boolean;
  readonly cause: Cause;
  readonly fields: readonly string[];
}

/** Why nothing may be widened, if so. Who was let out for good gets in again only when a second person says yes. */
export function decideWideningHold(
  { target, recorded }: RoleFacts,
  { lacking, isIncident, isForeign, cause, fields }: Circumstances,
): WideningHold | undefined {
  if (lacking.length > 0) return 'missing-policy';
  if (isIncident) return 'incident';
  if (isForeign) return 'foreign-mark';
  // Before the conflict, which one person alone may decide: whoever meddles with a role must not do away with the second yes.
  const isRestored = recorded.some(({ restoredAt }) => restoredAt !== undefined);
  if (isRestored && fields.includes('trust')) return 'approval';
  if (!target.grant) return 'undecided';
  if (cause === 'conflict') return 'conflict';
  return isDrift({ cause }) && recorded.some(isDisputed) ? 'disputed' : undefined;
}
