import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoRateStore } from '../../../shared/adapters/dynamodb/dynamo-rate-store.ts';
import { ratesKey } from '../../../shared/contract/table-keys.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const [account, other] = ['111111111111', '222222222222'] as AccountId[] as [AccountId, AccountId];
let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await openLocalDynamo(createVirtualClock());
});
afterAll(() => dynamo.close());

const access = () => ({ documents: DynamoDBDocumentClient.from(dynamo.client), table: dynamo.table });

describe('the memory of how fast IAM takes requests', () => {
  it('keeps the last rates of each account, parts of requests included', async () => {
    const store = createDynamoRateStore(access());
    expect(await store.recall(account)).toBeUndefined();
    await store.remember(account, { reads: 10, writes: 4.9 });
    await store.remember(account, { reads: 7, writes: 3.43 });
    expect(await store.recall(account)).toEqual({ reads: 7, writes: 3.43 });
    expect(await store.recall(other)).toBeUndefined();
  });

  it('takes what it cannot read for nothing', async () => {
    const { documents, table } = access();
    const store = createDynamoRateStore(access());
    for (const wrong of [{}, { reads: 'fast', writes: 1 }, { reads: 1.5, writes: 1 }]) {
      await documents.send(new PutCommand({ TableName: table, Item: { ...ratesKey(other), ...wrong } }));
      expect(await store.recall(other)).toBeUndefined();
    }
  });
});
