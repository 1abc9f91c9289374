import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { createMemoryAccounts } from '../../doubles/memory-accounts.ts';
import { createMemoryQueue } from '../../doubles/memory-queue.ts';
import { createMemoryServiceConnections } from '../../doubles/memory-service-connections.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { discover } from '../../../shared/application/discovery/discover.ts';
import { observe } from '../../../shared/application/observe/observe.ts';
import { connectionKey, homeKey } from '../../../shared/contract/table-keys.ts';
import { ConflictError } from '../../../shared/domain/kernel/errors.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { configuration, contoso } from '../../builders/configuration.ts';
import { connection, reference } from '../../builders/connection.ts';
import { ACCOUNT, roleArn } from '../../builders/domain-ids.ts';
import { inventory } from '../../builders/inventory.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { createLocalDynamoClient, openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshAccountId, recordedConnection, shopRole } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
});
afterAll(() => dynamo.close());

type Stored = Record<string, AttributeValue>;

async function getItem({ pk, sk }: { readonly pk: string; readonly sk: string }) {
  const key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: dynamo.table, Key: key }));
  return Item;
}
const put = (item: Stored) => dynamo.client.send(new PutItemCommand({ TableName: dynamo.table, Item: item }));
const getPlace = (item: RecordedConnection) => getItem(connectionKey(item.organizationId, item.connectionId));
const getHome = (item: RecordedConnection, home: AccountId) =>
  getItem(homeKey(home, item.organizationId, item.connectionId));
const makeRecord = (account: AccountId, fields: Partial<RecordedConnection> = {}) =>
  recordedConnection({ role: { ...shopRole, account }, ...fields });

describe('a record with a home', () => {
  it('lies under the key of its account, and a place leads to it from its organization', async () => {
    const home = freshAccountId();
    const item = await dynamo.state.write(makeRecord(home, { home }));
    expect(await getPlace(item)).toMatchObject({ home: { S: home }, schemaVersion: { N: '2' } });
    expect(await getHome(item, home)).toMatchObject({ version: { N: '1' } });
    expect(await dynamo.state.readConnections(item.organizationId)).toStrictEqual([item]);
    expect(await dynamo.state.readAgain(item)).toStrictEqual(item);
    const again = await dynamo.state.write({ ...item, notified: ['missing'] });
    expect(await dynamo.state.readAgain(item)).toStrictEqual(again);
  });

  it('is the only one of its connection, wherever another would lie', async () => {
    const [home, other] = [freshAccountId(), freshAccountId()];
    const item = makeRecord(home, { home });
    await dynamo.state.write(item);
    const { home: _, ...homeless } = item;
    for (const second of [{ ...item, home: other }, homeless, item])
      await expect(dynamo.state.write(second)).rejects.toThrow(ConflictError);
    expect(await getHome(item, other)).toBeUndefined();
    // Whoever thought that there is none finds it.
    expect(await dynamo.state.readAgain({ ...item, home: other })).toMatchObject({ home, version: 1 });
  });

  it('that is not where its place leads to cannot be read, and its connection is left alone', async () => {
    const home = freshAccountId();
    const item = await dynamo.state.write(makeRecord(home, { home }));
    await put({ ...(await getPlace(item)), home: { S: freshAccountId() } });
    const [standIn] = await dynamo.state.readConnections(item.organizationId);
    expect(standIn).toMatchObject({
      connectionId: item.connectionId,
      unreadable: { roleArns: [shopRole.arn] },
    });
  });
});

/** Rows of a write of several items. */
type Rows = NonNullable<TransactWriteCommandInput['TransactItems']>;

const withoutCondition = ({ Put: put }: Rows[number]): Rows[number] =>
  put ? { Put: { TableName: put.TableName, Item: put.Item } } : {};

/** What does not hold of two writers who each put a record of one connection into another account. */
async function findFaults(alter: (rows: Rows) => Rows): Promise<readonly string[]> {
  const client = createLocalDynamoClient(dynamo.url);
  client.middlewareStack.add(
    (next) => (request) => {
      const { TransactItems: rows } = request.input as { readonly TransactItems?: Rows };
      if (rows) Reflect.set(request.input, 'TransactItems', alter(rows));
      return next(request);
    },
    { step: 'initialize', name: 'alter' },
  );
  const { state } = createDynamoState({ table: dynamo.table, client, clock: createVirtualClock() });
  try {
    const homes = [freshAccountId(), freshAccountId()];
    const { organizationId, connectionId } = makeRecord(freshAccountId());
    const written = await Promise.allSettled(
      homes.map((home) => state.write(makeRecord(home, { home, organizationId, connectionId }))),
    );
    const refused = written.filter(({ status }) => status === 'rejected');
    const found = await state.readConnections(organizationId);
    return [
      ...(refused.length === 1 ? [] : ['Two records have one connection.']),
      ...(found.length === 1 ? [] : ['The record is not found from its organization.']),
      ...(found.some(({ unreadable }) => unreadable) ? ['Nothing lies where the place leads to.'] : []),
    ];
  } finally {
    client.destroy();
  }
}

