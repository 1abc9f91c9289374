import type { Partition } from '../kernel/arn.ts';
import type { AccountId } from '../kernel/ids.ts';

/** Stands in the place of an organizational unit for every account of the organization. */
export const WHOLE_ORGANIZATION = 'organization';

/** The roles that azfed assumes in an account. */
export interface AssumedRoles<Role> {
  /** Without one azfed uses its own credentials there. */
  readonly assumeRole?: Role;
  /** For sessions that only look; without one `assumeRole`. */
  readonly readRole?: Role;
  /** For sessions in which a role is deleted; without one `assumeRole`. */
  readonly retireRole?: Role;
  /** Given whichever of them is assumed. */
  readonly externalId?: string;
}

/** Accounts that the configuration does not name one by one: AWS Organizations says which they are. */
export interface AccountListing extends AssumedRoles<string> {
  readonly entries: readonly ListingEntry[];
  /** What each of them has; of its roles the path and the name, such as `/azfed-spoke`. */
  readonly partition: Partition;
}

interface ListingEntry {
  /** Ids of organizational units or of the root, each with all that lies below it; or `WHOLE_ORGANIZATION`. */
  readonly units: readonly string[];
  readonly except: readonly AccountId[];
}

/** An account as AWS Organizations shows it. */
export interface SeenAccount {
  readonly id: AccountId;
  /** As people typed it in AWS; empty: none. */
  readonly name: string;
  /** As AWS Organizations spells it, such as ACTIVE and SUSPENDED. */
  readonly state: string;
  /** Those of the listing that it lies in. */
  readonly units: readonly string[];
}

/** What was read of AWS Organizations, the last time that it was read to its end. */
export interface AccountList {
  /** ISO time. */
  readonly readAt: string;
  /** The units that were read. */
  readonly units: readonly string[];
  /** Active accounts. */
  readonly accounts: readonly Omit<SeenAccount, 'state'>[];
  /** Accounts that are not active, or are in none of the units any more. Nothing is done in them, and nothing of them is forgotten. */
  readonly left: readonly FormerAccount[];
}

export interface FormerAccount extends Omit<SeenAccount, 'state'> {
  /** Absent: it is in none of the units any more. */
  readonly state?: string;
  /** ISO time of the first reading that found it so. */
  readonly since: string;
}

/** Why the list could not be read. */
export interface ListTrouble {
  readonly code: string;
  readonly message: string;
  /** ISO time of the first reading that failed. */
  readonly since: string;
}

/** The last list that was whole, and what kept later ones from being so. */
export interface StoredAccountList {
  readonly list?: AccountList;
  readonly trouble?: ListTrouble;
}

/** What became of the listing of a configuration, once its accounts are among the others. */
export interface ResolvedListing {
  /** Accounts that the configuration names itself. */
  readonly own: readonly AccountId[];
  /** ISO time; absent: it was never read. */
  readonly readAt?: string;
  /** Units that the list says nothing of. */
  readonly unreadUnits: readonly string[];
  readonly left: readonly FormerAccount[];
  readonly trouble?: ListTrouble;
}
