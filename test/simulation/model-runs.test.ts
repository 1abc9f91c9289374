import { missed, runBatch } from './model-runs.ts';

// A seed of its own would make the gate a lottery; `npm run test:soak` draws another each time.
const SEED = 20261122;

describe('400 stories of people, faults and runs', () => {
  it('break no invariant, come to rest, and meet everything that is interesting', async () => {
    const batch = await runBatch(Number(process.env['AZFED_SIMULATION_RUNS'] ?? 400), SEED);
    expect(batch.failure).toBeUndefined();
    expect(missed(batch)).toEqual([]);
  });
});
