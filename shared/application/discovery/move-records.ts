import { ConflictError } from '../../domain/kernel/errors.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import { chooseHome } from '../../domain/records/connection-record.ts';
import type { RecordMover } from '../../ports/state.ts';

/** What one discovery moves: the next one goes on. A large table of the release before is moved within hours. */
const MOST_MOVED = 1_000;
const AT_ONCE = 10;

/**
 * Moves records without a home to the account that they are about: those of the release before, and those that were about no
 * account when they were made. One that somebody else writes at the same time stays where it is, until the next discovery.
 * Returns all records as they lie then.
 */
export async function moveRecords(
  state: RecordMover,
  recorded: readonly RecordedConnection[],
): Promise<readonly RecordedConnection[]> {
  const homeless = recorded.filter((item) => item.home === undefined && chooseHome(item) !== undefined);
  const moved = new Map<RecordedConnection, RecordedConnection>();
  for (let start = 0; start < Math.min(homeless.length, MOST_MOVED); start += AT_ONCE) {
    const some = homeless.slice(start, start + AT_ONCE);
    const results = await Promise.all(some.map((item) => moveOne(state, item)));
    for (const [index, item] of some.entries()) moved.set(item, results[index] ?? item);
  }
  return recorded.map((item) => moved.get(item) ?? item);
}

async function moveOne(state: RecordMover, item: RecordedConnection): Promise<RecordedConnection> {
  const home = chooseHome(item);
  if (home === undefined) return item;
  try {
    return await state.move(item, home);
  } catch (error) {
    if (error instanceof ConflictError) return item;
    throw error;
  }
}
