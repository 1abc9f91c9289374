import {
  CONTROLS_PARTITION,
  connectionHistoryPartition,
  sortKeyPrefixes,
  tableAttributes,
} from '../../contract/table-keys.ts';
import { ConflictError, InvariantError, type LogEntries } from '../../domain/kernel/errors.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HistoryStore, RecordHistory } from '../../ports/state.ts';
import { historyPartition, keyText, readEntries, toHistoryEvent, toHistoryItem } from './item-mapping.ts';
import { putItem, queryAll, type TableAccess } from './dynamo-table.ts';

export function createDynamoHistoryStore(access: TableAccess, clock: Clock): HistoryStore & RecordHistory {
  return {
    append: (subjectOf, event) => append(access, subjectOf, event),
    read: (connection) => read(access, connectionHistoryPartition(connection), clock.now()),
    readItemHistory: (item) => read(access, historyPartition(item), clock.now()),
    readDeployment: () => read(access, CONTROLS_PARTITION, clock.now()),
  };
}

/** The same event again takes the place of its earlier entry (its deliveries may have gone on); another one never does. */
async function append(access: TableAccess, item: RecordedItem, event: PendingEvent): Promise<void> {
  const entry = toHistoryItem(item, event);
  const isFreeOrSame = {
    ConditionExpression: 'attribute_not_exists(#pk) OR (#id = :id AND #time = :time)',
    ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey, '#id': 'id', '#time': 'time' },
    ExpressionAttributeValues: { ':id': event.id, ':time': event.time },
  };
  try {
    await putItem(access, entry, isFreeOrSame);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const message = `${keyText(entry)} holds another event than ${event.id} of ${event.time}; a sequence is never reused.`;
    throw new InvariantError('history.sequence-taken', message, { cause: error });
  }
}

// The service deletes what has expired within days, not at once (Developer Guide, time to live).
async function read(access: TableAccess, partition: string, now: number): Promise<LogEntries<PendingEvent>> {
  const entries = await queryAll(access, partition, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :partition AND begins_with(#sk, :prefix)',
    FilterExpression: '#ttl > :now',
    ExpressionAttributeNames: {
      '#pk': tableAttributes.partitionKey,
      '#sk': tableAttributes.sortKey,
      '#ttl': tableAttributes.timeToLive,
    },
    ExpressionAttributeValues: {
      ':partition': partition,
      ':prefix': sortKeyPrefixes.event,
      ':now': Math.floor(now / 1000),
    },
  });
  return readEntries(entries, toHistoryEvent);
}
