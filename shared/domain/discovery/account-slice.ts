import { parseRoleArn, splitRoleArn } from '../kernel/arn.ts';
import type { ConnectionView } from '../azure-devops/inventory.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';
import type { Configuration, Organization } from '../configuration/configuration.ts';
import { coversOrganization, listPairs } from '../configuration/grant-coverage.ts';
import type { Finding } from '../findings/finding.ts';
import { buildSubject } from '../issuers/issuer.ts';
import { canonicalJson, digest } from '../kernel/digest.ts';
import type { AccountId, ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import { unknown } from '../kernel/result.ts';
import { listClaims, type RecordedConnection } from '../records/connection-record.ts';
import { unseenOrganization, type SeenOrganization } from './organization-view.ts';

/** How many connections of an organization are missing or not shown, and how many have a role, as the breaker counts them. */
export interface AbsenceCount {
  readonly missing: number;
  readonly kept: number;
}

/** Where the record of a connection lies. Without a home: at its organization, or there is none yet. */
interface RecordPlace {
  readonly connectionId: ConnectionId;
  readonly home?: AccountId;
}

/**
 * What discovery has seen of one organization, as far as it concerns one account. A run over the account decides on its
 * slices exactly as it would decide on everything.
 */
export interface AccountSlice {
  readonly account: AccountId;
  readonly organizationId: OrganizationId;
  /** Digest of what it rests on in the configuration. */
  readonly basis: string;
  /** The name that the organization answers with. */
  readonly name: string;
  /** It answered under its pinned GUID. */
  readonly isRead: boolean;
  /** Every project of the whole organization was read to its end. */
  readonly isComplete: boolean;
  /** What is to be said of the organization as a whole. */
  readonly findings: readonly Finding[];
  /** In the order of their ids, each once. */
  readonly connections: readonly ServiceConnection[];
  readonly unsettled: readonly ConnectionId[];
  /** Of the projects that these connections, or records of them, are in: those that were read to their end. */
  readonly wholeProjects: readonly ProjectId[];
  /** Connections that concern the account and are not listed: there are records of them. */
  readonly unlisted: readonly ConnectionId[];
  /** Of these connections: the ones whose record lies elsewhere, or may come to lie elsewhere. */
  readonly elsewhere: readonly RecordPlace[];
  /** So many connections of the organization are missing at once that nothing rests on it. Left out: they are not. */
  readonly absence?: AbsenceCount;
}

/** What slices of an organization rest on in the configuration: with another one, other connections concern an account. */
function computeBasis(
  { grants, limits }: Pick<Configuration, 'grants' | 'limits'>,
  organization: Organization,
): string {
  const pairs = grants
    .filter((grant) => coversOrganization(grant, organization))
    .flatMap(({ roles = [] }) => roles.filter((pair) => pair.organization === organization.name))
    .map((pair) => canonicalJson(pair))
    .sort();
  return digest(canonicalJson([organization.name, limits.absencePercent, pairs]));
}

/** A slice as the table holds it. */
export interface SliceHead {
  /** Grows with every write; a write names the version that it rests on. 0: there is none yet. */
  readonly version: number;
  readonly digest: string;
  /** In how many items it lies. */
  readonly parts: number;
}

/** Equal slices have equal digests: one that says what is stored already is not written. */
export const digestSlice = (slice: AccountSlice): string => digest(canonicalJson(slice));

/** What is common to all slices of one organization. */
export interface SliceFacts {
  readonly seen: SeenOrganization;
  readonly recorded: readonly RecordedConnection[];
  readonly absence?: AbsenceCount | undefined;
}

/**
 * The slices of an organization, one for each account of the configuration.
 *
 * Two connections belong together when they hold or ask for one thing, now or by their records: a subject (in any case of its
 * letters), or a role name of one account. All that belong together are in the slice of every account in which one of them
 * asks for a role, has one, had one, or may have one by a record that cannot be read.
 */
export function sliceOrganization(
  configuration: Pick<Configuration, 'accounts' | 'grants' | 'limits'>,
  { seen, recorded, absence }: SliceFacts,
): readonly AccountSlice[] {
  const { organization, view, name, isRead, findings } = seen;
  const own = recorded.filter(({ organizationId }) => organizationId === organization.id);
  const { groups, getAccounts } = groupConnections(configuration, seen, own);
  const records = new Map(own.map((item) => [item.connectionId, item]));
  const basis = computeBasis(configuration, organization);
  return configuration.accounts.map(({ id: account }) => {
    const members = [...new Set((groups.get(account) ?? []).flat())].sort();
    const connections = members.flatMap((id) => view.connections.get(id) ?? []);
    const projects = new Set(
      members.flatMap((id) =>
        [...(view.connections.get(id)?.references ?? []), ...(records.get(id)?.references ?? [])].map(
          ({ projectId }) => projectId,
        ),
      ),
    );
    return {
      account,
      organizationId: organization.id,
      ...{ basis, name, isRead, findings, connections },
      isComplete: view.isComplete,
      unsettled: members.filter((id) => view.unsettled.has(id)),
      wholeProjects: [...projects].filter((id) => view.wholeProjects.has(id)).sort(),
      unlisted: members.filter((id) => !view.connections.has(id)),
      elsewhere: members.flatMap((id) => findPlace(account, id, records.get(id), getAccounts(id)) ?? []),
      ...(absence ? { absence } : {}),
    };
  });
}

/** `accounts`: in which the connection asks for a role, or has one. A record of it that is made in one of them lies there. */
function findPlace(
  account: AccountId,
  connectionId: ConnectionId,
  record: RecordedConnection | undefined,
  accounts: ReadonlySet<AccountId>,
): RecordPlace | undefined {
  if (record) {
    const { home } = record;
    if (home === account) return undefined;
    return { connectionId, ...(home === undefined ? {} : { home }) };
  }
  return accounts.has(account) && accounts.size === 1 ? undefined : { connectionId };
}

/** The groups of connections that belong together, by the accounts that they concern; and the accounts of each alone. */
function groupConnections(
  configuration: Pick<Configuration, 'grants'>,
  seen: SeenOrganization,
  recorded: readonly RecordedConnection[],
): {
  readonly groups: ReadonlyMap<AccountId, readonly (readonly ConnectionId[])[]>;
  readonly getAccounts: (id: ConnectionId) => ReadonlySet<AccountId>;
} {
  const groups = new Groups();
  for (const connection of seen.view.connections.values())
    groups.add(connection.id, listConnectionTokens(configuration, seen, connection));
  for (const item of recorded) groups.add(item.connectionId, listRecordTokens(seen, item));
  const byAccount = new Map<AccountId, (readonly ConnectionId[])[]>();
  for (const { members, accounts } of groups.list()) {
    for (const account of accounts) {
      const known = byAccount.get(account);
      if (known) known.push(members);
      else byAccount.set(account, [members]);
    }
  }
  return { groups: byAccount, getAccounts: (id) => groups.getAccounts(id) };
}

/**
 * Names of the roles in an account that a run decides on, in lower case: those that connections ask for or are given, and
 * those in records. `undefined` where something is not known: then it may be any.
 */
export function listRoleNames(
  configuration: Pick<Configuration, 'organizations' | 'grants' | 'limits'>,
  account: AccountId,
  known: { readonly slices: readonly AccountSlice[]; readonly recorded: readonly RecordedConnection[] },
): ReadonlySet<string> | undefined {
  const { slices, recorded } = known;
  const roles = recorded.flatMap(listRecordAccounts);
  for (const organization of configuration.organizations) {
    const slice = slices.find(({ organizationId }) => organizationId === organization.id);
    if (slice?.basis !== computeBasis(configuration, organization)) return undefined;
    for (const connection of slice.connections)
      roles.push(...listWantedRoles(configuration, organization, connection));
  }
  if (recorded.some(({ unreadable }) => unreadable?.roleArns.length === 0)) return undefined;
  return new Set(roles.filter((role) => role.account === account).map(({ name }) => name.toLowerCase()));
}

/** The role that the connection asks for, and those that the configuration gives it. */
function listWantedRoles(
  { grants }: Pick<Configuration, 'grants'>,
  organization: Organization,
  connection: ServiceConnection,
): readonly RolePlace[] {
  const role = parseRoleArn(connection.requestedRoleArn ?? '');
  const pairs = grants.flatMap((grant) => listPairs(grant, organization, connection));
  return [
    ...(role ? [role] : []),
    ...pairs.flatMap(({ accounts, name }) => accounts.map((account) => ({ account, name }))),
  ];
}

interface RolePlace {
  readonly account: AccountId;
  readonly name: string;
}

interface Token {
  readonly key: string;
  /** Of a role. */
  readonly account?: AccountId;
}

function listConnectionTokens(
  configuration: Pick<Configuration, 'grants'>,
  seen: SeenOrganization,
  connection: ServiceConnection,
): readonly Token[] {
  return [
    ...listSubjectTokens(seen, connection.references),
    ...listWantedRoles(configuration, seen.organization, connection).map(makeRoleToken),
  ];
}

/** A run that ended before its record may have let in whatever the references give: they count as its subjects. */
function listRecordTokens(seen: SeenOrganization, item: RecordedConnection): readonly Token[] {
  const subjects = listClaims(item).flatMap(({ role }) => [
    ...[...role.subjects, ...role.formerSubjects].map(({ subject }) => subject),
    ...(role.closed?.subjects ?? []),
  ]);
  const references = [...item.references, ...(item.earlierReferences ?? [])];
  return [
    ...subjects.map(makeSubjectToken),
    ...listSubjectTokens(seen, references),
    ...listRecordAccounts(item).map(makeRoleToken),
  ];
}

function listSubjectTokens(
  { name, organization }: SeenOrganization,
  references: readonly ConnectionReference[],
): readonly Token[] {
  return references.flatMap((reference) =>
    [name, organization.name].map((each) => makeSubjectToken(buildSubject(each, reference))),
  );
}

const makeSubjectToken = (subject: string): Token => ({ key: subject.toLowerCase() });

const makeRoleToken = ({ account, name }: RolePlace): Token => ({
  key: `role ${account} ${name.toLowerCase()}`,
  account,
});

/** Every role that the record is about, with its account. Of one that cannot be read: every role that it names. */
function listRecordAccounts(item: RecordedConnection): readonly RolePlace[] {
  const { releasing = [], unresolved = [], failing = [], unreadable } = item;
  return [
    ...[...listClaims(item).map(({ role }) => role), ...releasing, ...failing].map(({ arn }) => arn),
    ...unresolved.map(({ roleArn }) => roleArn),
    ...(unreadable?.roleArns ?? []),
  ].map(splitRoleArn);
}

/** Sets of connections that share a token, directly or by way of others. */
class Groups {
  private readonly parents = new Map<ConnectionId, ConnectionId>();
  private readonly owners = new Map<string, ConnectionId>();
  private readonly accounts = new Map<ConnectionId, Set<AccountId>>();

  add(id: ConnectionId, tokens: readonly Token[]): void {
    if (!this.parents.has(id)) this.parents.set(id, id);
    const accounts = this.accounts.get(id) ?? new Set();
    for (const { key, account } of tokens) {
      const owner = this.owners.get(key);
      if (owner === undefined) this.owners.set(key, id);
      else this.join(owner, id);
      if (account !== undefined) accounts.add(account);
    }
    this.accounts.set(id, accounts);
  }

  getAccounts(id: ConnectionId): ReadonlySet<AccountId> {
    return this.accounts.get(id) ?? new Set();
  }

  list(): readonly { readonly members: readonly ConnectionId[]; readonly accounts: Iterable<AccountId> }[] {
    const groups = new Map<ConnectionId, { members: ConnectionId[]; accounts: Set<AccountId> }>();
    for (const id of this.parents.keys()) {
      const root = this.findRoot(id);
      const group = groups.get(root) ?? { members: [], accounts: new Set() };
      group.members.push(id);
      for (const account of this.getAccounts(id)) group.accounts.add(account);
      groups.set(root, group);
    }
    return [...groups.values()];
  }

  private join(one: ConnectionId, other: ConnectionId): void {
    const [root, joined] = [this.findRoot(one), this.findRoot(other)];
    if (root !== joined) this.parents.set(joined, root);
  }

  private findRoot(id: ConnectionId): ConnectionId {
    const parent = this.parents.get(id) ?? id;
    if (parent === id) return id;
    const root = this.findRoot(parent);
    this.parents.set(id, root);
    return root;
  }
}

const notSliced = unknown(
  'not-discovered',
  'Discovery has not seen this organization with this configuration yet. It comes by itself with the next scheduled run.',
);

/** The organization as a run over the slice's account sees it: unknown where there is no slice, or one of another basis. */
export function viewSlice(
  configuration: Pick<Configuration, 'grants' | 'limits'>,
  organization: Organization,
  slice: AccountSlice | undefined,
): SeenOrganization {
  if (slice?.basis !== computeBasis(configuration, organization))
    return unseenOrganization(organization, notSliced);
  const view: ConnectionView = {
    connections: new Map(slice.connections.map((connection) => [connection.id, connection])),
    unsettled: new Set(slice.unsettled),
    isComplete: slice.isComplete,
    wholeProjects: new Set(slice.wholeProjects),
  };
  const { name, isRead, findings } = slice;
  return { organization, name, isRead, findings, view };
}

/** Of these records, the ones that a run over the account decides on: of its slices' connections, or about a role in it. */
export function limitRecords(
  account: AccountId,
  slices: readonly AccountSlice[],
  recorded: readonly RecordedConnection[],
): readonly RecordedConnection[] {
  const members = new Set(
    slices.flatMap(({ organizationId, connections, unlisted }) =>
      [...connections.map(({ id }) => id), ...unlisted].map((id) => `${organizationId} ${id}`),
    ),
  );
  return recorded.filter(
    (item) =>
      members.has(`${item.organizationId} ${item.connectionId}`) ||
      listRecordAccounts(item).some((role) => role.account === account),
  );
}
