import { ConflictError } from '../../domain/kernel/errors.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { StateStore } from '../../ports/state.ts';

/** Whoever wins a conflict has made progress, so a few rounds are enough; the next run tries again. */
const WRITE_ATTEMPTS = 5;

/**
 * Writes the change, on the newest record when somebody else wrote first: what they added stays, and the change is
 * made again on top of it. `undefined` when the record is gone.
 */
export async function update(
  state: StateStore,
  item: RecordedItem,
  change: (item: RecordedItem) => RecordedItem | Promise<RecordedItem>,
): Promise<RecordedItem | undefined> {
  let current: RecordedItem | undefined = item;
  for (let tries = 1; current; tries++) {
    const next = await change(current);
    if (next === current) return current;
    try {
      return await state.write(next);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === WRITE_ATTEMPTS) throw error;
      current = await state.readAgain(current);
    }
  }
  return undefined;
}
