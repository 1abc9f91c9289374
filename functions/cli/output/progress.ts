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
  let outcome: { readonly value: T } | undefined;
  let ended = 0;
  const task = {
    title: `0 of ${total}`,
    task: async (_context: unknown, line: { title: string; output: string }) => {
      const value = await work((change, state) => {
        if (state !== 'begun') ended += 1;
        line.title = `${ended} of ${total}`;
        line.output = inert(change.reason);
      });
      outcome = { value };
    },
  };
  // Loaded for who watches: everybody else need not wait for it.
  const { Listr } = await import('listr2');
  await new Listr([task], {
    rendererOptions: { collapseErrors: false },
    fallbackRendererCondition: () => false,
    // Ctrl-C is for the run to end well, not for what draws it.
    registerSignalListeners: false,
  }).run();
  if (!outcome) throw new Error('The work ended without a result.');
  return outcome.value;
}
