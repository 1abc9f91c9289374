import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { connectionKey } from '../../../shared/contract/table-keys.ts';
import type { Patient } from './patient.ts';
import { admit, notified, toFix } from './patient.ts';

describe('azfed doctor, on the table', () => {
  let patient: Patient;
  let table: DynamoDBClient;
  beforeEach(async () => {
    patient = await admit();
    table = createLocalDynamoClient(patient.stage.cloud.dynamoDb.url);
  });
  afterEach(async () => {
    table.destroy();
    await patient.stage.close();
  });
  const ofTable = async () => (await patient.examine()).filter(({ subject }) => subject.startsWith('table '));

  it('says how much is recorded, and whether automatic runs may write', async () => {
    expect((await ofTable()).map(({ says }) => says)).toEqual([
      'It has its indexes.',
      '2 recorded.',
      expect.stringMatching(/^Automatic runs may write since/) as string,
    ]);
    await patient.stage.emptyTable();
    const [, records, bootstrapped] = await ofTable();
    expect(records?.says).toBe('0 recorded.');
    expect(bootstrapped).toMatchObject({
      verdict: 'ok',
      says: expect.stringMatching(/^Automatic runs only observe/) as string,
    });
  });

  it('says that there is no table, and makes none', async () => {
    patient.table = 'elsewhere';
    const first = await ofTable();
    expect(first.map(notified)).toEqual([
      'failed table.present',
      'unknown table.readable',
      'unknown deployment.bootstrapped',
    ]);
    expect(first[0]).toMatchObject({
      says: 'There is no table elsewhere here.',
      fix: expect.stringContaining('AZFED_TABLE') as string,
    });
    expect(await ofTable()).toEqual(first);
  });

  it('says that the table is somebody else’s', async () => {
    patient.table = 'foreign';
    await table.send(
      new CreateTableCommand({
        TableName: 'foreign',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    // It takes the embedded DynamoDB a moment to make a table.
    let [present] = await ofTable();
    while (present?.verdict === 'unknown') [present] = await ofTable();
    expect(present).toMatchObject({
      verdict: 'failed',
      says: expect.stringContaining("it is not azfed's") as string,
    });
  });

  it('says which record is not understood: it would stop every run', async () => {
    const [organization] = patient.configuration().organizations;
    const { pk, sk } = connectionKey(organization?.id ?? '', '99999999-0000-4000-8000-000000000009');
    expect(toFix(await ofTable())).toEqual([]);
    await table.send(new PutItemCommand({ TableName: 'azfed', Item: { pk: { S: pk }, sk: { S: sk } } }));
    const [unreadable, ...others] = toFix(await ofTable());
    expect(others).toEqual([]);
    expect(unreadable).toMatchObject({
      code: 'table.readable',
      verdict: 'failed',
      says: expect.stringContaining(sk) as string,
      fix: expect.stringContaining('a later one') as string,
    });
  });

  it('says that the table does not answer, and tells everything else all the same', async () => {
    patient.dynamoDb = 'http://127.0.0.1:9';
    const checks = await patient.examine();
    expect(toFix(checks).map(notified)).toEqual(['unknown table.present', 'unknown table.readable']);
    expect(checks.map(notified)).toEqual(
      expect.arrayContaining(['ok connections.readable', 'ok grant.matched']),
    );
  });
});
