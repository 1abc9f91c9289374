import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Units that requests have taken, as the table says itself. */
export interface Capacity {
  reads: number;
  writes: number;
  readonly commands: string[];
}

const reading = new Set(['GetItemCommand', 'QueryCommand', 'GetCommand']);
const writing = new Set([
  'PutItemCommand',
  'PutCommand',
  'UpdateItemCommand',
  'UpdateCommand',
  'DeleteCommand',
]);

interface Consumed {
  readonly output: { readonly ConsumedCapacity?: { readonly CapacityUnits?: number } };
}

/** Counts from now on. A transaction takes two units where a single write takes one; the embedded table does not say so. */
export function countCapacity(client: DynamoDBClient): Capacity {
  const capacity: Capacity = { reads: 0, writes: 0, commands: [] };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const isCounted = reading.has(commandName) || writing.has(commandName);
        if (isCounted) Reflect.set(request.input, 'ReturnConsumedCapacity', 'TOTAL');
        const result = await next(request);
        const { CapacityUnits: units = 0 } = (result as Consumed).output.ConsumedCapacity ?? {};
        if (reading.has(commandName)) capacity.reads += units;
        else capacity.writes += units;
        capacity.commands.push(commandName);
        return result;
      },
    { step: 'initialize', name: 'countCapacity', priority: 'low' },
  );
  return capacity;
}
