import type { SubscriptionState } from '../../../../shared/domain/azure-devops/hook-subscription.ts';
import { MINUTE_MS } from '../../../../shared/domain/kernel/durations.ts';

/** How often a delivery was tried, and as what: at first, or as the probe of a subscription that is on probation. */
export interface Attempts {
  readonly isProbe: boolean;
  /** That have failed, of this kind. */
  readonly failed: number;
}

export interface Reaction {
  readonly status: SubscriptionState;
  /** Milliseconds until the same is posted again; absent when it is over. */
  readonly again?: { readonly afterMs: number; readonly attempts: Attempts };
}

const RETRY_SECONDS = [1, 2, 4, 8, 16, 32, 60, 60];
const PROBE_MINUTES = [20, 40, 80, 160, 320, 640, 900];
const transient = [408, 502, 503, 504];

/**
 * What Azure DevOps does about an answer to a hook (azure-devops-docs, service-hooks, troubleshoot):
 *
 *     2xx                   delivered; a probation ends
 *     410                   the subscription is disabled at once
 *     408, 502, 503, 504    up to eight retries; then as below. No answer at all is taken for one of these
 *     anything else         probation: this one is probed seven times in 36 hours, then the subscription is disabled
 */
export function chooseReaction(answer: number | 'none', { isProbe, failed }: Attempts): Reaction {
  if (answer !== 'none' && answer >= 200 && answer < 300) return { status: 'enabled' };
  if (answer === 410) return { status: 'disabledBySystem' };
  const retry = RETRY_SECONDS[failed];
  if (!isProbe && isTransient(answer) && retry !== undefined)
    return {
      status: 'enabled',
      again: { afterMs: retry * 1_000, attempts: { isProbe, failed: failed + 1 } },
    };
  const probes = isProbe ? failed + 1 : 0;
  const minutes = PROBE_MINUTES[probes];
  if (minutes === undefined) return { status: 'disabledBySystem' };
  return {
    status: 'onProbation',
    again: { afterMs: minutes * MINUTE_MS, attempts: { isProbe: true, failed: probes } },
  };
}

const isTransient = (answer: number | 'none') => answer === 'none' || transient.includes(answer);
