import { ACTOR_DAYS } from '../../shared/contract/table-keys.ts';
import { targetKey } from '../../shared/domain/attribution/change-target.ts';
import type { IamChange } from '../../shared/domain/attribution/iam-change.ts';
import type { ActorMemory } from '../../shared/ports/accounts.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

const ACTOR_MS = ACTOR_DAYS * 86_400_000;

export function createMemoryActors(clock: Clock): ActorMemory {
  const changes = new Map<string, IamChange>();
  return {
    remember: (change) =>
      toPromise(() => {
        changes.set(change.actor.eventId, frozenCopy(change));
      }),
    list: (account, target, since, explains) =>
      toPromise(() => {
        const oldest = Math.max(Math.floor(since / 1_000) * 1_000, clock.now() - ACTOR_MS + 1);
        return [...changes.values()]
          .filter(
            (change) => change.account.id === account.id && targetKey(change.target) === targetKey(target),
          )
          .map(({ actor }) => actor)
          .filter(({ time, eventName }) => Date.parse(time) >= oldest && explains(eventName))
          .sort((a, b) => (a.time < b.time ? 1 : -1));
      }),
  };
}
