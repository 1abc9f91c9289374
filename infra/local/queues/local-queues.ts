import type { LoopbackAnswer, LoopbackOutcome, LoopbackRequest } from '../loopback/loopback-server.ts';
import { hasServiceScope } from '../loopback/credential-scope.ts';
import { startLoopbackServer } from '../loopback/loopback-server.ts';
import type { QueueSettings, SentMessage } from './fifo-queue.ts';
import { perform, queueUrl, type QueueService } from './operations.ts';
import { createQueueStore } from './queue-store.ts';
import { ServiceError } from './service-error.ts';

/** What the next request meets: an error, a batch of which no entry is taken, no answer ever, or a closed connection. */
export type QueueFailure =
  | { readonly code: string; readonly status?: number }
  | { readonly entryCode: string }
  | 'hang'
  | 'drop';

export interface LocalQueuesOptions {
  /** Epoch milliseconds. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Default: a free one. */
  readonly port?: number;
}

export interface LocalQueue {
  readonly url: string;
  readonly arn: string;
  /** All that it holds, in order: visible, delayed and in flight. */
  messages(): readonly SentMessage[];
}

export interface LocalQueues {
  /** Endpoint for the clients. */
  readonly url: string;
  /** Makes a FIFO queue, or gives the one of that name. `name` ends with `.fifo`. */
  create(name: string, settings?: Partial<QueueSettings>): LocalQueue;
  /** One for each of the next requests, in order. */
  failNext(...failures: readonly QueueFailure[]): void;
  close(): Promise<void>;
}

const defaults: QueueSettings = { delaySeconds: 0, visibilitySeconds: 30, isContentDeduplicated: false };
/** How often a long poll looks again by itself: time may have passed on a clock that it cannot wait on. */
const POLL_MS = 50;

/** SQS on loopback, FIFO queues only, in memory. What it keeps to is written in README.md. */
export async function startLocalQueues(options: LocalQueuesOptions = {}): Promise<LocalQueues> {
  const { now = Date.now, port = 0 } = options;
  const store = createQueueStore();
  const failures: QueueFailure[] = [];
  const bell = createBell();
  const server = await startLoopbackServer((request) => {
    const failure = failures.shift();
    return failure === undefined
      ? answer(service, request, bell.ring)
      : Promise.resolve(toOutcome(failure, request));
  }, port);
  const service: QueueService = { store, now, url: () => server.url, pause: bell.wait };
  return {
    url: server.url,
    create(name, settings) {
      const queue = store.create(name, { ...defaults, ...settings });
      return { url: queueUrl(service, queue), arn: queue.arn, messages: () => queue.messages() };
    },
    failNext(...next) {
      failures.push(...next);
    },
    async close() {
      bell.ring();
      await server.close();
    },
  };
}

/** Wakes those who poll when something was sent. */
function createBell() {
  const waiting = new Set<() => void>();
  return {
    ring: () => {
      for (const wake of waiting) wake();
    },
    wait: (milliseconds: number) =>
      new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(milliseconds, POLL_MS));
        waiting.add(wake);
      }),
  };
}

async function answer(
  service: QueueService,
  { headers, text }: LoopbackRequest,
  ring: () => void,
): Promise<LoopbackAnswer> {
  const operation = String(headers['x-amz-target']).replace(/^AmazonSQS\./, '');
  try {
    requireSignature(headers);
    const output = await perform(service, operation, text);
    if (operation.startsWith('Send')) ring();
    return reply(200, JSON.stringify(output));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return refusal(error);
  }
}

/** That there is one; it is not verified. */
function requireSignature(headers: LoopbackRequest['headers']): void {
  if (hasServiceScope(headers, 'sqs')) return;
  throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
}

function toOutcome(failure: QueueFailure, { text }: LoopbackRequest): LoopbackOutcome {
  if (typeof failure === 'string') return failure;
  if ('code' in failure) return refusal(new ServiceError(failure.code, 'Told to fail.'), failure.status);
  const { Entries: entries = [] } = JSON.parse(text) as {
    readonly Entries?: readonly { readonly Id: string }[];
  };
  const failed = entries.map(({ Id }) => ({
    Id,
    Code: failure.entryCode,
    Message: 'Told to fail.',
    SenderFault: false,
  }));
  return reply(200, JSON.stringify({ Successful: [], Failed: failed }));
}

function refusal(error: ServiceError, status = 400): LoopbackAnswer {
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message });
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return reply(status, body, { 'x-amzn-query-error': `${error.queryCode};${fault}` });
}

function reply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): LoopbackAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', ...headers }, text };
}
