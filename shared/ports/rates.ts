import type { AccountId } from '../domain/kernel/ids.ts';
import type { Rates } from '../domain/iam/pace.ts';

/** How fast IAM took requests in an account. It saves a run from finding out anew; nothing is done wrongly without it. */
export interface RateStore {
  /** `undefined` where nothing is remembered that can be read. Throws TransientError, PermissionError, UpstreamError. */
  recall(account: AccountId): Promise<Partial<Rates> | undefined>;
  /** In place of what was remembered. Throws as `recall` does. */
  remember(account: AccountId, rates: Rates): Promise<void>;
}
