import { accountsOfOrganization } from '../../domain/discovery/affected-accounts.ts';
import type { Configuration, Organization } from '../../domain/configuration/configuration.ts';
import type { AccountId, OrganizationId, ProjectId } from '../../domain/kernel/ids.ts';
import { isReadToItsEnd, type OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { DiscoverMessage } from '../../domain/discovery/queue-message.ts';
import type { InventoryUpdate, StoredPart } from '../../domain/discovery/stored-inventory.ts';
import {
  afterUpdate,
  findNextProject,
  hasWholeInventory,
  projectUpdate,
  wholeUpdate,
  assembleInventory,
} from '../../domain/discovery/stored-inventory.ts';
import { captureReading, type Unknown } from '../../domain/kernel/result.ts';
import type { ReadingFacts } from '../../domain/recording/reading-recording.ts';
import { listOrganizationFacts, listProjectFacts } from '../../domain/recording/reading-recording.ts';
import type { RecordedReading } from '../../domain/records/reading-record.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type {
  HookSession,
  ProjectConnectionSource,
  ServiceConnectionSource,
} from '../../ports/service-connections.ts';
import type { InventoryStore, RecordMover, SliceStore, StateStore } from '../../ports/state.ts';
import type { ReconcileQueue } from '../../ports/queue.ts';
import { noteOrganization } from '../records/readings.ts';
import { watchSubscriptions, type HookWatchPorts } from '../hooks/hooks.ts';
import { storeSlices } from './store-slices.ts';
import { ConflictError } from '../../domain/kernel/errors.ts';
import { chooseHome, type RecordedConnection } from '../../domain/records/connection-record.ts';

export interface DiscoverPorts {
  readonly connections: ServiceConnectionSource & ProjectConnectionSource;
  readonly inventory: InventoryStore;
  readonly slices: SliceStore;
  readonly state: Pick<StateStore, 'readConnections' | 'readReading'> & RecordMover & HookWatchPorts['state'];
  readonly reconcileQueue: ReconcileQueue;
  readonly ids: IdSource;
  readonly session: HookSession;
  readonly clock: Clock;
}

/** What one discovery has come to. */
export interface Discovery {
  readonly scope: 'organization' | 'project';
  /** Everything that was looked at was told to its end. */
  readonly isComplete: boolean;
  /** Parts of the stored inventory that were not as they are now. */
  readonly changes: number;
  /** Accounts that were asked to reconcile: something that concerns them has changed. */
  readonly accounts: readonly AccountId[];
  /** Accounts that grants of the organization name, or that have a role of it. */
  readonly concerned: readonly AccountId[];
  /** Requests to Azure DevOps. */
  readonly requests: number;
  /** Why the service hook subscriptions could not be listed, so that nobody watches them; left out where they were. */
  readonly hooksUnread?: Unknown;
  /** What could not be read, since when; undefined where the table did not take it. */
  readonly reading?: RecordedReading;
  /** When the credential that was used ends (epoch milliseconds), where that is known and a person has to renew it. */
  readonly credentialExpiresAt?: number;
}

interface Seen extends Pick<Discovery, 'scope' | 'isComplete' | 'requests' | 'credentialExpiresAt'> {
  readonly update: InventoryUpdate;
  /** Of the whole organization. */
  readonly snapshot?: OrganizationInventory;
  readonly facts: ReadingFacts;
}

export interface DiscoverOptions {
  readonly isRepeated: boolean;
  /** Epoch milliseconds: nothing is asked of Azure DevOps after it. What was read by then is stored. */
  readonly until?: number | undefined;
}

/**
 * Reads an organization, or one project of it, stores what it sees, cuts it into slices, and asks the accounts whose slices
 * have changed to reconcile. `undefined` for an organization that the configuration does not name any more.
 *
 * Stored first, asked then: a run that began before would read the old slice, and nobody would call it again. A crash in
 * between brings the message back. The slices are as they should be by then, so a repeated discovery (`isRepeated`) asks every
 * account of the organization. What is lost all the same, the next scheduled run over each account repairs.
 */
