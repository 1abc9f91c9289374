import { fc } from '../builders/fast-check.ts';
import { anyHappening } from './happenings.ts';
import type { Happening } from './happening.ts';
import type { Interesting } from './memory.ts';
import { interesting } from './memory.ts';
import { runModel } from './model-run.ts';
import type { Wiring } from './simulated-run.ts';
import { sound } from './simulated-run.ts';

export interface Batch {
  readonly runs: number;
  readonly seed: number;
  readonly seen: ReadonlyMap<Interesting, number>;
  /** A minimal story in words; `undefined` when every run holds. */
  readonly failure: string | undefined;
}

const history = fc.array(anyHappening, { minLength: 1, maxLength: 12, size: 'max' });

export interface Hunting {
  readonly wiring?: Wiring;
  /** What is looked for; left out: anything. */
  readonly counts?: (violation: string) => boolean;
  /** The first story that breaks something will do. */
  readonly isHasty?: boolean;
}

/** So many runs of one seed; a failing one is made as small as it gets, unless there is haste. */
export async function runBatch(
  runs: number,
  seed: number,
  { wiring = sound, counts = () => true, isHasty = false }: Hunting = {},
): Promise<Batch> {
  const seen = new Map<Interesting, number>();
  const property = fc.asyncProperty(history, async (all: readonly Happening[]) => {
    const { world, violations } = await runModel(all, wiring);
    for (const [what, count] of world.memory.seen) seen.set(what, (seen.get(what) ?? 0) + count);
    if (violations.some(counts)) throw new Error(violations.filter(counts).join('\n'));
  });
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: isHasty });
  const example = details.counterexample?.[0];
  const failure = details.failed && example ? await notifyTransitions(seed, example, wiring) : undefined;
  return { runs: details.numRuns, seed, seen, failure };
}

async function notifyTransitions(seed: number, all: readonly Happening[], wiring: Wiring): Promise<string> {
  const { story, violations } = await runModel(all, wiring);
  return [
    `seed ${seed}`,
    ...story.map((sentence, index) => `  ${index + 1}. ${sentence}`),
    ...violations,
  ].join('\n');
}

/** What the batch has never met. */
export function missed({ seen }: Batch): readonly Interesting[] {
  return interesting.filter((what) => !seen.has(what));
}
