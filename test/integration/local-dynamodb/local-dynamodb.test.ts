import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

import { startLocalDynamoDb } from '../../../infra/local/dynamodb/local-dynamodb.ts';

const item = { pk: { S: 'ACCOUNT#1' }, version: { N: '1' } };

function openClient(url: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'azfed',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: 'azfed' });
}

describe('the embedded DynamoDB', () => {
  it('has a created table ready in a moment', async () => {
    const database = await startLocalDynamoDb();
    const client = openClient(database.url);
    await createTable(client);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'azfed' }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    await database.close();
  });

  it('refuses a write whose condition does not hold', async () => {
    const database = await startLocalDynamoDb();
    const client = openClient(database.url);
    await createTable(client);
    const put = (): Promise<unknown> =>
      client.send(
        new PutItemCommand({
          TableName: 'azfed',
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    await put();
    await expect(put()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await database.close();
  });

  it('finds its items again in a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-dynamodb-'));
    const first = await startLocalDynamoDb({ folder });
    await createTable(openClient(first.url));
    await openClient(first.url).send(new PutItemCommand({ TableName: 'azfed', Item: item }));
    await first.close();

    const second = await startLocalDynamoDb({ folder });
    const { Item } = await openClient(second.url).send(
      new GetItemCommand({ TableName: 'azfed', Key: { pk: item.pk } }),
    );
    await second.close();
    await rm(folder, { recursive: true });
    expect(Item).toEqual(item);
  });

  it('applies a transaction once for each token, for ten minutes', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    const database = await startLocalDynamoDb({ now: () => now });
    const client = openClient(database.url);
    await createTable(client);
    const transact = (version: string, token: string) =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: token,
          TransactItems: [{ Put: { TableName: 'azfed', Item: { ...item, version: { N: version } } } }],
        }),
      );
    const readVersion = async () => {
      const { Item } = await client.send(new GetItemCommand({ TableName: 'azfed', Key: { pk: item.pk } }));
      return Item?.['version']?.N;
    };
    await transact('1', 'one');
    await transact('2', 'two');
    now += 10 * 60_000 - 1;
    await transact('1', 'one');
    expect(await readVersion()).toBe('2');
    await expect(transact('3', 'one')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    expect(await readVersion()).toBe('2');
    now += 1;
    await transact('1', 'one');
    expect(await readVersion()).toBe('1');
    await expect(transact('4', 'x'.repeat(37))).rejects.toMatchObject({ name: 'ValidationException' });
    await database.close();
  });

  it('takes the token of a cancelled transaction as a new one', async () => {
    const database = await startLocalDynamoDb();
    const client = openClient(database.url);
    await createTable(client);
    const transact = () =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'again',
          TransactItems: [
            { Put: { TableName: 'azfed', Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
          ],
        }),
      );
    await client.send(new PutItemCommand({ TableName: 'azfed', Item: item }));
    await expect(transact()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await client.send(new DeleteItemCommand({ TableName: 'azfed', Key: { pk: item.pk } }));
    await transact();
    // Its condition holds no more: it is not applied again.
    await transact();
    await database.close();
  });
});
