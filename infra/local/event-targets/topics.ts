import { randomUUID } from 'node:crypto';
import type { LoopbackAnswer, LoopbackRequest } from '../loopback/loopback-server.ts';
import { hasServiceScope } from '../loopback/credential-scope.ts';
import type { TargetFailure } from './target-failure.ts';

/** A message as a subscription of its topic sees it. */
export interface TopicMessage {
  /** ARN of the topic. */
  readonly topic: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a FIFO topic. */
  readonly group?: string;
  readonly deduplicationId?: string;
}

interface Topics {
  readonly topics: ReadonlySet<string>;
  readonly messages: TopicMessage[];
}

/** SNS API Reference, Publish: 256 KB for the message and its attributes. */
const LARGEST_MESSAGE = 262_144;
const fifoId = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** The AWS query protocol: a form in, XML out (SNS service model). */
export function answerSns(
  request: LoopbackRequest,
  world: Topics,
  failure: Exclude<TargetFailure, string> | undefined,
): LoopbackAnswer {
  if (failure && 'code' in failure) return refuse(failure.status, failure.code, failure.message ?? '');
  if (failure) return refuse(400, failure.entry, '');
  if (!hasServiceScope(request.headers, 'sns'))
    return refuse(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  const form = new URLSearchParams(request.text);
  const topic = form.get('TopicArn') ?? '';
  if (!world.topics.has(topic)) return refuse(404, 'NotFound', 'Topic does not exist');
  const action = form.get('Action');
  if (action === 'GetTopicAttributes')
    return reply(
      action,
      `<Attributes><entry><key>TopicArn</key><value>${topic}</value></entry></Attributes>`,
    );
  if (action !== 'Publish') return refuse(400, 'InvalidAction', 'The action is not valid for this endpoint.');
  return publish(form, topic, world.messages);
}

function publish(form: URLSearchParams, topic: string, messages: TopicMessage[]): LoopbackAnswer {
  const message = form.get('Message') ?? '';
  if (message === '') return refuse(400, 'InvalidParameter', 'Invalid parameter: Empty message');
  const attributes = readAttributes(form);
  if (!attributes) return refuse(400, 'ParameterValueInvalid', 'A message attribute is not valid.');
  const size = [message, ...Object.entries(attributes).flat()].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
  if (size > LARGEST_MESSAGE) return refuse(400, 'InvalidParameter', 'Invalid parameter: Message too long');
  const [group, deduplicationId] = [form.get('MessageGroupId'), form.get('MessageDeduplicationId')];
  const problem = findFifoProblem(topic, group, deduplicationId);
  if (problem !== undefined) return refuse(400, 'InvalidParameter', `Invalid parameter: ${problem}`);
  const isRepeated =
    deduplicationId !== null &&
    messages.some((one) => one.topic === topic && one.deduplicationId === deduplicationId);
  if (!isRepeated)
    messages.push({
      topic,
      message,
      attributes,
      ...(group === null ? {} : { group }),
      ...(deduplicationId === null ? {} : { deduplicationId }),
    });
  return reply('Publish', `<MessageId>${randomUUID()}</MessageId>`);
}

/** `undefined` where one is not valid: a name, a data type and a value that is not empty (SNS Developer Guide, message attributes). */
function readAttributes(form: URLSearchParams): Readonly<Record<string, string>> | undefined {
  const attributes: Record<string, string> = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index += 1) {
    const entry = `MessageAttributes.entry.${index}`;
    const name = form.get(`${entry}.Name`) ?? '';
    const value = form.get(`${entry}.Value.StringValue`) ?? '';
    if (!/^[\w.-]{1,256}$/.test(name) || form.get(`${entry}.Value.DataType`) !== 'String' || value === '')
      return undefined;
    attributes[name] = value;
  }
  return attributes;
}

/** A FIFO topic wants a group and, without content-based deduplication, an id (SNS API Reference, Publish). */
function findFifoProblem(topic: string, group: string | null, id: string | null): string | undefined {
  if (!topic.endsWith('.fifo'))
    return id === null ? undefined : 'The MessageDeduplicationId parameter is only valid for FIFO topics';
  if (group === null || !fifoId.test(group))
    return 'The MessageGroupId parameter is required for FIFO topics';
  if (id === null || !fifoId.test(id))
    return 'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
  return undefined;
}

function reply(action: string, result: string): LoopbackAnswer {
  return xml(
    200,
    `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
}

function refuse(status: number, code: string, message: string): LoopbackAnswer {
  return xml(
    status,
    `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
}

const xml = (status: number, text: string): LoopbackAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  text,
});
