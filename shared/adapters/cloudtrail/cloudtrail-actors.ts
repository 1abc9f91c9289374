import type { Event, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { KnownActor } from '../../domain/actor.ts';
import type { Partition } from '../../domain/arn.ts';
import type { ChangeTarget } from '../../domain/change-target.ts';
import { resourceName, targetKey } from '../../domain/change-target.ts';
import type { Account } from '../../domain/configuration.ts';
import { readTrailRecord } from '../../domain/iam-change.ts';
import type { ActorSource } from '../../ports/attribution.ts';
import type { Clock } from '../../ports/clock.ts';
import { reading } from './errors.ts';
import { createTurns } from './turns.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface CloudTrailActorsOptions {
  readonly clock: Clock;
  /** Of a session in the account that may do cloudtrail:LookupEvents; `undefined`: the SDK's default chain is asked. */
  readonly credentialsOf: (account: Account) => Promise<Credentials | undefined>;
  /** Without it the SDK's own rules and variables decide. */
  readonly endpoint?: string;
}

/** Where the events of a partition's IAM lie, whatever Region it was called from (CloudTrail User Guide, global service events). */
const homeRegions: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** Beyond that it is a role that is changed all day; who was the last is then on the first page. */
const MOST_PAGES = 5;

/**
 * Looks in CloudTrail's own history: 90 days, no trail needed, newest first, minutes late. One attribute can be asked
 * for; the rest is read from the records (CloudTrail API Reference, LookupEvents).
 */
export function createCloudTrailActors(options: CloudTrailActorsOptions): ActorSource {
  const takeTurn = createTurns(options.clock);

  async function find(
    account: Account,
    target: ChangeTarget,
    since: number,
  ): Promise<KnownActor | undefined> {
    const client = await createClient(options, account);
    try {
      for await (const page of pagesOf(client, account, target, since)) {
        const actor = page.map((event) => actorIn(event, account, target)).find((one) => one !== undefined);
        if (actor) return actor;
      }
      return undefined;
    } finally {
      client.destroy();
    }
  }

  async function* pagesOf(
    client: CloudTrailClient,
    account: Account,
    target: ChangeTarget,
    since: number,
  ): AsyncGenerator<readonly Event[]> {
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      await takeTurn(account.id);
      const command = new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: resourceName(target) }],
        // Records know seconds.
        StartTime: new Date(Math.floor(since / 1_000) * 1_000),
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const answer: LookupEventsCommandOutput = await reading(account.id, () => client.send(command));
      yield answer.Events ?? [];
      token = answer.NextToken;
      if (token === undefined) return;
    }
  }

  return { find };
}

async function createClient(
  { credentialsOf, endpoint }: CloudTrailActorsOptions,
  account: Account,
): Promise<CloudTrailClient> {
  const credentials = await credentialsOf(account);
  return new CloudTrailClient({
    region: homeRegions[account.partition],
    ...(credentials ? { credentials } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
    // Turns are taken here; the SDK's own tries would come on top of two requests a second.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}

/** Who changed the target, if this event tells of that: not of a read, a failed call, our own write, or something else of that name. */
function actorIn(
  { CloudTrailEvent: text }: Event,
  account: Account,
  target: ChangeTarget,
): KnownActor | undefined {
  const record = readTrailRecord(jsonIn(text), 'lookup', [account]);
  if (record.kind === 'ignored') return undefined;
  const { change } = record;
  return targetKey(change.target) === targetKey(target) ? change.actor : undefined;
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
