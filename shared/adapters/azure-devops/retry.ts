import type { Answer, Failure } from './transport.ts';

/** Of a request that the way there failed, not Azure DevOps. */
const MAX_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** Whether the same request may get another answer soon. Being held back is no failure: patience alone ends it. */
export function isWorthAnother(answer: Answer | Failure, tries: number): boolean {
  if ('status' in answer && (answer.status === 429 || answer.status === 503)) return true;
  return tries < MAX_TRIES && isStumble(answer);
}

/** Told to wait, which says that nothing was done. */
export function isHeldBack(answer: Answer | Failure): boolean {
  return 'status' in answer && answer.status === 429;
}

/** A gateway or the way to it stumbled. What took its full time once would take it again. */
function isStumble(answer: Answer | Failure): boolean {
  return 'failure' in answer
    ? answer.failure !== 'timed-out'
    : answer.status === 502 || answer.status === 504;
}

export function backOffMs(tries: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); 0 when nothing is asked for. */
export function retryAfterMs(answer: Answer | Failure, now: number): number {
  const text = 'failure' in answer ? undefined : answer.headers['retry-after'];
  if (text === undefined) return 0;
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
