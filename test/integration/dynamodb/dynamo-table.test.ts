import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTableCommand, DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { LocalDynamoDb } from '../../../infra/local/dynamodb/local-dynamodb.ts';
import { startLocalDynamoDb } from '../../../infra/local/dynamodb/local-dynamodb.ts';
import { createTableStream } from '../../../functions/cli/commands/local/service/table-stream.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { ensureTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { pendingEvent, recordedConnection } from '../../builders/recorded-items.ts';

describe('the table', () => {
  let server: LocalDynamoDb;
  let client: DynamoDBClient;
  beforeAll(async () => {
    server = await startLocalDynamoDb();
    client = createLocalDynamoClient(server.url);
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  it('is made with its index, paid on demand, and is active when it is handed over', async () => {
    await ensureTable(client, 'made', systemClock);
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: 'made' }));
    expect(table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    const indexes = table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus, KeySchema }) => [
      IndexName,
      IndexStatus,
      KeySchema?.map(({ AttributeName }) => AttributeName),
    ]);
    expect(indexes?.sort()).toEqual([['pending', 'ACTIVE', ['gsi2pk', 'gsi2sk']]]);
  });

  it('is made once, however many ask for it at the same time and after', async () => {
    await Promise.all([1, 2, 3].map(() => ensureTable(client, 'asked-often', systemClock)));
    await ensureTable(client, 'asked-often', systemClock);
    const { TableNames: names = [] } = await client.send(new ListTablesCommand());
    expect(names.filter((name) => name === 'asked-often')).toHaveLength(1);
  });

  it('of the release before is taken, and what is pending is read by the index that it has', async () => {
    const TableName = 'of-the-release-before';
    const key = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: 'HASH' as const },
      { AttributeName: sort, KeyType: 'RANGE' as const },
    ];
    const names = ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'];
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: key('pk', 'sk'),
        GlobalSecondaryIndexes: ['gsi1', 'gsi2'].map((IndexName) => ({
          IndexName,
          KeySchema: key(`${IndexName}pk`, `${IndexName}sk`),
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    );
    await ensureTable(client, TableName, systemClock);
    const { state } = createDynamoState({ table: TableName, client, clock: systemClock });
    const item = await state.write(
      recordedConnection({ outbox: { pending: [pendingEvent(1)], nextSequence: 2 } }),
    );
    expect(await state.readPending()).toEqual({ items: [item], oldest: Date.parse(pendingEvent(1).time) });
    expect((await createTableStream(client, TableName).next())?.Records).toHaveLength(1);
  });

  it('of somebody else is refused, and the missing indexes are named', async () => {
    await client.send(
      new CreateTableCommand({
        TableName: 'of-somebody-else',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const attempt = ensureTable(client, 'of-somebody-else', systemClock);
    await expect(attempt).rejects.toBeInstanceOf(UpstreamError);
    await expect(attempt).rejects.toThrow(/without the indexes pending/);
  });
});
