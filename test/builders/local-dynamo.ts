import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startLocalDynamoDb } from '../../infra/local/dynamodb/local-dynamodb.ts';
import type { DynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { ensureTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** A client of the embedded DynamoDB, which looks at neither region nor credentials. */
export function createLocalDynamoClient(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint: url, region: 'local', credentials });
}

export interface LocalDynamo extends DynamoState {
  readonly url: string;
  readonly client: DynamoDBClient;
  readonly table: string;
  close(): Promise<void>;
}

/** The real adapter on the embedded DynamoDB, with pages of two, so that every list of three has a second page. */
export async function openLocalDynamo(clock: Clock = createVirtualClock()): Promise<LocalDynamo> {
  const table = 'azfed-test';
  const server = await startLocalDynamoDb();
  const client = createLocalDynamoClient(server.url);
  await ensureTable(client, table, systemClock);
  return {
    ...createDynamoState({ table, clock, client, pageSize: 2 }),
    url: server.url,
    client,
    table,
    async close() {
      client.destroy();
      await server.close();
    },
  };
}
