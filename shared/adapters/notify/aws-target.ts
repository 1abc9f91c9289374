import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AwsWebhook, BusWebhook, TopicWebhook } from '../../domain/configuration/configuration.ts';
import { getTargetArn } from '../../domain/configuration/configuration.ts';
import { getEndpointDomain, splitArn } from '../../domain/kernel/arn.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { PermissionError } from '../../domain/kernel/errors.ts';
import { parseJson, readNestedFields } from '../../domain/kernel/json.ts';
import { complete, unknown, unreadBecause, type Reading } from '../../domain/kernel/result.ts';
import type { DeliveryOutcome } from '../../domain/notify/delivery.ts';
import type { EventLinks } from '../../domain/notify/event-links.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import { eventCatalogue } from '../../domain/records/event-catalogue.ts';
import type { SignedAnswer, SigningClient } from '../signed-requests/signed-request.ts';
import { makeJsonRequest, readServiceError, sendSigned } from '../signed-requests/signed-request.ts';
import { cloudEventBody } from './cloud-event.ts';

/** How requests to AWS are signed, and where they go. */
export interface AwsTargets {
  readonly client: SigningClient;
  /** Instead of the services' own, by the service. */
  readonly endpoints?: Readonly<Partial<Record<Service, string>>>;
}

type Service = 'events' | 'sns';

const DEADLINE_MS = 20_000;

/**
 * An entry of PutEvents, and a message of Publish with its attributes, may have 256 KB (EventBridge User Guide, calculating
 * entry size; SNS API Reference, Publish). What else is in them, and characters that take several bytes, fit beside this.
 */
const BODY_LIMIT = 200_000;

/** Sends one event. Rejects with PermissionError where azfed may not: no attempt is used up by that. */
export function sendToAws(
  targets: AwsTargets,
  webhook: AwsWebhook,
  event: PendingEvent,
  links: EventLinks,
): Promise<DeliveryOutcome> {
  const body = cloudEventBody(event, links, { limit: BODY_LIMIT });
  return webhook.format === 'sns'
    ? publish(targets, webhook, event, body)
    : putEvent(targets, webhook, event, body);
}

/** The CloudEvent is the detail, so that rules match on any field of it. */
async function putEvent(
  targets: AwsTargets,
  { bus }: BusWebhook,
  event: PendingEvent,
  body: string,
): Promise<DeliveryOutcome> {
  const { roleArn } = pickFields(event);
  const entry = {
    EventBusName: bus,
    Source: 'azfed',
    DetailType: event.type,
    Time: Date.parse(event.time) / 1_000,
    Resources: roleArn === undefined ? [] : [roleArn],
    Detail: body,
  };
  const answer = await ask(targets, 'events', bus, jsonRequest('PutEvents', { Entries: [entry] }));
  if (answer.status !== 200) return toRefusal('events:PutEvents', answer);
  return toEntryOutcome(answer.text);
}

const putEventsAnswer = z.object({
  FailedEntryCount: z.int(),
  Entries: z.tuple([
    z.object({
      EventId: z.string().optional(),
      ErrorCode: z.string().default('no code'),
      ErrorMessage: z.string().default(''),
    }),
  ]),
});

/** A status of 200 says nothing of the entry: it may have failed alone (EventBridge API Reference, PutEvents). */
function toEntryOutcome(text: string): DeliveryOutcome {
  const { data } = putEventsAnswer.safeParse(parseJson(text));
  if (!data) return refuse('EventBridge gave no readable answer.', true);
  const [{ EventId: id, ErrorCode: code, ErrorMessage: message }] = data.Entries;
  if (data.FailedEntryCount === 0 && id !== undefined) return { outcome: 'delivered' };
  if (code === 'AccessDeniedException') throw new PermissionError('events:PutEvents', `${code}: ${message}`);
  return refuse(`${code}: ${message}`, passingCodes.has(code));
}

/** Of PutEventsResultEntry those that are called retryable. */
const passingCodes: ReadonlySet<string> = new Set(['InternalFailure', 'ThrottlingException']);

