import { runScenario } from './crash-matrix.ts';
import { scenarios } from './scenarios.ts';

describe('whatever fails at whichever effect, the next runs come to where an undisturbed one comes:', () => {
  it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    const { runs, effects, failures } = await runScenario(scenario);
    expect(failures).toEqual([]);
    // Each effect was disturbed at least by an error before it and by the end of the process.
    expect(runs).toBeGreaterThanOrEqual(2 * effects);
  });
});
