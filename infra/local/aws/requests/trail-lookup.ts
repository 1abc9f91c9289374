import * as z from 'zod';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Dispatch } from './dispatch.ts';
import { admit, parseBody, type JsonRequest } from './json-request.ts';
import { JsonError, answerJson, type JsonAnswer } from '../protocol/json-answer.ts';
import { createTokenBuckets } from '../protocol/token-buckets.ts';
import { listResources, type TrailEvent } from '../cloudtrail/trail.ts';
import { DAY_MS } from '../../../../shared/domain/kernel/durations.ts';

/** CloudTrail's event history: LookupEvents alone, in AWS JSON 1.1 (CloudTrail API Reference, LookupEvents). */
export const lookupTarget = /^(?:com\.amazonaws\.cloudtrail\.v20131101\.)?CloudTrail_20131101\.LookupEvents$/;

const epochSeconds = z.number().transform((seconds) => seconds * 1_000);
const attributeKeys = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
] as const;

/** What is not played, events of CloudTrail Insights, is refused. */
const request = z.strictObject({
  LookupAttributes: z
    .array(z.object({ AttributeKey: z.enum(attributeKeys), AttributeValue: z.string().min(1).max(2_000) }))
    .max(1)
    .default([]),
  StartTime: epochSeconds.default(-Infinity),
  EndTime: epochSeconds.default(Infinity),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
});

const HISTORY_MS = 90 * DAY_MS;
/** In each account and Region (CloudTrail User Guide, quotas). */
const RATE = { perSecond: 2, burst: 2 };

export type TrailLookup = (request: JsonRequest) => JsonAnswer;

export function createTrailLookup(cloud: Dispatch, events: readonly TrailEvent[]): TrailLookup {
  const takeToken = createTokenBuckets(RATE);

  function queryEvents({ headers, body }: JsonRequest): object {
    const { caller, now, asOf } = admit(cloud, headers, 'cloudtrail:LookupEvents');
    const region = parseCredentialScope(headers)?.region ?? '';
    if (!takeToken(`${caller.account.id} ${region}`, now))
      throw new JsonError('ThrottlingException', 'Rate exceeded');
    const wanted = parseBody(request, body, 'InvalidParameterCombinationException');
    if (wanted.StartTime > wanted.EndTime)
      throw new JsonError('InvalidTimeRangeException', 'The start time is after the end time.');
    const found = events
      .filter((event) => isVisible(event, caller, region) && isWanted(event, wanted))
      .filter(
        (event) => Date.parse(event.eventTime) <= asOf && Date.parse(event.eventTime) > now - HISTORY_MS,
      )
      .reverse();
    return paginate(found, wanted, cloud.settings.pageSize);
  }

  return (asked) => answerJson(() => queryEvents(asked));
}

type Wanted = z.output<typeof request>;

function isVisible(event: TrailEvent, { account }: Caller, region: string): boolean {
  return event.recipientAccountId === account.id && event.awsRegion === region;
}

function isWanted(
  event: TrailEvent,
  { LookupAttributes: [attribute], StartTime: start, EndTime: end }: Wanted,
): boolean {
  const at = Date.parse(event.eventTime);
  if (at < start || at > end) return false;
  return (
    attribute === undefined || listValues(event, attribute.AttributeKey).includes(attribute.AttributeValue)
  );
}

function listValues(event: TrailEvent, key: (typeof attributeKeys)[number]): readonly (string | undefined)[] {
  switch (key) {
    case 'EventId':
      return [event.eventID];
    case 'EventName':
      return [event.eventName];
    case 'EventSource':
      return [event.eventSource];
    case 'ReadOnly':
      return [String(event.readOnly)];
    case 'Username':
      return [readUserName(event)];
    case 'AccessKeyId':
      return [readText(event.userIdentity['accessKeyId'])];
    case 'ResourceType':
      return listResources(event).map(({ type }) => type);
    case 'ResourceName':
      return listResources(event).map(({ name }) => name);
  }
}

/** Of a session its name (CloudTrail User Guide, viewing event history). */
function readUserName({ userIdentity }: TrailEvent): string | undefined {
  return readText(userIdentity['userName']) ?? readText(userIdentity['arn'])?.split('/').at(-1);
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The token says after which event to go on, so that new events in between move nothing. */
function paginate(found: readonly TrailEvent[], { MaxResults, NextToken }: Wanted, pageSize: number): object {
  const start = NextToken === undefined ? 0 : 1 + found.findIndex(({ eventID }) => eventID === NextToken);
  if (NextToken !== undefined && start === 0)
    throw new JsonError('InvalidNextTokenException', 'Invalid token.');
  const page = found.slice(start, start + Math.min(MaxResults, pageSize));
  const last = page.at(-1);
  const hasMore = start + page.length < found.length;
  return { Events: page.map(shown), ...(hasMore && last && { NextToken: last.eventID }) };
}

function shown(event: TrailEvent): object {
  return {
    EventId: event.eventID,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    EventTime: Date.parse(event.eventTime) / 1_000,
    EventSource: event.eventSource,
    Username: readUserName(event),
    AccessKeyId: readText(event.userIdentity['accessKeyId']),
    Resources: listResources(event).map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(event),
  };
}