/** Attributes are what subscriptions filter by. A FIFO topic keeps the order of a record and drops repeats of five minutes. */
async function publish(
  targets: AwsTargets,
  { topic }: TopicWebhook,
  event: PendingEvent,
  body: string,
): Promise<DeliveryOutcome> {
  const form = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: topic,
    Message: body,
    ...(topic.endsWith('.fifo') && {
      MessageGroupId: shorten(event.subject),
      MessageDeduplicationId: shorten(event.id),
    }),
  });
  const attributes = {
    type: event.type,
    severity: eventCatalogue[event.type].severity,
    ...pickFields(event),
  };
  for (const [index, [name, value]] of Object.entries(attributes).entries()) {
    const entry = `MessageAttributes.entry.${index + 1}`;
    form.append(`${entry}.Name`, name);
    form.append(`${entry}.Value.DataType`, 'String');
    form.append(`${entry}.Value.StringValue`, value);
  }
  const answer = await ask(targets, 'sns', topic, formRequest(form));
  return answer.status === 200 ? { outcome: 'delivered' } : toRefusal('sns:Publish', answer);
}

/** Both take 1 to 128 letters, digits and punctuation (SNS API Reference, Publish). */
const shorten = (text: string) => createHash('sha256').update(text).digest('hex');

/** What rules and filters ask for; only what is a text and not empty. */
function pickFields({ data }: PendingEvent): Readonly<Record<string, string>> {
  const read = (part: string, field: string) => {
    const text = readNestedFields(data, part)[field];
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  const fields = {
    organizationId: read('organization', 'id'),
    projectId: read('project', 'id'),
    connectionId: read('connection', 'id'),
    account: read('aws', 'account'),
    roleArn: read('aws', 'roleArn'),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Whether the bus or topic is there: EventBridge takes events for a bus that is not, and drops them (aws/aws-cli issue 9186). */
export async function examineAwsTarget(targets: AwsTargets, webhook: AwsWebhook): Promise<Reading<string>> {
  const arn = getTargetArn(webhook);
  const isTopic = webhook.format === 'sns';
  const request = isTopic
    ? formRequest(new URLSearchParams({ Action: 'GetTopicAttributes', Version: '2010-03-31', TopicArn: arn }))
    : jsonRequest('DescribeEventBus', { Name: arn });
  const action = isTopic ? 'sns:GetTopicAttributes' : 'events:DescribeEventBus';
  try {
    const answer = await ask(targets, isTopic ? 'sns' : 'events', arn, request);
    if (answer.status === 200) return complete(arn);
    const outcome = toRefusal(action, answer);
    const reason = outcome.outcome === 'delivered' ? '' : outcome.reason;
    return /^(?:NotFound|ResourceNotFoundException)/.test(reason)
      ? unknown('not-found', `There is no ${arn}.`)
      : unknown('unread', reason);
  } catch (error) {
    return unreadBecause(error);
  }
}

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** EventBridge service model. */
const jsonRequest = (operation: string, input: object): Request =>
  makeJsonRequest(`AWSEvents.${operation}`, input);

/** AWS query (SNS service model). */
const formRequest = (form: URLSearchParams): Request => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body: form.toString(),
});

function ask(
  { client, endpoints = {} }: AwsTargets,
  service: Service,
  arn: string,
  request: Request,
): Promise<SignedAnswer> {
  const { region } = splitArn(arn);
  const endpoint = endpoints[service] ?? `https://${service}.${region}.${getEndpointDomain(region)}`;
  const url = new URL('/', endpoint);
  return sendSigned(client, { service, region, url, ...request, timeoutMs: DEADLINE_MS });
}

/** Only the code and the message of an answer are used. Throws PermissionError. */
function toRefusal(action: string, { status, text }: SignedAnswer): DeliveryOutcome {
  if (status === 0) return refuse(text, true);
  const { code, message } = readServiceError(text);
  const reason = `${code} (HTTP ${status}): ${message}`;
  const kind = classifyCommonFailure(code, message);
  if (kind === 'refused' || code === 'AuthorizationError')
    throw new PermissionError(action, `The request was refused: ${reason}`);
  return refuse(reason, kind !== undefined || status >= 500 || status === 429 || missingCodes.has(code));
}

const missingCodes: ReadonlySet<string> = new Set(['NotFound', 'ResourceNotFoundException']);

const LONGEST_REASON = 300;

function refuse(reason: string, affectsAll: boolean): DeliveryOutcome {
  const short = reason.slice(0, LONGEST_REASON);
  return { outcome: 'refused', reason: short, ...(affectsAll ? { affectsAll: true } : {}) };
}
