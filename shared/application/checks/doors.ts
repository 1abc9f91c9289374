import { listSeenRoles, type AccountObservation } from '../../domain/iam/role.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { Account, Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { indexHolders } from '../../domain/entries/holders.ts';
import { describeProviders, listEntries, type TrustEntry } from '../../domain/entries/trust-entries.ts';
import { selectProfiles, type IssuerProfile } from '../../domain/issuers/issuer.ts';
import { homeRegions, readIssuer } from '../../domain/kernel/arn.ts';
import { formatInstant, DAY_MS } from '../../domain/kernel/durations.ts';
import { matchesPattern } from '../../domain/kernel/glob.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { captureReading, complete, type Reading } from '../../domain/kernel/result.ts';
import { summarizeUsers, type RoleUser, type RoleUses } from '../../domain/verify/role-uses.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import { azureProviderArns } from '../../domain/lint/lint.ts';
import type { AccountReader, RoleUseSource } from '../../ports/accounts.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';

export interface TrustPorts {
  readonly accounts: AccountReader;
  /** Left out: Azure DevOps is not asked, and nothing is said about who holds a subject. */
  readonly connections?: ServiceConnectionSource;
}

/** Whole accounts, and the organizations whose providers are in them. */
export interface ReadTrusts {
  readonly observations: readonly AccountObservation[];
  readonly issuers: readonly IssuerProfile[];
  readonly inventories: readonly OrganizationInventory[];
}

/** Reads every role and provider of the accounts, then those organizations that they trust. Never modifies anything. */
export async function readTrusts(
  { accounts: reader, connections }: TrustPorts,
  accounts: readonly Account[],
  { organizations }: Pick<Configuration, 'organizations'>,
): Promise<ReadTrusts> {
  const issuers = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  const observations = await Promise.all(accounts.map((account) => observeWhole(reader, account, issuers)));
  const trusted = organizations.filter((organization) => isTrusted(organization, observations));
  const inventories = connections
    ? await Promise.all(trusted.map((organization) => connections.readInventory(organization)))
    : [];
  return { observations, issuers, inventories };
}

/** A whole account. Audiences are read for providers that are asked for by name, so that their names are read first. */
export async function observeWhole(
  reader: AccountReader,
  account: Account,
  issuers: readonly IssuerProfile[],
): Promise<AccountObservation> {
  const first = await reader.observe(account, { paths: [], providers: [], roles: [] });
  if (first.roles.state === 'unknown') return first;
  const providers =
    first.providers.state === 'complete' ? azureProviderArns(first.providers.value.arns, issuers) : [];
  const whole = await reader.observe(account, { paths: ['/'], providers });
  return { ...whole, calls: first.calls + whole.calls };
}

/** Without a provider of its issuer nobody of the organization gets in, whatever the trusts say. */
function isTrusted(organization: Organization, observations: readonly AccountObservation[]): boolean {
  const own = selectProfiles(organization, 'both').map(({ issuer }) => issuer);
  return observations.some(
    ({ providers }) =>
      providers.state === 'unknown' || providers.value.arns.some((arn) => own.includes(readIssuer(arn))),
  );
}

/** The projects of all organizations, by name. Organizations that no account trusts are asked now. */
export async function readProjectNames(
  connections: ServiceConnectionSource,
  organizations: readonly Organization[],
  { inventories }: Pick<ReadTrusts, 'inventories'>,
): Promise<Reading<readonly string[]>> {
  const known = new Map(inventories.map((inventory) => [inventory.organizationId, inventory]));
  const all = await Promise.all(
    organizations.map(
      async (organization) => known.get(organization.id) ?? connections.readInventory(organization),
    ),
  );
  const names: string[] = [];
  for (const { identity, projects, unreadable: [odd] = [] } of all) {
    if (identity.state === 'unknown') return identity;
    if (projects.state === 'unknown') return projects;
    if (odd) return odd;
    names.push(...projects.value.map(({ name }) => name));
  }
  return complete(names);
}

/** An organization that was not read, and why. */
export interface UnreadOrganization {
  readonly organizationId: OrganizationId;
  readonly organization: string;
  readonly reason: string;
}

export interface DoorReport {
  readonly accounts: readonly {
    readonly account: AccountId;
    readonly roles: number;
    readonly unread: string | null;
  }[];
  readonly unreadOrganizations: readonly UnreadOrganization[];
  readonly doors: readonly Door[];
  /** Something was not seen: a door, or who is behind one. */
  readonly isPartial: boolean;
}

