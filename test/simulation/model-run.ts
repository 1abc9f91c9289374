import { connection, reference } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import type { Happening } from './happening.ts';
import { grants, limits } from './happening.ts';
import type { Wiring } from './simulated-run.ts';
import { resumeAll, runOnce, sound } from './simulated-run.ts';
import { rest } from './rest.ts';
import { blindAccount } from './iam-people.ts';
import { unfinished } from './unfinished.ts';
import type { World } from './world.ts';
import { copyWorld, createWorld } from './world.ts';

/** What one run has come to. */
export interface ModelRun {
  readonly world: World;
  /** The sentences of what happened, up to the one that broke something. */
  readonly story: readonly string[];
  readonly violations: readonly string[];
}

/** Four connections at rest; then what happens; then the faults stop and the world has to come to rest again. */
export async function runModel(history: readonly Happening[], wiring: Wiring = sound): Promise<ModelRun> {
  const world = copyWorld(await begin(wiring));
  const story = ['four connections have their roles'];
  for (const happening of history) {
    story.push(happening.sentence);
    await happening.happen(world, wiring);
    if (world.violations.length > 0) return { world, story, violations: world.violations };
  }
  story.push('no more faults, a person lets it go on, and time to rest');
  await resumeAll(world);
  world.configuration = { ...world.configuration, denyWindows: [] };
  blindAccount(world, false);
  const { last, runs } = await rest(world, { wiring });
  if (runs > 5) world.violations.push(`I13 it takes ${runs} runs`);
  return { world, story, violations: [...world.violations, ...unfinished(world, last)] };
}

/** All stories of one product begin alike. */
const beginnings = new WeakMap<Wiring, Promise<World>>();

function begin(wiring: Wiring): Promise<World> {
  const beginning = beginnings.get(wiring) ?? prepare(wiring);
  beginnings.set(wiring, beginning);
  return beginning;
}

async function prepare(wiring: Wiring): Promise<World> {
  const world = createWorld({ grants: grants(), limits });
  world.town.change(() => [
    connection(1, { references: [reference(1, 'a')] }),
    connection(2, { references: [reference(1, 'b')] }),
    connection(3, { references: [reference(2, 'a')], requestedRoleArn: roleArn('s1') }),
    connection(4, { references: [reference(2, 'b')] }),
  ]);
  await runOnce(world, { wiring });
  world.clock.advance(5 * 60_000);
  return world;
}