export async function discover(
  ports: DiscoverPorts,
  configuration: Configuration,
  { organizationId, projectId }: DiscoverMessage,
  { isRepeated, until }: DiscoverOptions,
): Promise<Discovery | undefined> {
  const organization = configuration.organizations.find(({ id }) => id === organizationId);
  if (!organization) return undefined;
  // Before the parts: a person's run that overtakes them writes the slices after them, and then these are refused.
  const heads = await ports.slices.readHeads(
    organizationId,
    configuration.accounts.map(({ id }) => id),
  );
  const before = await ports.inventory.read(organizationId);
  // A project is put into a whole look; where there is none yet, now is the time for it.
  const isPartOnly = projectId !== undefined && hasWholeInventory(organization, before);
  const { update, snapshot, facts, ...seen } = isPartOnly
    ? await observeProject(ports, organization, projectId, before, until)
    : await observeAll(ports, organization, before, until);
  const recorded = await moveRecords(ports.state, await ports.state.readConnections(organizationId));
  await store(ports, organizationId, update);
  const parts = afterUpdate(before, update);
  const source = { organization, parts, recorded, heads };
  const changed = await storeSlices(ports, configuration, source, ports.clock.now());
  const concerned = accountsOfOrganization(configuration, organization, recorded);
  const accounts = isRepeated ? [...new Set([...changed, ...concerned])] : changed;
  await ports.reconcileQueue.send(
    accounts.map((account) => ({ message: { account }, key: ports.ids.next() })),
  );
  // Last: they explain, and nothing waits for them.
  const reading = await captureReading(() => noteOrganization(ports, organization, facts));
  const hooksUnread = snapshot && (await watchSubscriptions(ports, configuration, organization, snapshot));
  return {
    ...seen,
    changes: update.writes.length + update.removals.length,
    accounts,
    concerned,
    ...(hooksUnread ? { hooksUnread } : {}),
    ...(reading.state === 'complete' ? { reading: reading.value } : {}),
  };
}

async function observeAll(
  { connections, clock }: DiscoverPorts,
  organization: Organization,
  before: readonly StoredPart[],
  until: number | undefined,
): Promise<Seen> {
  const snapshot = await connections.readInventory(organization, findNextProject(before), until);
  const { projects, unreadable } = snapshot;
  const isComplete = projects.state === 'complete' && !unreadable && projects.value.every(isReadToItsEnd);
  return {
    scope: 'organization',
    isComplete,
    ...pickCost(snapshot),
    update: wholeUpdate(before, snapshot, clock.now()),
    snapshot,
    facts: listOrganizationFacts(organization, snapshot),
  };
}

async function observeProject(
  { connections, clock }: DiscoverPorts,
  organization: Organization,
  projectId: ProjectId,
  before: readonly StoredPart[],
  until: number | undefined,
): Promise<Seen> {
  const snapshot = await connections.readProject(organization, projectId, until);
  const { project } = snapshot;
  const isComplete = project.state === 'complete' && isReadToItsEnd(project.value);
  return {
    scope: 'project',
    isComplete,
    ...pickCost(snapshot),
    update: projectUpdate(before, projectId, snapshot, clock.now()),
    facts: listProjectFacts(organization, projectId, snapshot),
  };
}

function pickCost({ requests, credentialExpiresAt }: Pick<Discovery, 'requests' | 'credentialExpiresAt'>) {
  return { requests, ...(credentialExpiresAt === undefined ? {} : { credentialExpiresAt }) };
}

/** One after the other: the order says what a crash leaves behind. */
async function store(
  { inventory }: DiscoverPorts,
  organization: OrganizationId,
  { writes, removals }: InventoryUpdate,
): Promise<void> {
  for (const part of writes) await inventory.write(part);
  for (const project of removals) await inventory.remove(project);
  await inventory.removeUnused(organization);
}

/**
 * The service connections as discovery has last seen them: runs of the service rest on these and ask Azure DevOps
 * nothing. An organization that was never discovered is unknown. Rejects when the table cannot be read.
 */
export const discoveredConnections = (inventory: InventoryStore): ServiceConnectionSource => ({
  readInventory: async (organization) =>
    assembleInventory(organization, await inventory.read(organization.id)),
});

/** What one discovery moves: the next one goes on. A large table of the release before is moved within hours. */
const MOST_MOVED = 1_000;
const AT_ONCE = 10;

/**
 * Moves records without a home to the account that they are about: those of the release before, and those that were about no
 * account when they were made. One that somebody else writes at the same time stays where it is, until the next discovery.
 * Returns all records as they lie then.
 */
async function moveRecords(
  state: RecordMover,
  recorded: readonly RecordedConnection[],
): Promise<readonly RecordedConnection[]> {
  const homeless = recorded.filter((item) => item.home === undefined && chooseHome(item) !== undefined);
  const moved = new Map<RecordedConnection, RecordedConnection>();
  for (let start = 0; start < Math.min(homeless.length, MOST_MOVED); start += AT_ONCE) {
    const some = homeless.slice(start, start + AT_ONCE);
    const results = await Promise.all(some.map((item) => moveOne(state, item)));
    for (const [index, item] of some.entries()) moved.set(item, results[index] ?? item);
  }
  return recorded.map((item) => moved.get(item) ?? item);
}

async function moveOne(state: RecordMover, item: RecordedConnection): Promise<RecordedConnection> {
  const home = chooseHome(item);
  if (home === undefined) return item;
  try {
    return await state.move(item, home);
  } catch (error) {
    if (error instanceof ConflictError) return item;
    throw error;
  }
}
