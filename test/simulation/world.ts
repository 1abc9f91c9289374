import { cloudEventBody } from '../../shared/adapters/notify/cloud-event.ts';
import { checkReceivedEvents } from '../builders/told-events.ts';
import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import type { MemoryAccounts } from '../doubles/memory-accounts.ts';
import type { MemoryAccount } from '../doubles/memory-account.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import type { MemoryEventSender } from '../doubles/memory-event-sender.ts';
import { createMemoryHistory } from '../doubles/memory-history.ts';
import { createMemoryLanes } from '../doubles/memory-lanes.ts';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import type { Configuration, Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { Lease } from '../../shared/domain/records/run-record.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { HistoryStore, LaneStore, LeaseStore } from '../../shared/ports/state.ts';
import { configuration } from '../builders/configuration.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { START } from '../builders/small-world.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';
import type { Town } from './azure-devops.ts';
import { createTown } from './azure-devops.ts';
import type { Memory } from './memory.ts';
import { createMemory } from './memory.ts';
import type { Table } from './table.ts';
import { createTable } from './table.ts';

/** What must never be written anywhere: it stands wherever the product could pick it up. */
export const PLANTED = 'planted-secret';

/** How AWS refuses what a policy of the organization forbids. */
export const REFUSAL = 'explicit deny in a service control policy';

/** Everything that outlives a process, and what the checks remember of it. */
export interface World {
  configuration: Configuration;
  readonly clock: VirtualClock;
  readonly town: Town;
  readonly accounts: MemoryAccounts;
  readonly table: Table;
  readonly lanes: LaneStore;
  readonly leases: LeaseStore;
  /** Who holds the lease of an account: the process, and the lease itself. */
  readonly holders: Map<AccountId, { readonly process: number; readonly lease: Lease }>;
  history: HistoryStore;
  readonly sender: MemoryEventSender;
  /** What the receiver of events answers. */
  answer: DeliveryOutcome;
  readonly memory: Memory;
  readonly violations: string[];
  processes: number;
  /** Writes that AWS refuses, as a policy of the organization (SCP) makes it. */
  readonly refused: Set<WriteStep['action']>;
  /** Roles and providers to which the present run was refused a write. */
  readonly refusals: Set<string>;
  /** What the remediation of a company makes of a role right after somebody has written to it. */
  remedy: ((role: ObservedRole) => Partial<ObservedRole>) | undefined;
  /** A person lets it write before the first run. */
  isConfirmed: boolean;
}

const webhook: Webhook = {
  name: 'ops',
  url: `https://hooks.example.com/${PLANTED}`,
  secret: { env: 'AZFED_WEBHOOK_SECRET' },
  events: ['*'],
};

/** The configuration that scenarios change: one webhook, one account, and limits that hold nothing. */
export function simulatedConfiguration(fields: Partial<Configuration> = {}): Configuration {
  return configuration({
    webhooks: [webhook],
    accounts: [{ id: ACCOUNT, partition: 'aws', externalId: PLANTED }],
    ...fields,
  });
}

export function createWorld(fields: Partial<Configuration> = {}): World {
  const clock = createVirtualClock(START);
  const memory = createMemory();
  const world: World = {
    configuration: simulatedConfiguration(fields),
    clock,
    town: createTown(memory),
    accounts: createMemoryAccounts(clock),
    table: createTable(),
    lanes: createMemoryLanes(),
    leases: createMemoryLeases(),
    holders: new Map(),
    history: createMemoryHistory(clock),
    sender: createMemoryEventSender((_webhook, event) => {
      checkReceivedEvents([{ body: cloudEventBody(event) }]);
      return world.answer;
    }),
    answer: { outcome: 'delivered' },
    memory,
    violations: [],
    processes: 0,
    refused: new Set(),
    refusals: new Set(),
    remedy: undefined,
    isConfirmed: true,
  };
  return world;
}

export function getAccount({ accounts }: World, id: AccountId = ACCOUNT): MemoryAccount {
  return accounts.in({ id, partition: 'aws' });
}

export function listAllRoles(world: World): readonly ObservedRole[] {
  return world.configuration.accounts.flatMap(({ id }) => [...getAccount(world, id).roles.values()]);
}
