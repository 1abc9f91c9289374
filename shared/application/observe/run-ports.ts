import type { AccountReader, AccountWriterSource } from '../../ports/accounts.ts';
import type { ActorSource, AttributedChangeSource } from '../../ports/attribution.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { InventoryStore } from '../../ports/inventory-store.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';
import type { RunLog } from '../../ports/pass-log.ts';
import type { LeaseStore, StateStore } from '../../ports/state.ts';

/** What a look needs. */
export interface ReadPorts {
  readonly connections: ServiceConnectionSource;
  readonly accounts: AccountReader;
  readonly state: Pick<StateStore, 'readConnections' | 'readProviders' | 'readControls'>;
  readonly clock: Clock;
  /** Who is asked, one after the other, about who caused drift. None: nobody is. */
  readonly actors?: readonly ActorSource[];
  /** Who is asked about what connections ask for. None: nobody is. */
  readonly deeds?: AttributedChangeSource;
}

/** What a run needs. */
export interface RunPorts extends ReadPorts {
  readonly accounts: AccountReader & AccountWriterSource;
  readonly state: Pick<
    StateStore,
    'readConnections' | 'readProviders' | 'readControls' | 'readAgain' | 'write'
  >;
  readonly leases: LeaseStore;
  readonly ids: IdSource;
  /** What discovery has seen, of which an interactive run says what is overtaken. None: nothing is. */
  readonly inventory?: Pick<InventoryStore, 'read' | 'write'>;
  /** Where it is kept what passes came to. None: nowhere. */
  readonly passes?: Pick<RunLog, 'append'>;
}
