import type { Plan } from '../../domain/plan/change.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { draft } from '../../domain/desired/desired-roles.ts';
import type { Draft } from '../../domain/desired/desired-roles.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { LookScope } from '../../domain/desired/scope.ts';
import { draftWithin } from '../../domain/desired/scope.ts';
import type { AccountObservation } from '../../domain/iam/observation.ts';
import { plan } from '../../domain/plan/plan.ts';
import type { RecordedConnection, RecordedProvider } from '../../domain/records/connection-record.ts';
import { limitConnection } from '../../domain/records/stored-limits.ts';
import type { ReadPorts } from './run-ports.ts';
import { settleHeirs } from '../../domain/desired/heirs.ts';

/** Everything that one look gave, and what follows from it. Nothing was written anywhere. */
export interface Look {
  /** What Azure DevOps showed. */
  readonly inventories: readonly OrganizationInventory[];
  readonly draft: Draft;
  readonly observations: readonly AccountObservation[];
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
  readonly plan: Plan;
  /** Requests sent: they are the cost. */
  readonly reads: { readonly azureDevOps: number; readonly iam: number };
}

/** What should be and what was last written, before IAM is read. */
export type Sketch = Pick<Look, 'inventories' | 'draft' | 'recorded'> & {
  readonly azureDevOpsRequests: number;
};

/** Reads Azure DevOps and the records. Throws what the state store throws: without records nothing is decided. */
export async function sketch(
  { connections, state, clock }: ReadPorts,
  configuration: Configuration,
): Promise<Sketch> {
  const [inventories, recordedLists] = await Promise.all([
    Promise.all(configuration.organizations.map((organization) => connections.readInventory(organization))),
    Promise.all(configuration.organizations.map(({ id }) => state.readConnections(id))),
  ]);
  // Whoever can write the table cannot give a time or a count more than azfed itself could have written.
  const recorded = recordedLists.flat().map((item) => limitConnection(item, clock.now()));
  return {
    draft: draft(configuration, inventories, recorded, clock.now()),
    recorded,
    inventories,
    azureDevOpsRequests: sum(inventories.map(({ requests }) => requests)),
  };
}

/** Reads the three states and compares them. A scope of a few roles costs those alone, where that is less than the account. */
export async function look(ports: ReadPorts, configuration: Configuration, scope?: LookScope): Promise<Look> {
  return lookWithin(ports, await sketch(ports, configuration), scope);
}

/** The same after a sketch. */
export async function lookWithin(
  ports: ReadPorts,
  { draft: drafted, ...sketched }: Sketch,
  scope: LookScope | undefined,
): Promise<Look> {
  return compare(ports, { ...sketched, draft: scope ? draftWithin(drafted, scope) : drafted });
}

async function compare(
  { accounts, state, clock }: ReadPorts,
  { inventories, draft: drafted, recorded, azureDevOpsRequests }: Sketch,
): Promise<Look> {
  const [observations, providerLists] = await Promise.all([
    Promise.all(drafted.scopes.map(({ account, ...scope }) => accounts.observe(account, scope))),
    Promise.all(drafted.scopes.map(({ account }) => state.readProviders(account.id))),
  ]);
  const providers = providerLists.flat();
  const settled = settleHeirs(drafted, observations);
  return {
    inventories,
    draft: settled,
    observations,
    recorded,
    providers,
    plan: plan(settled, observations, providers, clock.now()),
    reads: { azureDevOps: azureDevOpsRequests, iam: sum(observations.map(({ calls }) => calls)) },
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);
