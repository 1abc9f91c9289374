import type { RunOptions, SimulatedRun } from './simulated-run.ts';
import { runOnce } from './simulated-run.ts';
import type { World } from './world.ts';

/**
 * Two runs at once, one effect at a time: `order` says who goes next, and for how long the machine then sleeps. When it
 * ends they take turns.
 */
export async function runTogether(
  world: World,
  options: readonly RunOptions[],
  order: readonly { readonly next: number; readonly sleepMs: number }[],
): Promise<readonly SimulatedRun[]> {
  const waiting: (() => void)[] = [];
  let running = options.length;
  const turn = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  const runs = options.map(async (each) => {
    try {
      return await runOnce(world, { ...each, turn });
    } finally {
      running -= 1;
    }
  });
  for (let step = 0; running > 0; step++) {
    await everybodyWaits();
    const { next, sleepMs } = order[step] ?? { next: step, sleepMs: 0 };
    world.clock.advance(sleepMs);
    const [resume] = waiting.splice(next % Math.max(1, waiting.length), 1);
    resume?.();
  }
  return Promise.all(runs);
}

/** Until nobody can go on without being told to. */
const everybodyWaits = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
