import type { CloudTrailClient, Event } from '@aws-sdk/client-cloudtrail';
import type { Account } from '../../domain/configuration/configuration.ts';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import { readNestedFields, isRecord } from '../../domain/kernel/json.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import { readRoleUse, type RoleUse, type RoleUses } from '../../domain/verify/role-uses.ts';
import type { RoleUseSource } from '../../ports/accounts.ts';
import type { TrailOptions, TrailQuestion } from './trail-client.ts';
import { createTrailClient, createTurns, parseRecord, trailPages } from './trail-client.ts';

/** Five hundred events, and five seconds, for each question in each Region. */
const MOST_PAGES = 10;

/** What was found, and how far back. */
interface Found<Item> {
  readonly items: readonly Item[];
  /** Epoch milliseconds. */
  readonly since: number;
}

interface Trail {
  readonly account: Account;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly client: CloudTrailClient;
  readonly takeTurn: (account: string) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Looks in CloudTrail's history for who assumed a role. Events of STS name the role as a resource, by its ARN (IAM User Guide,
 * logging IAM and AWS STS API calls), and LookupEvents finds an AssumeRole by that name. No public answer shows that it finds
 * an AssumeRoleWithWebIdentity so: the history itself tells it. Where it does not, those of all roles are read, once for
 * each account, Region and beginning of the search.
 */
export function createCloudTrailRoleUses(options: TrailOptions): RoleUseSource {
  const { clock } = options;
  const turns = new Map<string, (account: string) => Promise<void>>();
  const tokens = new Map<string, Promise<Found<unknown> | 'by-name'>>();
  const takeRegionTurn = (region: string) => remembered(turns, region, () => createTurns(clock));

  async function searchRegion(place: Pick<Trail, 'account' | 'region' | 'since'>, roleArn: RoleArn) {
    const { account, region } = place;
    const client = await createTrailClient(options, account, region);
    const trail: Trail = { ...place, client, takeTurn: takeRegionTurn(region), now: clock.now() };
    try {
      const named = await searchByName(trail, roleArn);
      const asked = `${account.id} ${region} ${place.since}`;
      const all = await remembered(tokens, asked, () => searchTokens(trail));
      return all === 'by-name' ? named : withTokens(named, all, roleArn);
    } finally {
      client.destroy();
    }
  }

  return {
    async list(account, roleArn, since, regions): Promise<RoleUses> {
      const found = await Promise.all(
        regions.map((region) => searchRegion({ account, region, since }, roleArn)),
      );
      return {
        uses: found.flatMap(({ items }) => items),
        since: Math.max(since, ...found.map((one) => one.since)),
        regions,
      };
    },
  };
}

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

async function* readPages(
  { account, since, client, takeTurn, now }: Trail,
  asked: Pick<TrailQuestion, 'key' | 'value'>,
) {
  let oldest = now;
  const question = { account, ...asked, since };
  for await (const { events, isLast } of trailPages(client, question, MOST_PAGES, takeTurn)) {
    const times = events.flatMap(({ EventTime: time }) => time?.getTime() ?? []);
    oldest = isLast ? since : Math.min(oldest, ...times);
    yield { events, records: events.map((event) => readRecord(event, account)), since: oldest, isLast };
  }
}

/** Every event that names the role as its resource. */
async function searchByName(trail: Trail, roleArn: RoleArn): Promise<Found<RoleUse>> {
  const items: RoleUse[] = [];
  let since = trail.now;
  for await (const page of readPages(trail, { key: 'ResourceName', value: roleArn })) {
    items.push(...page.records.flatMap((record) => readRoleUse(record, roleArn) ?? []));
    since = page.since;
  }
  return { items, since };
}

/** `by-name`: the uses of roles by tokens name their role as a resource, so that `searchByName` finds them all. */
async function searchTokens(trail: Trail): Promise<Found<unknown> | 'by-name'> {
  const items: unknown[] = [];
  let since = trail.now;
  for await (const page of readPages(trail, { key: 'EventName', value: 'AssumeRoleWithWebIdentity' })) {
    items.push(...page.records);
    since = page.since;
    const successes = page.events.filter(isSuccess);
    if (!page.isLast && successes.length > 0 && successes.every(namesRole)) return 'by-name';
  }
  return { items, since };
}

function withTokens(named: Found<RoleUse>, all: Found<unknown>, roleArn: RoleArn): Found<RoleUse> {
  const others = all.items.flatMap((record) => readRoleUse(record, roleArn) ?? []);
  return { items: [...named.items, ...others], since: Math.max(named.since, all.since) };
}

/** "Nobody" rests on records that were read: one that could not be may be of anybody. */
function readRecord(event: Event, { id }: Account): unknown {
  const record = parseRecord(event);
  if (record === undefined)
    throw new UpstreamError(
      'trail.unreadable',
      `cloudtrail:LookupEvents in ${id}: its events hold a record that cannot be read.`,
    );
  return record;
}

function isSuccess(event: Event): boolean {
  const record = parseRecord(event);
  return isRecord(record) && record['errorCode'] === undefined;
}

function namesRole(event: Event): boolean {
  const record = parseRecord(event);
  const arn = isRecord(record) ? readNestedFields(record, 'requestParameters')['roleArn'] : undefined;
  return event.Resources?.some(({ ResourceName: name }) => name !== undefined && name === arn) ?? false;
}
