import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { Account } from '../../domain/configuration/configuration.ts';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import { readTrailUse, type TrailUse, type TrailUses } from '../../domain/verify/uses.ts';
import type { TrailUseSource } from '../../ports/accounts.ts';
import type { TrailOptions, TrailQuestion } from './trail-client.ts';
import { createTrailClient, parseRecord, trailPages, createTurns } from './trail-client.ts';
import { formatInstant, DAY_MS } from '../../domain/kernel/durations.ts';
import { homeRegions } from '../../domain/kernel/arn.ts';

const HISTORY_MS = 90 * DAY_MS;
/** Of everybody's uses of roles in the account: five seconds, and 500 of them. */
const MOST_PAGES = 10;

const unreadableRecords = (account: string) =>
  `cloudtrail:LookupEvents in ${account}: its events hold no record that can be read.`;

/**
 * Looks in CloudTrail's history for AssumeRoleWithWebIdentity. By the subject, which is the name of the user there, the
 * last use is found however busy the account is; what STS refused may lack it, and is looked for among everybody's.
 */
export function createCloudTrailUses(options: TrailOptions): TrailUseSource {
  const takeTurn = createTurns(options.clock);

  async function search(
    client: CloudTrailClient,
    question: TrailQuestion,
    roleArn: string,
  ): Promise<Pick<TrailUses, 'uses' | 'since'>> {
    const uses: TrailUse[] = [];
    const mostPages = question.key === 'Username' ? 1 : MOST_PAGES;
    let oldest = options.clock.now();
    for await (const { events, isLast } of trailPages(client, question, mostPages, takeTurn)) {
      const records = events.map(parseRecord);
      // "No use" rests on records that were read: where none could be, nothing is known.
      if (records.length > 0 && records.every((record) => record === undefined))
        throw new UpstreamError('trail.unreadable', unreadableRecords(question.account.id));
      uses.push(...records.flatMap((record) => readTrailUse(record, roleArn) ?? []));
      const times = events.flatMap(({ EventTime: time }) => time?.getTime() ?? []);
      oldest = isLast ? question.since : Math.min(oldest, ...times);
    }
    return { uses, since: formatInstant(oldest) };
  }

  async function searchRegion(
    account: Account,
    { arn, subjects }: Parameters<TrailUseSource['find']>[1],
    region: string,
  ): Promise<Omit<TrailUses, 'readAt'>> {
    const client = await createTrailClient(options, account, region);
    const since = options.clock.now() - HISTORY_MS;
    try {
      const own: Pick<TrailUses, 'uses' | 'since'>[] = [];
      for (const value of subjects)
        own.push(await search(client, { account, key: 'Username', value, since }, arn));
      const question = { account, key: 'EventName', value: 'AssumeRoleWithWebIdentity', since } as const;
      const all = await search(client, question, arn);
      const successesSince = own.length > 0 ? latest(own.map((one) => one.since)) : all.since;
      // What everybody did comes first: it alone has the uses of one second in their order.
      return { uses: [...all.uses, ...own.flatMap(({ uses }) => uses)], since: all.since, successesSince };
    } finally {
      client.destroy();
    }
  }

  return {
    async find(account, role, regions) {
      const readAt = formatInstant(options.clock.now());
      const found: Omit<TrailUses, 'readAt'>[] = [];
      for (const region of regions.length > 0 ? regions : [homeRegions[account.partition]])
        found.push(await searchRegion(account, role, region));
      const uses = new Map(found.flatMap((one) => one.uses).map((use) => [use.eventId, use]));
      // What is said to be whole is whole in every Region.
      const since = latest(found.map((one) => one.since));
      const successesSince = latest(found.map((one) => one.successesSince));
      return { uses: [...uses.values()], since, successesSince, readAt };
    },
  };
}

const latest = (times: readonly string[]): string =>
  times.reduce((last, next) => (next > last ? next : last), '');
