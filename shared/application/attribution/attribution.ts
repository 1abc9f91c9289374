import type { Actor } from '../../domain/attribution/actor.ts';
import { likeliest } from '../../domain/plan/drift-cause.ts';
import type { ChangeTarget } from '../../domain/attribution/change-target.ts';
import type { Account } from '../../domain/configuration/configuration.ts';
import { isDefect } from '../../domain/kernel/errors.ts';
import { unknownActor } from '../../domain/attribution/console-links.ts';
import type { ActorSource } from '../../ports/attribution.ts';

/**
 * Asks every source: one of them may know of an earlier event, and another of the one that explains what is there now. Drift
 * is fixed whether or not anybody knows who caused it: a source that cannot answer is passed over, and where nothing explains
 * it the answer is `unknown`, with the search that a person would make.
 */
export async function findActor(
  sources: readonly ActorSource[],
  account: Account,
  target: ChangeTarget,
  since: number,
  explains: (eventName: string) => boolean,
): Promise<Actor> {
  const found = await Promise.all(
    sources.map((source) => source.list(account, target, since, explains).catch(passOver)),
  );
  return likeliest(found.flatMap((list) => list ?? [])) ?? unknownActor(account.partition, target);
}

/** A source that cannot answer is passed over. A bug of azfed escapes. */
export function passOver(error: unknown): undefined {
  if (isDefect(error)) throw error;
}
