import type { Webhook } from '../../domain/configuration/configuration.ts';
import { ConflictError, isOversizedItem } from '../../domain/kernel/errors.ts';
import { captureReading } from '../../domain/kernel/result.ts';
import { abandonDelivery, orderLeaving, removeLeaving } from '../../domain/notify/delivery.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import { isOnlyNotified } from '../../domain/records/outbox.ts';
import type { HistoryStore, LaneStore, RecordMover, StateStore } from '../../ports/state.ts';

const NO_ROOM = 'The record had no room for more events that wait.';

interface Stores {
  readonly state: StateStore & RecordMover;
  readonly history: Pick<HistoryStore, 'append'>;
  readonly lanes: Pick<LaneStore, 'read'>;
}

/**
 * The state, whose writes make room. An item of the table has an end, and events wait in it for webhooks: no narrowing, decision or
 * delivery waits for a webhook that takes nothing. Where an item has no room, events that waited in it before go to the history,
 * marked as given up, from where `azfed replay` sends them; as few as make the room. Never an event of this write. A write that
 * only notes deliveries takes no event from a healthy webhook: then it is refused, and the events are sent again.
 */
export function createStateWithRoom(stores: Stores, webhooks: readonly Webhook[]): StateStore & RecordMover {
  const { state } = stores;

  /** `count`: of events that leave next. It doubles, so that a few attempts are enough. */
  async function writeWithRoom<Item extends RecordedItem, Written>(
    items: readonly Item[],
    write: (items: readonly Item[]) => Promise<Written>,
    count = 1,
  ): Promise<Written> {
    try {
      return await write(items);
    } catch (error) {
      const largest = isOversizedItem(error) ? findLargest(items) : undefined;
      const smaller = largest && (await makeRoom(stores, webhooks, largest, count));
      if (!smaller) throw error;
      const next = items.map((item) => (item === largest ? smaller : item));
      return writeWithRoom(next, write, 2 * count);
    }
  }

  return {
    ...state,
    write: (item) => writeWithRoom([item], ([one = item]) => state.write(one)),
    writeTogether: (items) => writeWithRoom(items, (all) => state.writeTogether(all)),
    move: (item, home) => writeWithRoom([item], ([one = item]) => state.move(one, home)),
  };
}

/** Of those that are written together the service does not say which is too large. */
function findLargest<Item>(items: readonly Item[]): Item | undefined {
  const sizes = new Map(items.map((item) => [item, JSON.stringify(item).length]));
  return items.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))[0];
}

/** The item with fewer events; `undefined`: none may leave. Throws ConflictError when the table holds another version. */
async function makeRoom<Item extends RecordedItem>(
  stores: Stores,
  webhooks: readonly Webhook[],
  item: Item,
  count: number,
): Promise<Item | undefined> {
  const stored = await stores.state.readAgain(item);
  if (!stored || stored.unreadable) return undefined;
  if (stored.version !== item.version)
    throw new ConflictError('state.conflict', 'The record is not as it was when it was read.');
  const { pending } = item.outbox;
  const waiting = pending.filter(({ sequence }) => sequence < stored.outbox.nextSequence);
  const mostLacking = isOnlyNotified(item, stored) ? 0 : Infinity;
  const leaving = orderLeaving(waiting, webhooks, await listFailing(stores))
    .filter(({ lacking }) => lacking <= mostLacking)
    .slice(0, count)
    .map(({ event }) => event);
  for (const event of leaving) await stores.history.append(item, abandonDelivery(event, webhooks, NO_ROOM));
  if (leaving.length === 0) return undefined;
  return { ...item, outbox: { ...item.outbox, pending: removeLeaving(pending, leaving, webhooks) } };
}

/** Webhooks that take nothing now. Not every function may read what is known of them: then only their refusals count. */
async function listFailing({ state, lanes }: Stores): Promise<ReadonlySet<string>> {
  const [known, controls] = await Promise.all([
    captureReading(() => lanes.read()),
    captureReading(() => state.readControls()),
  ]);
  const failing = known.state === 'complete' ? [...known.value] : [];
  const disabled = controls.state === 'complete' ? controls.value.disabledWebhooks : [];
  return new Set([
    ...failing.filter(([, { failures }]) => failures > 0).map(([name]) => name),
    ...disabled.map(({ name }) => name),
  ]);
}
