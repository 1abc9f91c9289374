import { ConflictError } from '../domain/errors.ts';
import type { RecordedControls } from '../domain/recorded-controls.ts';
import type { StateStore } from '../ports/state.ts';

/** Whoever wins a conflict has made progress, so a few rounds are enough. */
const ATTEMPTS = 5;

/**
 * Records what a person decides, on top of the newest of what was decided before. Gives the controls as they are then;
 * `undefined` when the decision changes nothing. Throws what the store throws.
 */
export async function decide(
  state: Pick<StateStore, 'readControls' | 'write'>,
  decision: (controls: RecordedControls) => RecordedControls,
): Promise<RecordedControls | undefined> {
  for (let attempt = 1; ; attempt++) {
    const before = await state.readControls();
    const after = decision(before);
    if (after === before) return undefined;
    try {
      return await state.write(after);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}
