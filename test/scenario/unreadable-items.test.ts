import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createLocalDynamoClient } from '../builders/local-dynamo.ts';
import { makeReport } from '../../shared/application/reporting/report-document.ts';
import { sequenceText } from '../../shared/contract/table-keys.ts';
import { parseConnectionId } from '../../shared/domain/kernel/ids.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, required, roleArn, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering } from '../builders/tampering.ts';

let stage: Stage;
let table: DynamoDBClient;

beforeEach(async () => {
  stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Shop/b': 'role-b' } });
  table = createLocalDynamoClient(stage.cloud.dynamoDb.url);
  await stage.runOnce();
  stage.clock.advance(15 * MINUTE_MS);
});
afterEach(async () => {
  table.destroy();
  await stage.close();
});

type Item = Record<string, AttributeValue>;

/** The record of a connection, or what people have decided, as a later release would write it. */
async function spoil(pk: string, sk: string, fields: Item): Promise<Item> {
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: 'azfed',
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
    }),
  );
  const item = { ...Items[0], pk: { S: pk }, sk: { S: sk }, ...fields };
  await table.send(new PutItemCommand({ TableName: 'azfed', Item: item }));
  return item;
}

const later = { schemaVersion: { N: '2' } };
const readPolicies = async (role: string) => (await viewIam(stage.console)).roles[role]?.managedPolicies;

it('one connection of a later release is left as it is, and everything else is repaired and told', async () => {
  const [organization] = stage.configuration().organizations;
  const sk = `CONNECTION#${organization?.id ?? ''}#${stage.id('Shop/a')}`;
  const key = [`ACCOUNT#${ACCOUNT}`, sk] as const;
  const kept = await spoil(...key, later);
  const by = createTampering(stage.console);
  await by.attach('role-a', ADMINISTRATOR);
  await by.attach('role-b', ADMINISTRATOR);

  const { outcome, results, plan } = await stage.runOnce();

  expect(outcome).toBe('partial');
  expect(results.map(({ result }) => result)).toEqual(['done']);
  expect(await readPolicies('role-a')).toContain(ADMINISTRATOR);
  expect(await readPolicies('role-b')).toEqual([READ_ONLY]);
  expect(plan.findings.filter(({ code }) => code === 'record.unreadable')).toMatchObject([
    { connectionId: stage.id('Shop/a'), evidence: { roles: [roleArn('role-a')] } },
  ]);
  expect(stage.cloud.receiver.received.map(({ type }) => type)).toContain('connection.repaired.v1');
  expect(await spoil(...key, {})).toEqual(kept);
});

it('what people have decided is taken for a pause while it cannot be read', async () => {
  await spoil('CONTROLS', 'STATE', later);
  await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

  const { writes, plan, outcome } = await stage.runOnce();

  expect(writes.iam).toEqual([]);
  expect(outcome).toBe('partial');
  expect(plan.findings.map(({ code }) => code)).toContain('record.unreadable');
});

it('a lease of a later release counts as held; the run says so, and what waits for it is failing until it is gone', async () => {
  const key = [`ACCOUNT#${ACCOUNT}`, 'LEASE'] as const;
  const kept = await spoil(...key, later);
  await createTampering(stage.console).attach('role-a', ADMINISTRATOR);

  const { outcome, results, writes } = await stage.runOnce();

  expect(outcome).toBe('partial');
  expect(results).toMatchObject([
    {
      result: 'skipped',
      error: { code: 'state.unreadable-item', message: expect.stringContaining('counts as held') as unknown },
    },
  ]);
  expect(writes.iam).toEqual([]);
  const { findings } = await stage.plan();
  expect(findings.find(({ code }) => code === 'role.failing')?.message).toContain(key.join(' '));
  expect(await spoil(...key, {})).toEqual(kept);

  await table.send(
    new DeleteItemCommand({ TableName: 'azfed', Key: { pk: { S: key[0] }, sk: { S: key[1] } } }),
  );
  expect((await stage.runOnce()).outcome).toBe('changed');
  expect(await readPolicies('role-a')).toEqual([READ_ONLY]);
});

it('an entry of the history that cannot be read is counted in the report, which is not complete', async () => {
  const [first] = (await stage.ports.history.read(required(parseConnectionId(stage.id('Shop/a')), 'id')))
    .entries;
  const sequence = sequenceText(first?.sequence ?? 0);
  await spoil(`CONNECTION#${stage.id('Shop/a')}`, `EVENT#${sequence}`, later);
  const { unread, events } = await makeReport(stage.ports, stage.configuration());
  expect(unread).toEqual([expect.stringMatching(/^One entry of the history cannot be read/)]);
  expect(events.map(({ connectionId }) => connectionId)).toContain(stage.id('Shop/b'));
});
