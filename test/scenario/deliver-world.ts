import { exampleData } from '../../docs/event-examples.ts';
import { createMemoryHistory } from '../doubles/memory-history.ts';
import { createMemoryLanes } from '../doubles/memory-lanes.ts';
import { createMemoryState } from '../doubles/memory-state.ts';
import type { Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import { appendEvent } from '../../shared/domain/records/outbox.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import type { HistoryStore, LaneStore, RecordHistory, StateStore } from '../../shared/ports/state.ts';
import { recordedConnection } from '../builders/recorded-items.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

export interface DeliverWorld {
  readonly state: StateStore;
  readonly history: HistoryStore & RecordHistory;
  readonly lanes: LaneStore;
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** A connection with so many events to be told. */
  addConnection(events: number): Promise<RecordedConnection>;
  /** As the table has it now. */
  read(item: RecordedConnection): Promise<RecordedConnection>;
}

/** The stores of delivery, in memory. */
export function createDeliverWorld(): DeliverWorld {
  const clock = createVirtualClock();
  const state = createMemoryState();
  const history = createMemoryHistory(clock);
  return {
    state,
    history,
    lanes: createMemoryLanes(),
    clock,
    random: () => 0,
    addConnection(events) {
      const empty = recordedConnection();
      return state.write(
        Array.from({ length: events }).reduce<RecordedConnection>((item) => held(item, clock), empty),
      );
    },
    async read({ organizationId, connectionId }) {
      const connections = await state.readConnections(organizationId);
      const found = connections.find((item) => item.connectionId === connectionId);
      if (!found) throw new Error(`The table has no connection ${connectionId}.`);
      return found;
    },
  };
}

/** The record with one more event to be told. */
export function held(item: RecordedConnection, clock: VirtualClock): RecordedConnection {
  return appendEvent(item, 'connection.held.v1', exampleData['connection.held.v1'], clock.now());
}

export function webhook(name: string, events: readonly string[] = ['*']): Webhook {
  return { name, url: `https://${name}.example.com/azfed`, secret: { env: 'SECRET' }, events };
}

export function listIds(events: readonly PendingEvent[]): readonly string[] {
  return events.map(({ id }) => id);
}
