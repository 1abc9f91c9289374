import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ReceivedMessage, SentMessage } from './fifo-queue.ts';
import type { NamedQueue, QueueStore } from './queue-store.ts';
import * as requests from './requests.ts';
import { ServiceError } from './service-error.ts';

export interface QueueService {
  readonly store: QueueStore;
  readonly url: () => string;
  readonly now: () => number;
  /** Resolves after a while, or as soon as something was sent. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

type Operation = (service: QueueService, input: unknown) => object | Promise<object>;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['CreateQueue', createQueue],
  ['GetQueueUrl', getQueueUrl],
  ['GetQueueAttributes', getQueueAttributes],
  ['SendMessage', sendMessage],
  ['SendMessageBatch', sendMessageBatch],
  ['ReceiveMessage', receiveMessage],
  ['DeleteMessage', deleteMessage],
  ['DeleteMessageBatch', deleteMessageBatch],
  ['ChangeMessageVisibility', changeMessageVisibility],
]);

export const queueOperations: readonly string[] = [...operations.keys()];

/** Throws ServiceError for what SQS refuses. */
export async function perform(service: QueueService, name: string, body: string): Promise<object> {
  const operation = operations.get(name);
  if (!operation) throw new ServiceError('UnknownOperationException', `There is no ${name} here.`);
  try {
    return await operation(service, JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ServiceError('SerializationException', 'No JSON.');
    if (error instanceof z.ZodError) throw new ServiceError('InvalidParameterValue', z.prettifyError(error));
    throw error;
  }
}

export function queueUrl(service: Pick<QueueService, 'url'>, { name, arn }: NamedQueue): string {
  return `${service.url()}/${arn.split(':')[4] ?? ''}/${name}`;
}

function createQueue(service: QueueService, input: unknown) {
  const request = requests.CreateQueue.parse(input);
  return {
    QueueUrl: queueUrl(service, service.store.create(request.QueueName, requests.toQueueSettings(request))),
  };
}

function getQueueUrl(service: QueueService, input: unknown) {
  const { QueueName: name } = requests.GetQueueUrl.parse(input);
  return { QueueUrl: queueUrl(service, service.store.find(name)) };
}

function getQueueAttributes({ store, now }: QueueService, input: unknown) {
  const { QueueUrl: url, AttributeNames: names } = requests.GetQueueAttributes.parse(input);
  const queue = store.find(url);
  const { delaySeconds, visibilitySeconds, isContentDeduplicated, redrive } = queue.settings;
  const { visible, inFlight, delayed } = queue.counts(now());
  const all = {
    QueueArn: queue.arn,
    FifoQueue: 'true',
    ContentBasedDeduplication: String(isContentDeduplicated),
    DelaySeconds: String(delaySeconds),
    VisibilityTimeout: String(visibilitySeconds),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ...(redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: redrive.deadLetterArn,
        maxReceiveCount: redrive.maxReceives,
      }),
    }),
  };
  return { Attributes: chosen(all, names) };
}

function sendMessage(service: QueueService, input: unknown) {
  const entry = requests.SendMessage.parse(input);
  return sentAnswer(entry.MessageBody, send(service, service.store.find(entry.QueueUrl), entry));
}

function sendMessageBatch(service: QueueService, input: unknown) {
  const { QueueUrl: url, Entries: entries } = requests.SendMessageBatch.parse(input);
  const queue = service.store.find(url);
  return performBatch(entries, (entry) => sentAnswer(entry.MessageBody, send(service, queue, entry)));
}

function send({ now }: QueueService, queue: NamedQueue, entry: Omit<requests.SendEntry, 'QueueUrl'>) {
  const { MessageBody: body, MessageGroupId: group, MessageDeduplicationId: given } = entry;
  const deduplicationId = given ?? (queue.settings.isContentDeduplicated ? sha256(body) : undefined);
  if (deduplicationId !== undefined) return queue.send({ body, group, deduplicationId }, now());
  throw new ServiceError(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

async function receiveMessage(service: QueueService, input: unknown) {
  const request = requests.ReceiveMessage.parse(input);
  const queue = service.store.find(request.QueueUrl);
  const names = [...request.AttributeNames, ...request.MessageSystemAttributeNames];
  const take = () => queue.receive(request.MaxNumberOfMessages, service.now(), request.VisibilityTimeout);
  const messages = await untilSome(take, request.WaitTimeSeconds * 1_000, service);
  // An answer without messages has no such member.
  return messages.length === 0 ? {} : { Messages: messages.map((message) => receivedAnswer(message, names)) };
}

/** A long poll takes real time; how much of it passes on the service's own clock is that clock's affair. */
async function untilSome<Item>(
  take: () => readonly Item[],
  waitMs: number,
  { pause }: QueueService,
): Promise<readonly Item[]> {
  const end = Date.now() + waitMs;
  for (let items = take(); ; items = take()) {
    const left = end - Date.now();
    if (items.length > 0 || left <= 0) return items;
    await pause(left);
  }
}

function deleteMessage({ store, now }: QueueService, input: unknown) {
  const { QueueUrl: url, ReceiptHandle: handle } = requests.DeleteMessage.parse(input);
  store.find(url).remove(handle, now());
  return {};
}

function deleteMessageBatch({ store, now }: QueueService, input: unknown) {
  const { QueueUrl: url, Entries: entries } = requests.DeleteMessageBatch.parse(input);
  const queue = store.find(url);
  return performBatch(entries, ({ ReceiptHandle: handle }) => {
    queue.remove(handle, now());
    return {};
  });
}

function changeMessageVisibility({ store, now }: QueueService, input: unknown) {
  const request = requests.ChangeMessageVisibility.parse(input);
  store.find(request.QueueUrl).changeVisibility(request.ReceiptHandle, request.VisibilityTimeout, now());
  return {};
}

const LARGEST_BATCH = 10;

/** A batch is one request with 200, in which each entry succeeds or fails by itself. */
function performBatch<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  perform: (entry: Entry) => object,
) {
  if (entries.length === 0) throw new ServiceError('EmptyBatchRequest', 'There are no entries.');
  if (entries.length > LARGEST_BATCH)
    throw new ServiceError('TooManyEntriesInBatchRequest', 'A batch has ten entries at most.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new ServiceError('BatchEntryIdsNotDistinct', 'Two entries have one id.');
  const outcomes = entries.map((entry) => performEntry(entry, perform));
  return {
    Successful: outcomes.filter((outcome) => !('Code' in outcome)),
    Failed: outcomes.filter((outcome) => 'Code' in outcome),
  };
}

function performEntry<Entry extends { readonly Id: string }>(
  entry: Entry,
  perform: (entry: Entry) => object,
) {
  try {
    return { Id: entry.Id, ...perform(entry) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true };
  }
}

/** Of a repeated message, id and number are those of the first; the checksum is of what was sent, for the sender to check. */
function sentAnswer(body: string, { id, sequence }: SentMessage) {
  return { MessageId: id, MD5OfMessageBody: md5(body), SequenceNumber: sequence };
}

function receivedAnswer(message: ReceivedMessage, names: readonly string[]) {
  const attributes = {
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ApproximateReceiveCount: String(message.receives),
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.group,
    SenderId: 'AIDALOCALSENDER',
    SentTimestamp: String(message.sentAt),
    SequenceNumber: message.sequence,
  };
  return {
    MessageId: message.id,
    ReceiptHandle: message.handle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(names.length > 0 && { Attributes: chosen(attributes, names) }),
  };
}

function chosen(all: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)),
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** The SDK checks it (SQS API Reference, MD5OfMessageBody). */
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
