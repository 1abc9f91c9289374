import { TransientError } from '../../domain/kernel/errors.ts';
import type { Event, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import {
  CloudTrailClient,
  LookupEventsCommand,
  CloudTrailServiceException,
} from '@aws-sdk/client-cloudtrail';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import { translateFailure } from '../../domain/kernel/aws-common-errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { homeRegions } from '../../domain/kernel/arn.ts';
import { createRequestHandler } from '../signed-requests/request-handler.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TrailOptions {
  readonly clock: Clock;
  /** Of a session in the account that may do cloudtrail:LookupEvents; `undefined`: the SDK's default chain is asked. */
  readonly getCredentials: (account: Account) => Promise<Credentials | undefined>;
  /** Without it the SDK's own rules and variables decide. */
  readonly endpoint?: string;
}

export async function createTrailClient(
  { getCredentials, endpoint }: TrailOptions,
  account: Account,
  region = homeRegions[account.partition],
): Promise<CloudTrailClient> {
  const credentials = await getCredentials(account);
  return new CloudTrailClient({
    region,
    ...(credentials ? { credentials } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
    // Turns are taken here; the SDK's own tries would come on top of two requests a second.
    maxAttempts: 1,
    requestHandler: createRequestHandler(),
  });
}

/** What is asked for. One attribute can be (CloudTrail API Reference, LookupEvents). */
export interface TrailQuestion {
  readonly account: Account;
  readonly key: 'ResourceName' | 'EventName' | 'Username';
  readonly value: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Newest first, and not more pages than that. */
export async function* trailPages(
  client: CloudTrailClient,
  { account, key, value, since }: TrailQuestion,
  mostPages: number,
  takeTurn: (account: string) => Promise<void>,
): AsyncGenerator<{ readonly events: readonly Event[]; readonly isLast: boolean }> {
  let token: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: key, AttributeValue: value }],
      // Records know seconds.
      StartTime: new Date(Math.floor(since / 1_000) * 1_000),
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const answer = await sendInTurn(client, command, account.id, takeTurn);
    token = answer.NextToken;
    yield { events: answer.Events ?? [], isLast: token === undefined };
    if (token === undefined) return;
  }
}

/** Others in the account may have used up its two requests a second. */
const TRIES = 3;

/** A request that CloudTrail throttles waits for another turn. */
async function sendInTurn(
  client: CloudTrailClient,
  command: LookupEventsCommand,
  account: string,
  takeTurn: (account: string) => Promise<void>,
): Promise<LookupEventsCommandOutput> {
  for (let left = TRIES - 1; ; left -= 1) {
    await takeTurn(account);
    try {
      return await callTrail(account, () => client.send(command));
    } catch (error) {
      if (left === 0 || !isThrottled(error)) throw error;
    }
  }
}

const isThrottled = (error: unknown): boolean =>
  error instanceof TransientError && error.code === 'trail.throttled';

/** The record itself, of whatever shape. */
export const parseRecord = ({ CloudTrailEvent: text = '' }: Event): unknown => parseJson(text);

const ACTION = 'cloudtrail:LookupEvents';

/** Runs one read; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function callTrail<Answer>(account: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const call = { action: ACTION, target: `in ${account}`, prefix: 'trail' };
    throw translateFailure(error, call, error instanceof CloudTrailServiceException);
  }
}

/** LookupEvents: two requests a second in each account and Region (CloudTrail User Guide, quotas), shared with everybody there. */
const GAP_MS = 500;

/** Resolves when the next request may be sent in the account; requests wait in the order in which they came. */
export function createTurns(clock: Clock): (account: string) => Promise<void> {
  const free = new Map<string, number>();
  return async (account) => {
    const now = clock.now();
    const turn = Math.max(free.get(account) ?? -Infinity, now);
    free.set(account, turn + GAP_MS);
    if (turn > now) await clock.sleep(turn - now);
  };
}
