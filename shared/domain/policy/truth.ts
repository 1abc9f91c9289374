/**
 * Kleene's three values. What is not understood is `unknown`, and stays so unless the rest decides alone. In a trust,
 * an Allow counts unless it is surely out of the way, a Deny only if it surely applies: a detector must not call a
 * door shut because it cannot read the lock.
 */
export type Truth = 'yes' | 'no' | 'unknown';

export function truthOf(condition: boolean): Truth {
  return condition ? 'yes' : 'no';
}

export function not(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'yes' ? 'no' : 'yes';
}

/** `yes` for an empty list. */
export function all(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no';
  return truths.includes('unknown') ? 'unknown' : 'yes';
}

/** `no` for an empty list. */
export function any(truths: readonly Truth[]): Truth {
  return not(all(truths.map(not)));
}