describe('two records of one connection in two accounts', () => {
  it('are one: the second is refused, and the first is found', async () => {
    expect(await findFaults((rows) => rows)).toEqual([]);
  });

  const isPlace = ({ Put }: Rows[number]) => Put?.Item?.['kind'] === 'place';
  it.each<[string, string, (rows: Rows) => Rows]>([
    [
      'a record without its place',
      'The record is not found from its organization.',
      (rows) => rows.filter((row) => !isPlace(row)),
    ],
    ['a place without its record', 'Nothing lies where the place leads to.', (rows) => rows.filter(isPlace)],
    [
      'a place over the place of another',
      'Two records have one connection.',
      (rows) => rows.map((row) => (isPlace(row) ? withoutCondition(row) : row)),
    ],
  ])('would not be, by a product that writes %s', async (_what, fault, alter) => {
    expect(await findFaults(alter)).toContain(fault);
  });
});

describe('a record without a home', () => {
  it('is moved once, beside whoever writes it, and is found by those who knew it before', async () => {
    const home = freshAccountId();
    const item = await dynamo.state.write(makeRecord(home));
    const moved = await dynamo.state.move(item, home);
    expect(moved).toStrictEqual({ ...item, home, version: 2 });
    expect(await dynamo.state.readConnections(item.organizationId)).toStrictEqual([moved]);
    await expect(dynamo.state.write({ ...item, notified: ['late'] })).rejects.toThrow(ConflictError);
    await expect(dynamo.state.move(item, home)).rejects.toThrow(ConflictError);
    expect(await dynamo.state.readAgain(item)).toStrictEqual(moved);
  });

  it('that was written since is not moved', async () => {
    const home = freshAccountId();
    const item = await dynamo.state.write(makeRecord(home));
    const newer = await dynamo.state.write({ ...item, notified: ['missing'] });
    await expect(dynamo.state.move(item, home)).rejects.toThrow(ConflictError);
    expect(await getHome(item, home)).toBeUndefined();
    expect(await dynamo.state.readConnections(item.organizationId)).toStrictEqual([newer]);
  });
});

describe('a table of the release before', () => {
  const file = join(import.meta.dirname, '../../fixtures/table/release-0.1.json');
  const items = JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'base64' in value
      ? Buffer.from(String(value.base64), 'base64')
      : value,
  ) as readonly Stored[];

  it('is read, decides what it decided, and moves by itself', async () => {
    const clock = createVirtualClock(Date.parse('2026-11-22T09:18:00Z'));
    const before = await openLocalDynamo(clock);
    try {
      for (const item of items)
        await before.client.send(new PutItemCommand({ TableName: before.table, Item: item }));
      const connections = createMemoryServiceConnections();
      connections.put(
        'contoso',
        inventory([
          connection(1, { references: [reference(1, 'c1-renamed')] }),
          connection(2, { oidc: 'off' }),
          connection(4, { references: [reference(1, 'c3')] }),
          connection(5, { requestedRoleArn: roleArn('r5b') }),
          connection(6, { references: [reference(1, 'c6'), reference(2, 'c6-in-2')] }),
          connection(7, { requestedRoleArn: roleArn('r1') }),
          connection(8, { type: 'generic', requestedRoleArn: '' }),
        ]),
      );
      const queue = createMemoryQueue(clock);
      const ports = {
        ...before,
        connections,
        accounts: createMemoryAccounts(clock),
        reconcileQueue: queue,
        session: () => Promise.reject(new Error('No hooks are configured.')),
        ids: randomIds,
        clock,
      };
      // Projects of that release hold shared connections themselves: they are written anew, and nothing else is.
      const formerProjects = (await before.inventory.read(contoso.id)).filter((part) => 'isFormer' in part);
      expect(formerProjects).toHaveLength(2);
      const scope = { account: ACCOUNT };
      const whole = await observe(ports, configuration(), scope);
      expect(whole.recorded.map(({ unreadable }) => unreadable)).toEqual(whole.recorded.map(() => undefined));

      expect(
        await discover(ports, configuration(), { organizationId: contoso.id }, { isRepeated: false }),
      ).toMatchObject({ isComplete: true, changes: formerProjects.length, accounts: [ACCOUNT] });

      const recorded = await before.state.readConnections(contoso.id);
      expect(recorded.map(({ home }) => home)).toEqual(recorded.map(() => ACCOUNT));
      expect(recorded).toHaveLength(whole.recorded.length);
      const sliced = await observe({ ...ports, partitions: before.accountStates }, configuration(), scope);
      expect(sliced.plan.id).toBe(whole.plan.id);
      expect(new Set(sliced.desiredRoles.targets)).toEqual(new Set(whole.desiredRoles.targets));
      expect(sliced.desiredRoles.takeovers.map(({ impostor }) => impostor)).toEqual([connection(4).id]);
      const { Items = [] } = await before.client.send(new ScanCommand({ TableName: before.table }));
      const left = Items.filter(
        ({ pk, sk, kind }) =>
          pk?.S?.startsWith('ORG#') && sk?.S?.startsWith('CONNECTION#') && kind?.S !== 'place',
      );
      expect(left).toEqual([]);

      expect(
        await discover(ports, configuration(), { organizationId: contoso.id }, { isRepeated: false }),
      ).toMatchObject({ changes: 0, accounts: [] });
    } finally {
      await before.close();
    }
  });
});
