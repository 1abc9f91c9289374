import type { DeliveryOutcome } from '../../domain/notify/delivery.ts';
import type { Answer } from './post.ts';

/** Statuses whose Retry-After is a wish to be spared (RFC 9110, 10.2.3; RFC 6585, 4). */
const asksToRetryLater = new Set([429, 503]);

/** What the answer means by Standard Webhooks 1.0.0: 2xx has it, 410 wants no more, everything else did not take it. */
export function outcomeOf(answer: Answer, now: number): DeliveryOutcome {
  if ('failure' in answer) return { outcome: 'refused', reason: answer.failure };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status === 410) return { outcome: 'gone', reason: 'HTTP 410: the receiver wants no more.' };
  if (status >= 300 && status < 400)
    return { outcome: 'refused', reason: `HTTP ${status}: redirects are not followed.` };
  const reason = `HTTP ${status}`;
  const retryAfterMs = asksToRetryLater.has(status) ? retryDelay(retryAfter, now) : undefined;
  return retryAfterMs === undefined
    ? { outcome: 'refused', reason }
    : { outcome: 'refused', reason, retryAfterMs };
}

/** Seconds or an HTTP date, which ends with GMT; `undefined` for anything else, of which Date.parse would take too much. */
function retryDelay(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = retryAfter.endsWith(' GMT') ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
