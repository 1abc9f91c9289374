import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../../../shared/domain/kernel/json.ts';
import { hasServiceScope } from '../loopback/credential-scope.ts';
import type { LoopbackAnswer, LoopbackRequest } from '../loopback/loopback-server.ts';
import type { TargetFailure } from './target-failure.ts';

/** An event as a rule of its bus sees it. */
export interface BusEvent {
  /** ARN of the bus. */
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

interface Buses {
  readonly buses: ReadonlySet<string>;
  readonly events: BusEvent[];
}

/** A failure that is no connection's. */
type ServiceFailure = Exclude<TargetFailure, string> | undefined;

// EventBridge service model, PutEventsRequest; User Guide, calculating entry size: 262,144 bytes for the whole request.
const entry = z.object({
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string().max(2048)).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().min(1).max(1600).optional(),
});
type Entry = z.output<typeof entry>;
const putEvents = z.object({ Entries: z.array(entry).min(1).max(10) });
const describe = z.object({ Name: z.string().min(1).max(1600) });
const LARGEST_REQUEST = 262_144;

export function answerEvents(
  request: LoopbackRequest,
  world: Buses,
  failure: ServiceFailure,
): LoopbackAnswer {
  if (failure && 'code' in failure) return refuse(failure.status, failure.code, failure.message);
  if (!hasServiceScope(request.headers, 'events')) return refuse(400, 'MissingAuthenticationTokenException');
  const operation = String(request.headers['x-amz-target']).replace(/^AWSEvents\./, '');
  const input: unknown = parseJson(request.text);
  if (operation === 'DescribeEventBus') return describeBus(input, world);
  if (operation !== 'PutEvents') return refuse(400, 'UnknownOperationException');
  const parsed = putEvents.safeParse(input);
  if (!parsed.success) return refuse(400, 'ValidationException', z.prettifyError(parsed.error));
  const { Entries: entries } = parsed.data;
  if (entries.reduce((sum, one) => sum + entrySize(one), 0) >= LARGEST_REQUEST)
    return refuse(400, 'ValidationException', 'Total size of the entries in the request is over the limit.');
  const results = entries.map((one) =>
    failure ? { ErrorCode: failure.entry, ErrorMessage: 'Told to fail.' } : put(one, world),
  );
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return reply(200, { FailedEntryCount: failed, Entries: results });
}

/** 14 bytes for the time, and every text as UTF-8 (User Guide, calculating PutEvents entry size). */
function entrySize({ Time, Source = '', DetailType = '', Detail = '', Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

/** An entry fails alone (API Reference, PutEventsResultEntry). A bus that is not there takes it, and drops it (aws/aws-cli issue 9186). */
function put(one: Entry, { buses, events }: Buses) {
  const problem = findProblem(one);
  if (problem) return problem;
  const {
    Source: source = '',
    DetailType: detailType = '',
    Detail = '',
    EventBusName: bus = 'default',
  } = one;
  if (buses.has(bus))
    events.push({ bus, source, detailType, resources: one.Resources, detail: parseJson(Detail) });
  return { EventId: randomUUID() };
}

function findProblem(one: Entry) {
  const { Source, DetailType, Detail = '' } = one;
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value);
  if (missing) return { ErrorCode: 'InvalidArgument', ErrorMessage: `${missing[0]} is a required argument.` };
  if (!z.looseObject({}).safeParse(parseJson(Detail)).success)
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return Source?.startsWith('aws.')
    ? { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
    : undefined;
}

function describeBus(input: unknown, { buses }: Buses): LoopbackAnswer {
  const parsed = describe.safeParse(input);
  if (!parsed.success) return refuse(400, 'ValidationException', z.prettifyError(parsed.error));
  const { Name: arn } = parsed.data;
  const name = arn.slice(arn.indexOf('/') + 1);
  return buses.has(arn)
    ? reply(200, { Arn: arn, Name: name })
    : refuse(400, 'ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

function refuse(status: number, code: string, message = 'Told to fail.'): LoopbackAnswer {
  return reply(status, { __type: code, message });
}

function reply(status: number, body: object): LoopbackAnswer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    text: JSON.stringify(body),
  };
}
