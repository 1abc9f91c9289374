import { groupItems } from '../kernel/group-by.ts';
import { joinRoleArn, splitRoleArn, type Partition } from '../kernel/arn.ts';
import type { AccountId, RoleArn } from '../kernel/ids.ts';
import type { Unknown } from '../kernel/result.ts';
import type {
  AccountList,
  AccountListing,
  AssumedRoles,
  FormerAccount,
  SeenAccount,
  StoredAccountList,
} from './account-listing.ts';
import type { Account, Configuration } from './configuration.ts';
import { formatInstant } from '../kernel/durations.ts';

const ACTIVE = 'ACTIVE';

/** Each once, in the order of the text. */
export const listUnits = ({ entries }: Pick<AccountListing, 'entries'>): readonly string[] => [
  ...new Set(entries.flatMap(({ units }) => units)),
];

/** The list after a reading to its end. An account that is not in it any more is kept among those that have left. */
export function updateAccountList(
  before: AccountList | undefined,
  units: readonly string[],
  seen: readonly SeenAccount[],
  now: number,
): AccountList {
  const active = seen.filter(({ state }) => state === ACTIVE);
  const inactive = seen.filter(({ state }) => state !== ACTIVE);
  const isSeen = new Set(seen.map(({ id }) => id));
  const since = new Map(before?.left.map((one) => [one.id, one.since]));
  const readAt = formatInstant(now);
  const makeFormer = (
    { id, name, units: own }: Omit<SeenAccount, 'state'>,
    state?: string,
  ): FormerAccount => ({
    ...{ id, name, units: own },
    ...(state === undefined ? {} : { state }),
    since: since.get(id) ?? readAt,
  });
  // What lay in a unit that is not asked for any more is a matter of the configuration.
  const gone = [...(before?.accounts ?? []), ...(before?.left ?? [])].filter(
    (one) => !isSeen.has(one.id) && one.units.some((unit) => units.includes(unit)),
  );
  return {
    readAt,
    units,
    accounts: sortById(active.map(({ id, name, units: own }) => ({ id, name, units: own }))),
    left: sortById([
      ...inactive.map((one) => makeFormer(one, one.state)),
      ...gone.map((one) => makeFormer(one)),
    ]),
  };
}

const sortById = <Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Whether the list says something of every unit. */
export const coversListing = (list: AccountList, listing: AccountListing): boolean =>
  listUnits(listing).every((unit) => list.units.includes(unit));

/** What the reading after this one has to say beside the list before it. */
export function keepAccountList(
  { list, trouble }: StoredAccountList,
  { code, message }: Unknown,
  now: number,
): StoredAccountList {
  const since = trouble?.since ?? formatInstant(now);
  return { ...(list && { list }), trouble: { code, message, since } };
}

/**
 * The configuration with the accounts of the list among its own. An account that it names itself stays as it is. A
 * configuration that names all of its accounts is returned as it is. One that was resolved before can be resolved anew.
 */
export function resolveAccounts(configuration: Configuration, stored: StoredAccountList): Configuration {
  const { listing, listed, grants } = configuration;
  if (!listing) return configuration;
  const { list, trouble } = stored;
  const own = configuration.accounts.filter(({ id }) => listed?.own.includes(id) ?? true);
  const { accounts, left } = mergeAccounts(own, listing, list);
  const ids = accounts.map(({ id }) => id);
  return {
    ...configuration,
    accounts,
    grants: grants.map((grant) => (grant.allAccounts ? { ...grant, accounts: ids } : grant)),
    listed: {
      own: own.map(({ id }) => id),
      ...(list && { readAt: list.readAt }),
      unreadUnits: listUnits(listing).filter((unit) => !list?.units.includes(unit)),
      left,
      ...(trouble && { trouble }),
    },
  };
}

function mergeAccounts(
  own: readonly Account[],
  listing: AccountListing,
  { accounts, left }: Pick<AccountList, 'accounts' | 'left'> = { accounts: [], left: [] },
) {
  const named = new Set(own.map(({ id }) => id));
  const isListed = ({ id, units }: Pick<SeenAccount, 'id' | 'units'>) =>
    !named.has(id) &&
    listing.entries.some(
      (entry) => !entry.except.includes(id) && entry.units.some((unit) => units.includes(unit)),
    );
  const names = chooseNames(own, accounts);
  const all = [...own, ...accounts.filter(isListed).map(({ id }) => placeAccount(listing, id, joinRoleArn))];
  return {
    accounts: all.map((account: Account) => withName(account, names.get(account.id))),
    left: left.filter(isListed),
  };
}

const withName = (account: Account, name: string | undefined): Account =>
  name === undefined || account.name !== undefined ? account : { ...account, name };

/** An account of the listing; `*` in the place of the id: any of them, as policies of IAM spell it. */
function placeAccount<Id extends string, Arn extends string>(
  { partition, externalId, ...roles }: Omit<AccountListing, 'entries'>,
  id: Id,
  makeArn: (partition: Partition, id: Id, role: string) => Arn,
) {
  const place = (role: string | undefined) => (role === undefined ? undefined : makeArn(partition, id, role));
  const [assumeRole, readRole, retireRole] = [roles.assumeRole, roles.readRole, roles.retireRole].map(place);
  return {
    id,
    partition,
    ...(assumeRole && { assumeRole }),
    ...(readRole && { readRole }),
    ...(retireRole && { retireRole }),
    ...(externalId !== undefined && { externalId }),
  };
}

