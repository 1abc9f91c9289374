import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../ports/clock.ts';
import type { InventoryStore } from '../../ports/inventory-store.ts';
import type { RunLog } from '../../ports/pass-log.ts';
import type { HistoryStore, LeaseStore, RecordHistory, StateStore } from '../../ports/state.ts';
import { createDynamoHistoryStore } from './dynamo-history-store.ts';
import { createDynamoInventoryStore } from './dynamo-inventory-store.ts';
import { createDynamoLeaseStore } from './dynamo-lease-store.ts';
import { createDynamoRunLog } from './dynamo-pass-log.ts';
import { createDynamoStateStore } from './dynamo-state-store.ts';

export interface DynamoStateOptions {
  readonly table: string;
  readonly clock: Clock;
  /** Without one, region, endpoint and credentials are those of the environment, as the SDK finds them. */
  readonly client?: DynamoDBClient;
  /** The key that records are signed with; left out: they are not. */
  readonly recordKey?: () => Promise<Uint8Array>;
  /** Records are taken without a look at their signatures, for a person who is to judge them. */
  readonly takesUnsigned?: boolean;
  /** Items per Query; only tests need one. */
  readonly pageSize?: number;
}

export interface DynamoState {
  readonly state: StateStore;
  readonly history: HistoryStore & RecordHistory;
  readonly leases: LeaseStore;
  readonly inventory: InventoryStore;
  readonly passes: RunLog;
}

/** The stores of the one table. */
export function createDynamoState({ clock, client, ...options }: DynamoStateOptions): DynamoState {
  const documents = DynamoDBDocumentClient.from(client ?? new DynamoDBClient());
  const access = { documents, ...options };
  return {
    state: createDynamoStateStore(access),
    history: createDynamoHistoryStore(access, clock),
    leases: createDynamoLeaseStore(access),
    inventory: createDynamoInventoryStore(access),
    passes: createDynamoRunLog(access, clock),
  };
}

/** A client of the embedded DynamoDB, which looks at neither region nor credentials. */
export function createLocalDynamoClient(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint: url, region: 'local', credentials });
}
