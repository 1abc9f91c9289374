import { runScenario, sampleModes } from './crash-matrix.ts';
import { scenarios } from './scenarios.ts';
import { sound } from './simulated-run.ts';

// A sample of the faults; `npm run simulate -- --matrix` has each effect meet all that it can meet.
describe('whatever fails at whichever effect, the next runs come to where an undisturbed one comes:', () => {
  it.each(Object.entries(scenarios).map(([name, scenario], index) => ({ name, scenario, index })))(
    '$name',
    async ({ scenario, index }) => {
      const { runs, effects, failures } = await runScenario(scenario, sound, {
        selectModes: sampleModes(index),
      });
      expect(failures).toEqual([]);
      // Each effect was disturbed at least by an error before it and by the end of the process.
      expect(runs).toBeGreaterThanOrEqual(2 * effects);
    },
  );
});
