import { runScenario } from './crash-matrix.ts';
import { runBatch } from './model-runs.ts';
import type { Mutant } from './mutant.ts';
import { scenarios } from './scenarios.ts';

/** What found a mutant out: a scenario as it is, a scenario that is disturbed, or stories. */
export interface Killer {
  readonly by: string;
  /** What it said. */
  readonly said: string;
}

const STORIES = 400;
const SEED = 7;
const DISTURBED = ', disturbed';

/** Everything that may find a mutant out, in the order of what it costs. */
const killers: readonly string[] = [
  ...Object.keys(scenarios),
  `stories of seed ${SEED}`,
  ...Object.keys(scenarios).map((name) => name + DISTURBED),
];

/** The first that finds out that the mutant breaks the invariant that it is to break; `undefined`: it lives. */
export async function hunt(mutant: Mutant, by: readonly string[] = killers): Promise<Killer | undefined> {
  const counts = (said: string) => said.includes(`${mutant.breaks} `);
  for (const one of by) {
    const said = (await found(mutant, one, counts)).find(counts);
    if (said !== undefined) return { by: one, said };
  }
  return undefined;
}

async function found(
  { wiring }: Mutant,
  by: string,
  counts: (said: string) => boolean,
): Promise<readonly string[]> {
  const scenario = scenarios[by.replace(DISTURBED, '')];
  if (scenario) {
    const isGoldenOnly = !by.endsWith(DISTURBED);
    return (await runScenario(scenario, wiring, { counts, isGoldenOnly })).failures;
  }
  const { failure = '' } = await runBatch(STORIES, SEED, { wiring, counts, isHasty: true });
  return failure.split('\n');
}
