import type { Plan } from '../domain/change.ts';
import type { Configuration } from '../domain/configuration.ts';
import { draft } from '../domain/draft.ts';
import type { Draft } from '../domain/draft.ts';
import type { AccountObservation } from '../domain/observation.ts';
import { plan } from '../domain/plan.ts';
import type { RecordedConnection, RecordedProvider } from '../domain/recorded.ts';
import type { ReadPorts } from './ports.ts';

/** Everything that one look gave, and what follows from it. Nothing was written anywhere. */
export interface Look {
  readonly draft: Draft;
  readonly observations: readonly AccountObservation[];
  readonly recorded: readonly RecordedConnection[];
  readonly providers: readonly RecordedProvider[];
  readonly plan: Plan;
  /** Requests sent: they are the cost. */
  readonly reads: { readonly azureDevOps: number; readonly iam: number };
}

/** Reads the three states and compares them. Throws what the state store throws: without records nothing is decided. */
export async function look(
  { connections, accounts, state, clock }: ReadPorts,
  configuration: Configuration,
): Promise<Look> {
  const [inventories, recordedLists] = await Promise.all([
    Promise.all(configuration.organizations.map((organization) => connections.readInventory(organization))),
    Promise.all(configuration.organizations.map(({ id }) => state.readConnections(id))),
  ]);
  const recorded = recordedLists.flat();
  const now = clock.now();
  const drafted = draft(configuration, inventories, recorded, now);
  const [observations, providerLists] = await Promise.all([
    Promise.all(
      drafted.scopes.map(({ account, paths, providers }) => accounts.observe(account, { paths, providers })),
    ),
    Promise.all(drafted.scopes.map(({ account }) => state.readProviders(account.id))),
  ]);
  const providers = providerLists.flat();
  return {
    draft: drafted,
    observations,
    recorded,
    providers,
    plan: plan(drafted, observations, providers, now),
    reads: {
      azureDevOps: sum(inventories.map(({ requests }) => requests)),
      iam: sum(observations.map(({ calls }) => calls)),
    },
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);
