import { runScenario } from './crash-matrix.ts';
import { runBatch } from './model-runs.ts';
import type { Wiring } from './pass.ts';
import { scenarios } from './scenarios.ts';

export interface Hunt {
  readonly mutant: string;
  /** The scenario or the seed that found it out, and how; `undefined`: it lives. */
  readonly killedBy: string | undefined;
}

/** Scenarios one after the other until one fails, then model runs. */
export async function hunt(mutant: string, wiring: Wiring): Promise<Hunt> {
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { failures } = await runScenario(scenario, wiring, { patience: 1, isGoldenOnly: true });
    if (failures[0]) return { mutant, killedBy: `${name}: ${failures[0]}` };
  }
  const { failure } = await runBatch(150, 7, { wiring, isHasty: true });
  if (failure) return { mutant, killedBy: `model run, ${failure.split('\n').at(-1) ?? ''}` };
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { failures } = await runScenario(scenario, wiring, { patience: 1 });
    if (failures[0]) return { mutant, killedBy: `${name}, ${failures[0]}` };
  }
  return { mutant, killedBy: undefined };
}