/** An account, or all those that AWS Organizations may list: their id is `*`. */
export type AccountPattern = Pick<Account, 'name' | 'partition'> &
  AssumedRoles<string> & { readonly id: string };

/** Every role that azfed assumes in the account. */
export const listAssumedRoles = <Arn extends string>({
  assumeRole,
  readRole,
  retireRole,
}: AssumedRoles<Arn>): readonly Arn[] =>
  [assumeRole, readRole, retireRole].filter((arn) => arn !== undefined);

/**
 * Names of the roles that azfed itself works with, in small letters: no grant covers one. Names alone, which are unique in an
 * account: the same roles stand in each, whatever the file says of one.
 */
export const listOwnRoleNames = ({ accounts }: Pick<Configuration, 'accounts'>): ReadonlySet<string> =>
  new Set(accounts.flatMap(listAssumedRoles<RoleArn>).map((arn) => splitRoleArn(arn).name.toLowerCase()));

const formatPattern = (partition: Partition, id: string, role: string) =>
  `arn:${partition}:iam::${id}:role${role}`;

/** The accounts of a configuration and, in one, all those that AWS Organizations may list: for policies and names of roles. */
export function listAccountPatterns({
  accounts,
  listing,
}: Pick<Configuration, 'accounts' | 'listing'>): readonly AccountPattern[] {
  return listing ? [...accounts, placeAccount(listing, '*', formatPattern)] : accounts;
}

/**
 * Names from AWS Organizations, which anybody chooses who may rename an account: letters, digits, dot, dash and underscore alone,
 * no id of an account, and none that two accounts have or that the configuration gives to another one. Without a name an account
 * is shown by its id.
 */
function chooseNames(
  own: readonly Account[],
  listed: readonly Pick<SeenAccount, 'id' | 'name'>[],
): ReadonlyMap<AccountId, string> {
  const plain = listed.map(({ id, name }) => ({ id, name: makePlainName(name) }));
  const taken = new Set(own.flatMap(({ name }) => name?.toLowerCase() ?? []));
  const groups = groupItems(plain, ({ name }) => name.toLowerCase());
  return new Map(
    [...groups].flatMap(([key, [only, another]]) =>
      only === undefined || another !== undefined || taken.has(key) || key === '' || /^\d{12}$/.test(key)
        ? []
        : [[only.id, only.name] as const],
    ),
  );
}

function makePlainName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
}

/** Why nothing is done in an account that AWS Organizations listed once; `undefined`: it did not. */
export function findFormerAccount(
  { listed }: Pick<Configuration, 'listed'>,
  account: string,
): FormerAccount | undefined {
  return listed?.left.find(({ id }) => id === account);
}

/** For a sentence: `which is SUSPENDED in AWS Organizations since 2026-11-30`. */
export function describeFormer({ state, since }: FormerAccount): string {
  const day = since.slice(0, 10);
  return state === undefined
    ? `which AWS Organizations no longer lists in the configured units (found ${day})`
    : `which has the state ${state} in AWS Organizations (found ${day})`;
}

/** What is not known of the accounts that AWS Organizations lists. */
export interface AccountListGap {
  /** No list of some units was ever whole: accounts may be missing here. `false`: the last list that was whole is used. */
  readonly isOpen: boolean;
  readonly message: string;
  /** Stable word for the cause. */
  readonly reason?: string;
  /** ISO time of the list that is used. */
  readonly readAt?: string;
}

/** `undefined` where the list is whole, or the configuration needs none. */
export function findAccountListGap(configuration: Pick<Configuration, 'listed'>): AccountListGap | undefined {
  if (!configuration.listed) return undefined;
  const { readAt, unreadUnits, trouble } = configuration.listed;
  const isOpen = isListOpen(configuration);
  if (!isOpen && !trouble) return undefined;
  const why = trouble?.message ?? 'The next discovery reads them: azfed reconcile.';
  return {
    isOpen,
    message: `${describeKnownList(readAt, unreadUnits)} ${why}`,
    ...(trouble && { reason: trouble.code }),
    ...(readAt !== undefined && { readAt }),
  };
}

function describeKnownList(readAt: string | undefined, unreadUnits: readonly string[]): string {
  if (readAt === undefined) return 'No list of the accounts of AWS Organizations is known.';
  return unreadUnits.length > 0
    ? `No list of the accounts of ${unreadUnits.join(', ')} is known.`
    : `The accounts of AWS Organizations are those of ${readAt}: a later reading failed.`;
}

/** By which an account is selected. */
export const listAccountNames = ({ id, name }: Account): readonly string[] =>
  name === undefined ? [id] : [id, name];

/** Whether the list may lack accounts that are there: nothing may rest on an account being in none of the configured units. */
export const isListOpen = ({ listed }: Pick<Configuration, 'listed'>): boolean =>
  listed !== undefined && (listed.readAt === undefined || listed.unreadUnits.length > 0);
