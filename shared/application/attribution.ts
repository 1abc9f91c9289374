import type { Actor } from '../domain/actor.ts';
import type { ChangeTarget } from '../domain/change-target.ts';
import type { Account } from '../domain/configuration.ts';
import { isDefect } from '../domain/errors.ts';
import { unknownActor } from '../domain/console-links.ts';
import type { ActorSource } from '../ports/attribution.ts';

/**
 * Asks one source after the other. Drift is mended whether or not anybody knows who caused it: a source that cannot answer
 * is passed over, and at the end the answer is `unknown`, with the search that a person would make.
 */
export async function findActor(
  sources: readonly ActorSource[],
  account: Account,
  target: ChangeTarget,
  since: number,
): Promise<Actor> {
  for (const source of sources) {
    const actor = await source.find(account, target, since).catch(passOver);
    if (actor) return actor;
  }
  return unknownActor(account.partition, target);
}

/** A source that cannot answer is passed over. A bug of azfed escapes. */
export function passOver(error: unknown): undefined {
  if (isDefect(error)) throw error;
}
