import { fc } from '../builders/fast-check.ts';
import { anyHistory, anyWorld } from '../builders/arbitraries-world.ts';
import { lived } from '../builders/histories.ts';
import { after, runOnce } from '../builders/small-world.ts';

describe('runs', () => {
  it('converge: when nothing happens any more, there is soon nothing to write, in IAM or in the table', () => {
    fc.assert(
      fc.property(anyWorld, anyHistory, (start, history) => {
        // A role that is gone is made after a second look; an old name ends half an hour after a rename.
        const quiet = [5, 5, 45, 5].reduce(
          (past, minutes) => runOnce(after(minutes, past)).world,
          lived(start, history),
        );
        const last = runOnce(after(5, quiet));
        expect(last.plan.changes.map(({ reason }) => reason)).toEqual([]);
        expect(last.plan.recordSyncs).toEqual([]);
        expect(last.plan.absences).toEqual([]);
        expect({ ...last.world, now: 0 }).toEqual({ ...quiet, now: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