/** A way into a role, and when somebody last used the role, whoever it was. */
export interface Door extends TrustEntry {
  /** ISO time; `null`: not within the last 400 days; left out: not told. */
  readonly roleLastUsedAt?: string | null;
  /** Of the subject, as CloudTrail tells; `null`: none within 90 days. Left out: nobody asked. */
  readonly use?: DoorUse | null;
}

/** unread: CloudTrail did not answer, or did not tell far enough back. */
type DoorUse =
  | { readonly state: 'used'; readonly lastAt: string; readonly times: number }
  | { readonly state: 'unread'; readonly reason: string };

export interface UseSearch {
  readonly roleUses: RoleUseSource;
  readonly accounts: readonly Account[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** None: the home Region of each partition. */
  readonly regions: readonly string[];
}

/** Asks CloudTrail who assumed each role within 90 days. Account by account side by side, its roles one after the other. */
export async function addUses(report: DoorReport, search: UseSearch): Promise<DoorReport> {
  const since = search.now - 90 * DAY_MS;
  const byAccount = await Promise.all(
    search.accounts.map(async (account) => {
      const doors: Door[] = [];
      const own = report.doors.filter((door) => door.account === account.id);
      for (const [roleArn, same] of groupItems(own, (door) => door.roleArn)) {
        const { roleUses, regions } = search;
        const places = regions.length > 0 ? regions : [homeRegions[account.partition]];
        const uses = await captureReading(() => roleUses.list(account, roleArn, since, places));
        doors.push(...same.map((door) => ({ ...door, use: findUse(door, uses, since) })));
      }
      return doors;
    }),
  );
  const doors = sortDoors(byAccount.flat());
  const isUnread = doors.some(({ use }) => use?.state === 'unread');
  return { ...report, doors, isPartial: report.isPartial || isUnread };
}

function findUse(door: Door, uses: Reading<RoleUses>, since: number): DoorUse | null {
  if (uses.state === 'unknown') return { state: 'unread', reason: uses.message };
  const found = summarizeUsers(uses.value.uses).filter(({ by }) => isHolder(door, by));
  const times = found.reduce((sum, user) => sum + user.times, 0);
  if (found[0]) return { state: 'used', lastAt: found[0].lastAt, times };
  return uses.value.since > since
    ? { state: 'unread', reason: `CloudTrail was read back to ${formatInstant(uses.value.since)} alone.` }
    : null;
}

function isHolder({ match, subject, providerArn }: Door, user: RoleUser): boolean {
  if (user.kind !== 'token' || user.provider !== providerArn) return false;
  if (match === 'any') return true;
  if (match === 'pattern') return matchesPattern(subject, user.subject);
  return match === 'exact' ? user.subject === subject : user.subject.toLowerCase() === subject.toLowerCase();
}

/** Every way into every role of the accounts through Azure DevOps or Entra. */
export function listDoors({ observations, issuers, inventories }: ReadTrusts): DoorReport {
  const holders = indexHolders(inventories);
  const doors = observations.flatMap((observation) => {
    const facts = describeProviders(observation, issuers);
    return listSeenRoles(observation).flatMap((role) => {
      const at = role.lastUsedAt;
      const used = at === undefined ? {} : { roleLastUsedAt: at === 0 ? null : formatInstant(at) };
      return listEntries(role, facts, holders).map((entry): Door => ({ ...entry, ...used }));
    });
  });
  const accounts = observations.map(({ account, roles }) => ({
    account,
    roles: listSeenRoles({ roles }).length,
    unread: roles.state === 'complete' ? null : roles.message,
  }));
  const unreadOrganizations = listUnreadOrganizations(inventories);
  return {
    accounts,
    unreadOrganizations,
    doors: sortDoors(doors),
    isPartial:
      accounts.some(({ unread }) => unread !== null) ||
      observations.some(({ providers }) => providers.state === 'unknown') ||
      doors.some(({ holder }) => holder.state === 'unknown'),
  };
}

export function listUnreadOrganizations(
  inventories: readonly OrganizationInventory[],
): readonly UnreadOrganization[] {
  return inventories.flatMap(({ organizationId, organizationName, identity, projects }) => {
    const unread = [identity, projects].find(({ state }) => state === 'unknown');
    return unread?.state === 'unknown'
      ? [{ organizationId, organization: organizationName, reason: unread.message }]
      : [];
  });
}

function sortDoors(doors: readonly Door[]): readonly Door[] {
  const key = ({ account, roleArn, statement, subject }: Door) =>
    [account, roleArn, statement, subject].join(' ');
  return [...doors].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
