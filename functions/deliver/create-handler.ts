import type { DynamoDBStreamEvent } from 'aws-lambda';
import { keysOfPending } from '../../shared/adapters/dynamodb/stream-records.ts';
import type { DeliverySummary } from '../../shared/application/delivery/deliver.ts';
import type { DeliverPorts } from '../../shared/application/delivery/deliver-run.ts';
import { FailedDelivery, deliver, deliverItems } from '../../shared/application/delivery/deliver.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { TableKey } from '../../shared/contract/table-keys.ts';
import type { Webhook } from '../../shared/domain/configuration/configuration.ts';
import { isChat } from '../../shared/domain/configuration/configuration.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
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

export function createHandler(
  dependencies: DeliverDependencies,
): Handle<DynamoDBStreamEvent | SweepEvent, void> {
  return async (event) => {
    const isSweep = 'sweep' in event;
    try {
      report(dependencies, isSweep, await (isSweep ? sweep(dependencies) : follow(dependencies, event)));
    } catch (error) {
      // The age of the oldest event matters most where delivery fails.
      if (error instanceof FailedDelivery) report(dependencies, isSweep, error.summary);
      throw error;
    }
  };
}

function report(
  { ports, telemetry }: DeliverDependencies,
  isSweep: boolean,
  { delivered, waiting, exhausted, unreadable, oldest }: DeliverySummary,
): void {
  telemetry.add(metrics.eventsDelivered, delivered);
  telemetry.add(metrics.eventsExhausted, exhausted);
  if (isSweep) {
    const age = oldest === undefined ? 0 : ports.clock.now() - Date.parse(oldest);
    telemetry.add(metrics.oldestEventAge, Math.max(0, age / 1_000));
    telemetry.add(metrics.unreadableItems, unreadable);
  }
  if (delivered + exhausted > 0)
    telemetry.info('Events were delivered.', { isSweep, delivered, waiting, exhausted });
}

/** For certainty: whatever has to be told. It alone knows of everything, so that it alone says how old the oldest is. */
function sweep({ ports, webhooks }: DeliverDependencies): Promise<DeliverySummary> {
  return deliver(ports, webhooks);
}

/**
 * For speed: what was just written. Chats are left to the sweep, which knows of a minute's events together: people want
 * one message.
 */
async function follow(
  { ports, webhooks, readItems }: DeliverDependencies,
  { Records }: DynamoDBStreamEvent,
): Promise<DeliverySummary> {
  return deliverItems(ports, webhooks, await readItems(keysOfPending(Records)), {
    isTurn: (webhook) => !isChat(webhook),
  });
}
