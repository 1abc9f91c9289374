import { cloudEventBody } from '../../shared/adapters/notify/cloud-event.ts';
import { checkReceivedEvents } from '../builders/told-events.ts';
import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import type { AccountsState, MemoryAccounts } from '../doubles/memory-accounts.ts';
import type { MemoryAccount } from '../doubles/memory-account.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import type { MemoryEventSender, SentEvent } from '../doubles/memory-event-sender.ts';
import type { HistoryEntries } from '../doubles/memory-history.ts';
import { createMemoryHistory } from '../doubles/memory-history.ts';
import { createMemoryLanes } from '../doubles/memory-lanes.ts';
import type { HeldLeases } from '../doubles/memory-leases.ts';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import type { Configuration, Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import type { Lane } from '../../shared/domain/notify/lane.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { AccountId, OrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { Lease } from '../../shared/domain/records/lease.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { HistoryStore, LaneStore, LeaseStore } from '../../shared/ports/state.ts';
import { configuration } from '../builders/configuration.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { START } from '../builders/small-world.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';
import type { Town, TownState } from './azure-devops.ts';
import { createTown, createTownState } from './azure-devops.ts';
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
  readonly history: HistoryStore;
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
  /** Digests of the slices that discovery has written last, by organization and account. */
  readonly heads: Map<string, string>;
  /** A person lets it write before the first run. */
  isConfirmed: boolean;
  /** What stands behind its parts. */
  readonly holdings: Holdings;
}

/** By it `World.heads` knows a slice. */
export const sliceName = (organization: OrganizationId, account: AccountId) => `${organization} ${account}`;

/** What the parts of a world hold, as plain data. */
interface Holdings {
  readonly town: TownState;
  readonly accounts: AccountsState;
  readonly items: Map<string, RecordedItem>;
  readonly lanes: Map<string, Lane>;
  readonly leases: HeldLeases;
  readonly history: HistoryEntries;
  readonly sent: SentEvent[];
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
  return openWorld({
    configuration: simulatedConfiguration(fields),
    now: START,
    memory: createMemory(),
    holders: new Map(),
    answer: { outcome: 'delivered' },
    violations: [],
    processes: 0,
    refused: new Set(),
    refusals: new Set(),
    remedy: undefined,
    heads: new Map(),
    isConfirmed: true,
    holdings: {
      town: createTownState(),
      accounts: { accounts: new Map(), issued: 0 },
      items: new Map(),
      lanes: new Map(),
      leases: { held: new Map(), fences: new Map() },
      history: new Map(),
      sent: [],
    },
  });
}

/** Everything that one world differs in from another. */
type WorldState = Omit<
  World,
  'clock' | 'town' | 'accounts' | 'table' | 'lanes' | 'leases' | 'history' | 'sender'
> & { readonly now: number };

function openWorld({ now, ...state }: WorldState): World {
  const { memory, holdings } = state;
  const clock = createVirtualClock(now);
  const world: World = {
    ...state,
    clock,
    town: createTown(memory, holdings.town),
    accounts: createMemoryAccounts(clock, holdings.accounts),
    table: createTable(holdings.items),
    lanes: createMemoryLanes(holdings.lanes),
    leases: createMemoryLeases(holdings.leases),
    history: createMemoryHistory(clock, holdings.history),
    sender: createMemoryEventSender((_webhook, event) => {
      checkReceivedEvents([{ body: cloudEventBody(event) }]);
      return world.answer;
    }, holdings.sent),
  };
  return world;
}

function readState(world: World): WorldState {
  const {
    clock,
    town: _1,
    accounts: _2,
    table: _3,
    lanes: _4,
    leases: _5,
    history: _6,
    sender: _7,
    ...state
  } = world;
  return { ...state, now: clock.now() };
}

/** A world that goes its own way from here. */
export function copyWorld(world: World): World {
  return openWorld(copyData(readState(world)));
}

/** What was frozen is the same for both. */
function copyData<Value>(value: Value): Value {
  return copyPart(value, new Map()) as Value;
}

function copyPart(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const keep = <Copy extends object>(copy: Copy) => {
    copies.set(value, copy);
    return copy;
  };
  const copyNext = (part: unknown) => copyPart(part, copies);
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, part] of value) copy.set(key, copyNext(part));
    return copy;
  }
  if (value instanceof Set) return keep(new Set<unknown>(value));
  if (Array.isArray(value)) {
    const copy = keep<unknown[]>([]);
    copy.push(...value.map(copyNext));
    return copy;
  }
  return Object.assign(
    keep({}),
    Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyNext(part)])),
  );
}

/** The whole world as text: two worlds of one scenario with one text go on alike. */
export function describeWorld(world: World): string {
  // Discovery writes its slices anew before each run.
  const { memory, heads: _1, ...state } = readState(world);
  const { seen: _2, ...remembered } = memory;
  return JSON.stringify([state, remembered], (_name, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );
}

export function getAccount({ accounts }: World, id: AccountId = ACCOUNT): MemoryAccount {
  return accounts.in({ id, partition: 'aws' });
}

export function listAllRoles(world: World): readonly ObservedRole[] {
  return world.configuration.accounts.flatMap(({ id }) => [...getAccount(world, id).roles.values()]);
}
