import type { Event } from '@aws-sdk/client-cloudtrail';
import type { KnownActor } from '../../domain/attribution/actor.ts';
import { resourceName, targetKey, type ChangeTarget } from '../../domain/attribution/change-target.ts';
import type { Account } from '../../domain/configuration/configuration.ts';
import { readTrailRecord } from '../../domain/attribution/iam-change.ts';
import type { ActorSource } from '../../ports/accounts.ts';
import type { TrailOptions } from './trail-client.ts';
import { createTrailClient, parseRecord, trailPages, createTurns } from './trail-client.ts';

/** Beyond that it is a role that is changed all day; who was the last is then on the first page. */
const MOST_PAGES = 5;

/** Looks in CloudTrail's own history: 90 days, no trail needed, newest first, minutes late. */
export function createCloudTrailActors(options: TrailOptions): ActorSource {
  const takeTurn = createTurns(options.clock);
  return {
    async list(account, target, since, explains) {
      const client = await createTrailClient(options, account);
      const question = { account, key: 'ResourceName', value: resourceName(target), since } as const;
      try {
        for await (const { events } of trailPages(client, question, MOST_PAGES, takeTurn)) {
          const found = events
            .flatMap((event) => parseActor(event, account, target) ?? [])
            .filter(({ eventName }) => explains(eventName));
          if (found.length > 0) return found;
        }
        return [];
      } finally {
        client.destroy();
      }
    },
  };
}

/** Who changed the target, if this event tells of that: not of a read, a failed call, our own write, or something else of that name. */
function parseActor(event: Event, account: Account, target: ChangeTarget): KnownActor | undefined {
  const record = readTrailRecord(parseRecord(event), 'lookup', [account]);
  if (record.kind === 'ignored') return undefined;
  const { change } = record;
  return targetKey(change.target) === targetKey(target) ? change.actor : undefined;
}
