import type { Progress } from '../../../shared/application/run/apply-context.ts';
import type { GuardedPlan } from '../../../shared/application/run/reconcile.ts';
import { isAllowed } from '../../../shared/domain/guard/guard.ts';
import type { Terminal } from '../console/terminal.ts';
import { inert } from './sanitize.ts';

/** Shows how far the changes have come, on stderr and only to a person who watches. */
export async function watchProgress<T>(
  terminal: Terminal,
  { changes }: GuardedPlan,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const total = changes.filter(isAllowed).length;
  if (!terminal.isInteractive || total === 0) return work(() => undefined);
  let ended = 0;
  terminal.progress(`0 of ${total}`);
  try {
    return await work((change, state) => {
      if (state !== 'begun') ended += 1;
      terminal.progress(`${ended} of ${total}  ${inert(change.reason)}`);
    });
  } finally {
    terminal.progress(undefined);
  }
}
