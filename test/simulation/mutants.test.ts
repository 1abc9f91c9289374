import { hunt } from './mutant-hunt.ts';
import { mutants } from './mutants.ts';

describe('the simulation finds out a product that', () => {
  it.each(Object.entries(mutants))('%s', async (name, wiring) => {
    const { killedBy } = await hunt(name, wiring);
    expect(killedBy).toBeDefined();
  });
});
