import { MINUTE_MS, SECOND_MS } from '../kernel/durations.ts';
import type { Step } from './iam-operation.ts';

/** IAM shows a write late: usually within seconds, sometimes after a minute. */
export const READ_BACK_DELAYS_MS: readonly number[] = [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

/**
 * How long a request is tried again, by what went wrong. Two minutes are what Terraform's provider waits for a principal to
 * be known, and for IAM to see that a role is bare.
 */
export const RETRY_BUDGETS_MS = {
  throttled: 30 * SECOND_MS,
  concurrent: 30 * SECOND_MS,
  propagating: 2 * MINUTE_MS,
  unavailable: 10 * SECOND_MS,
} as const;

const READ_BACK_MS = READ_BACK_DELAYS_MS.reduce((sum, delay) => sum + delay, 0);

/** No change is given more time, whatever it consists of: what is left of it is for the next run. */
const MOST_MS = 5 * MINUTE_MS;

/**
 * How long carrying out these steps takes at the worst, in milliseconds. Each write may have to be sent again, each
 * read-back may have to wait for IAM to show what was written, and a new role may be unknown to IAM for a while.
 */
export function estimateLongestMs(steps: readonly Step[]): number {
  const sum = steps.reduce((total, { action }) => total + longest[action], 0);
  return Math.min(sum, MOST_MS);
}

const write = RETRY_BUDGETS_MS.unavailable;
const longest: Readonly<Record<Step['action'], number>> = {
  createProvider: RETRY_BUDGETS_MS.propagating,
  addAudience: write,
  createRole: write + RETRY_BUDGETS_MS.propagating,
  setBoundary: write,
  setTrust: write,
  detachManagedPolicy: write,
  attachManagedPolicy: write,
  deleteInlinePolicy: write,
  putInlinePolicy: write,
  updateRole: write,
  tagRole: write,
  untagRole: write,
  deleteRole: write + RETRY_BUDGETS_MS.propagating,
  revokeSessions: write + READ_BACK_MS,
  readBack: READ_BACK_MS,
  readBackGone: READ_BACK_MS,
};
