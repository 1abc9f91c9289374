import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback/loopback-server.ts';
import { answerEvents, type BusEvent } from './event-buses.ts';
import { answerSns, type TopicMessage } from './topics.ts';
import type { TargetFailure } from './target-failure.ts';

export interface LocalEventTargets {
  /** Endpoint of EventBridge and SNS for every Region. */
  readonly url: string;
  /** Makes a bus; gives its ARN. */
  createBus(name: string, region?: string): string;
  /** Makes a topic, a FIFO one when its name ends in `.fifo`; gives its ARN. */
  createTopic(name: string, region?: string): string;
  /** What came to buses, oldest first. */
  readonly events: readonly BusEvent[];
  /** What came to topics, oldest first. */
  readonly messages: readonly TopicMessage[];
  /** One for each of the next requests, in order. */
  failNext(...failures: readonly TargetFailure[]): void;
  close(): Promise<void>;
}

export const targetOperations = ['PutEvents', 'DescribeEventBus', 'Publish', 'GetTopicAttributes'];

const ACCOUNT = '111122223333';

/** EventBridge and SNS on loopback, in memory. What they keep to is written in README.md. */
export async function startLocalEventTargets(port = 0): Promise<LocalEventTargets> {
  const buses = new Set<string>();
  const topics = new Set<string>();
  const events: BusEvent[] = [];
  const messages: TopicMessage[] = [];
  const failures: TargetFailure[] = [];
  const answer = (request: LoopbackRequest): LoopbackOutcome => {
    const failure = failures.shift();
    if (typeof failure === 'string') return failure;
    return request.headers['x-amz-target'] === undefined
      ? answerSns(request, { topics, messages }, failure)
      : answerEvents(request, { buses, events }, failure);
  };
  const server = await startLoopbackServer((request) => Promise.resolve(answer(request)), port);
  return {
    url: server.url,
    events,
    messages,
    createBus(name, region = 'us-east-1') {
      const arn = `arn:aws:events:${region}:${ACCOUNT}:event-bus/${name}`;
      buses.add(arn);
      return arn;
    },
    createTopic(name, region = 'us-east-1') {
      const arn = `arn:aws:sns:${region}:${ACCOUNT}:${name}`;
      topics.add(arn);
      return arn;
    },
    failNext(...next) {
      failures.push(...next);
    },
    close: () => server.close(),
  };
}
