import type { Plan } from '../../domain/plan/change.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { designFromViews, designRoles, type DesiredRoles } from '../../domain/desired/desired-roles.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { limitToAccount, limitToScope, type RunScope } from '../../domain/desired/scope.ts';
import { digestSlice, limitRecords, viewSlice } from '../../domain/discovery/account-slice.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { AccountObservation } from '../../domain/iam/role.ts';
import { sortFindings, type Finding } from '../../domain/findings/finding.ts';
import { plan } from '../../domain/plan/plan.ts';
import type { RecordedConnection, RecordedProvider } from '../../domain/records/connection-record.ts';
import { limitConnection } from '../../domain/records/stored-limits.ts';
import { resolveHeirs } from '../../domain/desired/heirs.ts';
import type {
  AccountReader,
  AccountWriterSource,
  ActorSource,
  AttributedChangeSource,
} from '../../ports/accounts.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type {
  AccountStateReader,
  InventoryStore,
  RunLog,
  LeaseStore,
  SliceStore,
  StateStore,
} from '../../ports/state.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';

/** Everything that one look gave, and what follows from it. Nothing was written anywhere. */
export interface Snapshot {
  /** What Azure DevOps showed. */
  readonly inventories: readonly OrganizationInventory[];
  readonly desiredRoles: DesiredRoles;
  readonly observations: readonly AccountObservation[];
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
  /** Of the slices that it rests on. Left out: on Azure DevOps itself. */
  readonly sliceDigests?: ReadonlyMap<OrganizationId, string>;
  readonly plan: Plan;
  /** Requests sent: they are the cost. */
  readonly reads: { readonly azureDevOps: number; readonly iam: number };
}

/** The same snapshot, knowing of more. */
export const addFindings = (snapshot: Snapshot, found: readonly Finding[]): Snapshot =>
  found.length === 0
    ? snapshot
    : {
        ...snapshot,
        plan: { ...snapshot.plan, findings: sortFindings([...snapshot.plan.findings, ...found]) },
      };

/** What should be and what was last written, before IAM is read. */
export type DesiredState = Pick<Snapshot, 'inventories' | 'desiredRoles' | 'recorded' | 'sliceDigests'> & {
  readonly azureDevOpsRequests: number;
  /** Left out: they are not read yet. */
  readonly providers?: readonly RecordedProvider[];
};

/** Reads Azure DevOps and the records. Throws what the state store throws: without records nothing is decided. */
export async function readDesiredState(
  { connections, state, clock }: ReadPorts,
  configuration: Configuration,
): Promise<DesiredState> {
  const [inventories, recordedLists] = await Promise.all([
    Promise.all(configuration.organizations.map((organization) => connections.readInventory(organization))),
    Promise.all(configuration.organizations.map(({ id }) => state.readConnections(id))),
  ]);
  // Whoever can write the table cannot give a time or a count more than azfed itself could have written.
  const recorded = recordedLists.flat().map((item) => limitConnection(item, clock.now()));
  return {
    desiredRoles: designRoles(configuration, inventories, recorded, clock.now()),
    recorded,
    inventories,
    azureDevOpsRequests: sum(inventories.map(({ requests }) => requests)),
  };
}

/** The same for one account, from what discovery has left there: neither Azure DevOps nor other accounts are read. */
async function readAccountState(
  partitions: AccountStateReader,
  clock: Clock,
  configuration: Configuration,
  account: AccountId,
): Promise<DesiredState> {
  const { organizations } = configuration;
  const read = await partitions.readAccount(
    account,
    organizations.map(({ id }) => id),
  );
  const { slices, providers } = read;
  // Another run may have written while this one waited for its reads: that is not in the future.
  const now = clock.now();
  const recorded = limitRecords(account, slices, read.recorded).map((item) => limitConnection(item, now));
  const sliceOf = new Map(slices.map((slice) => [slice.organizationId, slice]));
  const views = organizations.map((organization) =>
    viewSlice(configuration, organization, sliceOf.get(organization.id)),
  );
  const designed = designFromViews(configuration, views, recorded, now);
  const tooManyMissing = new Map(
    slices.flatMap(({ organizationId, absence }) => (absence ? [[organizationId, absence] as const] : [])),
  );
  return {
    desiredRoles: { ...limitToAccount(designed, account), tooManyMissing },
    recorded,
    providers,
    sliceDigests: new Map(slices.map((slice) => [slice.organizationId, digestSlice(slice)])),
    inventories: [],
    azureDevOpsRequests: 0,
  };
}

/** Reads the three states and compares them. A scope of a few roles costs those alone, where that is less than the account. */
export async function observe(
  ports: ReadPorts,
  configuration: Configuration,
  scope?: RunScope,
): Promise<Snapshot> {
  const { partitions, clock } = ports;
  const desiredState =
    partitions && scope
      ? await readAccountState(partitions, clock, configuration, scope.account)
      : await readDesiredState(ports, configuration);
  return observeDesiredState(ports, desiredState, scope);
}

/** The same after a sketch. */
export async function observeDesiredState(
  { accounts, state, clock }: ReadPorts,
  { desiredRoles: designed, azureDevOpsRequests, providers: read, ...rest }: DesiredState,
  scope: RunScope | undefined,
): Promise<Snapshot> {
  const desiredRoles = scope ? limitToScope(designed, scope) : designed;
  const [observations, providerLists] = await Promise.all([
    Promise.all(desiredRoles.scopes.map(({ account, ...scope }) => accounts.observe(account, scope))),
    read ? [read] : Promise.all(desiredRoles.scopes.map(({ account }) => state.readProviders(account.id))),
  ]);
  const providers = providerLists.flat();
  const resolved = resolveHeirs(desiredRoles, observations);
  return {
    ...rest,
    desiredRoles: resolved,
    observations,
    providers,
    plan: plan(resolved, observations, providers, clock.now()),
    reads: { azureDevOps: azureDevOpsRequests, iam: sum(observations.map(({ calls }) => calls)) },
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);

/** What a look needs. */
export interface ReadPorts {
  readonly connections: ServiceConnectionSource;
  readonly accounts: AccountReader;
  readonly state: Pick<StateStore, 'readConnections' | 'readProviders' | 'readControls'>;
  readonly clock: Clock;
  /** Where a run over one account reads that account alone, as discovery has left it. None: it reads everything. */
  readonly partitions?: AccountStateReader;
  /** Who is asked, one after the other, about who caused drift. None: nobody is. */
  readonly actors?: readonly ActorSource[];
  /** Who is asked about what connections ask for. None: nobody is. */
  readonly attributedChanges?: AttributedChangeSource;
}

/** What a run needs. */
export interface RunPorts extends ReadPorts {
  readonly accounts: AccountReader & AccountWriterSource;
  readonly state: Pick<
    StateStore,
    'readConnections' | 'readProviders' | 'readControls' | 'readAgain' | 'write' | 'writeTogether'
  >;
  readonly leases: LeaseStore;
  readonly ids: IdSource;
  /** What discovery has seen, of which an interactive run says what is overtaken. None: nothing is. */
  readonly inventory?: Pick<InventoryStore, 'read' | 'write'>;
  /** Where an automatic run looks whether it was overtaken. None: it never is. */
  readonly slices?: SliceStore;
  /** Where it is kept what runs came to. None: nowhere. */
  readonly runs?: Pick<RunLog, 'append'>;
}
