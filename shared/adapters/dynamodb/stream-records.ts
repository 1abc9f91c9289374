import * as z from 'zod';
import { tableAttributes, type TableKey } from '../../contract/table-keys.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import { keyText } from './item-mapping.ts';
import { readItems } from './pending-index.ts';
import type { TableAccess } from './dynamo-table.ts';

const text = z.object({ S: z.string() });

/** Of a stream record (DynamoDB Streams API Reference, Record) what says whether there is something to be told. */
const streamRecord = z.object({
  dynamodb: z.object({
    Keys: z.object({ pk: text, sk: text }),
    NewImage: z.object({ [tableAttributes.pendingPartitionKey]: text }),
  }),
});

/** Keys of the items that had events to be told when the records were written, each once, in order. */
export function keysOfPending(records: readonly unknown[]): readonly TableKey[] {
  const keys = records.flatMap((record) => {
    const { data } = streamRecord.safeParse(record);
    return data ? [{ pk: data.dynamodb.Keys.pk.S, sk: data.dynamodb.Keys.sk.S }] : [];
  });
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}

/**
 * The items as they are now. A record of the stream may be old, and another sender may have told its events since: what
 * it holds is never used. Items that are gone are left out.
 */
export function createItemReader(
  access: TableAccess,
): (keys: readonly TableKey[]) => Promise<readonly RecordedItem[]> {
  return (keys) => readItems(access, keys);
}
