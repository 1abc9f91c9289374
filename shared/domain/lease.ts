import type { AccountId } from './ids.ts';

/** The right to write in one account, for a while. The fence grows with every grant, so that a late holder is known. */
export interface Lease {
  readonly account: AccountId;
  readonly owner: string;
  readonly fence: number;
  /** Epoch milliseconds. */
  readonly until: number;
}
