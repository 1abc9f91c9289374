import type {
  AccountListing,
  SeenAccount,
  StoredAccountList,
} from '../domain/configuration/account-listing.ts';
import type { Reading } from '../domain/kernel/result.ts';

/** AWS Organizations. */
export interface AccountListSource {
  /** The accounts of the units of a listing, with the requests that it took; `complete` only where every page of each was read. */
  list(
    listing: AccountListing,
  ): Promise<{ readonly accounts: Reading<readonly SeenAccount[]>; readonly requests: number }>;
}

/** Methods throw TransientError, PermissionError, UpstreamError. */
export interface AccountListStore {
  /** Read consistently; empty where the table holds nothing of it. */
  read(): Promise<StoredAccountList>;
  write(list: StoredAccountList): Promise<void>;
}

export interface AccountLists {
  readonly source: AccountListSource;
  readonly store: AccountListStore;
}
