import { newConnection } from '../../domain/records/outbox.ts';
import type { RecordedConnection, RecordedItem } from '../../domain/records/connection-record.ts';
import type { RecordedControls } from '../../domain/records/deployment-record.ts';
import type { StateStore } from '../../ports/state.ts';
import { retryOnConflict } from './records.ts';

/**
 * Records what a person decides about the deployment, on top of the newest of what was decided before. Gives the
 * controls as they are then; `undefined` when the decision changes nothing. Throws what the store throws.
 */
export function decide(
  state: Pick<StateStore, 'readControls' | 'write'>,
  decision: (controls: RecordedControls) => RecordedControls,
): Promise<RecordedControls | undefined> {
  return change(state, () => state.readControls(), decision);
}

/** The same about one connection; nothing is decided about one that has no record any more. */
export function decideOn(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  connection: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
  decision: (connection: RecordedConnection) => RecordedConnection,
): Promise<RecordedConnection | undefined> {
  return change(state, () => readOne(state, connection), decision);
}

/** The same, also about a connection that has no record yet. */
export function decideOnAny(
  state: Pick<StateStore, 'readConnections' | 'write'>,
  connection: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>,
  decision: (connection: RecordedConnection) => RecordedConnection,
): Promise<RecordedConnection | undefined> {
  return change(state, async () => (await readOne(state, connection)) ?? newConnection(connection), decision);
}

async function readOne(
  state: Pick<StateStore, 'readConnections'>,
  { organizationId, connectionId }: Pick<RecordedConnection, 'organizationId' | 'connectionId'>,
): Promise<RecordedConnection | undefined> {
  const items = await state.readConnections(organizationId);
  return items.find((item) => item.connectionId === connectionId);
}

function change<Item extends RecordedItem>(
  state: Pick<StateStore, 'write'>,
  read: () => Promise<Item | undefined>,
  decision: (item: Item) => Item,
): Promise<Item | undefined> {
  return retryOnConflict(async () => {
    const before = await read();
    const after = before && decision(before);
    return after && after !== before ? state.write(after) : undefined;
  });
}
