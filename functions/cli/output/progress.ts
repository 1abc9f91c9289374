import type { Progress } from '../../../shared/application/run/apply-context.ts';
import type { GuardedPlan } from '../../../shared/application/run/reconcile.ts';
import { isAllowed, type AllowedChange } from '../../../shared/domain/guard/guard.ts';
import type { Deployment } from '../composition/deployment.ts';
import type { Terminal } from '../console/terminal.ts';
import { changePlace, changeTitle } from './change-text.ts';
import { selectLayout, shortenArns, type Layout } from './layout.ts';
import { inert } from './sanitize.ts';
import { wrapText } from './text.ts';
import { formatInstant } from '../../../shared/domain/kernel/durations.ts';

/** A line on stderr for each change that ends, and to a person who watches how far the changes have come. */
export async function watchProgress<T>(
  terminal: Terminal,
  deployment: Pick<Deployment, 'configuration' | 'ports'>,
  { changes }: GuardedPlan,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const total = changes.filter(isAllowed).length;
  if (total === 0) return work(() => undefined);
  const layout = selectLayout({ terminal }, deployment);
  let ended = 0;
  const show = (text: string) => {
    if (terminal.isInteractive) terminal.progress(text);
  };
  show(`0 of ${total}`);
  try {
    return await work((change, state) => {
      if (state !== 'begun') {
        ended += 1;
        terminal.note(formatEnd(change, state, deployment.ports.clock.now(), layout));
      }
      show(`${ended} of ${total}  ${inert(change.reason)}`);
    });
  } finally {
    terminal.progress(undefined);
  }
}

/** `08:09:12  done     create  Shop / aws-prod (commerce/shop-prod)`. */
function formatEnd(change: AllowedChange, state: string, now: number, layout: Layout): string {
  const time = formatInstant(now).slice(11, 19);
  const colour = state === 'done' ? layout.style.green : state === 'failed' ? layout.style.red : String;
  // The title of a provider names its account already.
  const place = shortenArns(changePlace(change), layout).replace(/^.*\/oidc-provider\//, '');
  const first = `${time}  ${colour(state.padEnd(7))}  ${change.kind.padEnd(6)}  `;
  return wrapText(inert(`${changeTitle(change, layout)} (${place})`), layout.columns, first);
}
