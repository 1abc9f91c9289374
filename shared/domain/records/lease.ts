import { MINUTE_MS } from '../kernel/durations.ts';
import type { AccountId } from '../kernel/ids.ts';

/** Leases last equally long: one that ends so much later than a new one would is not azfed's, however the clocks differ. */
export const LEASE_SKEW_MS = 10 * MINUTE_MS;

/** The right to write in one account, for a while. The fence grows with every grant, so that a late holder is known. */
export interface Lease {
  readonly account: AccountId;
  readonly owner: string;
  readonly fence: number;
  /** Epoch milliseconds. */
  readonly until: number;
}
