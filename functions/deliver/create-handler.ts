import type { DynamoDBStreamEvent } from 'aws-lambda';
import { keysOfPending } from '../../shared/adapters/dynamodb/stream-records.ts';
import type { DeliverySummary } from '../../shared/application/delivery/deliver.ts';
import type { DeliverPorts } from '../../shared/application/delivery/deliver-run.ts';
import { FailedDelivery, deliver, deliverItems } from '../../shared/application/delivery/deliver.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { TableKey } from '../../shared/contract/table-keys.ts';
import { isChat, type Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import { isRecord } from '../../shared/domain/kernel/json.ts';
import { isPromptLane } from '../../shared/domain/notify/lane.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
import { UnknownEvent } from '../runtime/fifo-batch.ts';
import type { Handle } from '../runtime/start-function.ts';

/** From the schedule, every minute. */
export interface SweepEvent {
  readonly sweep: true;
}

export interface DeliverDependencies {
  readonly ports: DeliverPorts;
  /** The items as they are now. */
  readonly readItems: (keys: readonly TableKey[]) => Promise<readonly RecordedItem[]>;
  readonly webhooks: readonly Webhook[];
  readonly telemetry: Telemetry;
}

/** Kept back from the function's time: the sends that are under way end, and are recorded. */
const MARGIN_MS = 25_000;
/** A sweep ends before the next but one begins: what it leaves, that one takes up. */
const LONGEST_SWEEP_MS = 55_000;
/** What the stream brings next waits for what it brought before. */
const LONGEST_FOLLOW_MS = 10_000;

export function createHandler(
  dependencies: DeliverDependencies,
): Handle<DynamoDBStreamEvent | SweepEvent, void> {
  return async (given, context) => {
    const event = readEvent(given);
    const left = context.getRemainingTimeInMillis();
    const available = left - Math.min(MARGIN_MS, left / 2);
    const end = (longest: number) => dependencies.ports.clock.now() + Math.min(longest, available);
    const isSweep = 'sweep' in event;
    try {
      report(
        dependencies,
        isSweep,
        isSweep
          ? await sweep(dependencies, end(LONGEST_SWEEP_MS))
          : await follow(dependencies, event, end(LONGEST_FOLLOW_MS)),
      );
    } catch (error) {
      if (error instanceof FailedDelivery) report(dependencies, isSweep, error.summary);
      throw error;
    } finally {
      // Lambda freezes the function until the next invocation, when nobody may be at their other end any more.
      dependencies.ports.sender.close?.();
    }
  };
}

/** Throws UpstreamError for an event that is neither. */
function readEvent(event: unknown): DynamoDBStreamEvent | SweepEvent {
  const { sweep: isSweep, Records } = isRecord(event) ? event : {};
  if (isSweep === true) return { sweep: true };
  // What each of them is, is judged where its key is read.
  if (Array.isArray(Records)) return { Records: Records as DynamoDBStreamEvent['Records'] };
  throw new UnknownEvent('records of the table (Records) and {"sweep":true}');
}

function report(
  { telemetry }: DeliverDependencies,
  isSweep: boolean,
  { delivered, waiting, exhausted, unreadable }: DeliverySummary,
): void {
  telemetry.add(metrics.eventsDelivered, delivered);
  telemetry.add(metrics.eventsExhausted, exhausted);
  if (isSweep) telemetry.add(metrics.unreadableItems, unreadable);
  if (isSweep && unreadable > 0)
    telemetry.warn('Stored items cannot be read; their events wait.', { unreadableItems: unreadable });
  if (delivered + exhausted > 0)
    telemetry.info('Events were delivered.', { isSweep, delivered, waiting, exhausted });
}

/**
 * For certainty: whatever is owed to anybody. It alone knows of everything, so that it alone says how old the oldest is: before
 * it sends anything, so that the number is there also when sending takes all of its time.
 */
async function sweep(
  { ports, webhooks, telemetry }: DeliverDependencies,
  deadline: number,
): Promise<DeliverySummary> {
  const { oldest = Infinity } = await ports.state.readPending({ limit: 1 });
  telemetry.add(metrics.oldestEventAge, Math.max(0, (ports.clock.now() - oldest) / 1_000));
  telemetry.flush();
  return deliver(ports, webhooks, { deadline });
}

/**
 * For speed: what was just written. Chats are left to the sweep, which knows of a minute's events together: people want
 * one message. So are receivers in trouble: the next batch of the stream would wait for them.
 */
async function follow(
  { ports, webhooks, readItems }: DeliverDependencies,
  { Records }: DynamoDBStreamEvent,
  deadline: number,
): Promise<DeliverySummary> {
  const now = ports.clock.now();
  return deliverItems(ports, webhooks, await readItems(keysOfPending(Records)), {
    isTurn: (webhook, lane) => !isChat(webhook) && isPromptLane(lane, now),
    deadline,
  });
}
