import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TableKey } from '../../../shared/contract/table-keys.ts';
import { connectionKey, controlsKey, providerKey } from '../../../shared/contract/table-keys.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createItemReader } from '../../../shared/adapters/dynamodb/stream-records.ts';
import { newControls } from '../../../shared/domain/records/deployment-record.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import {
  freshAccountId,
  freshConnectionId,
  recordedConnection,
  recordedProvider,
  shopRole,
} from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

type Stored = Record<string, unknown>;

let dynamo: LocalDynamo;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
  documents = DynamoDBDocumentClient.from(dynamo.client);
});
afterAll(() => dynamo.close());

let asked = 0;
const openStore = (key: string, takesUnsigned = false) =>
  createDynamoState({
    table: dynamo.table,
    clock: createVirtualClock(),
    client: dynamo.client,
    recordKey: () => {
      asked += 1;
      return Promise.resolve(Buffer.from(key.padEnd(32)));
    },
    takesUnsigned,
  }).state;
const own = () => openStore('own');

async function stored(key: TableKey): Promise<Stored> {
  const { Item = {} } = await documents.send(
    new GetCommand({ TableName: dynamo.table, Key: key, ConsistentRead: true }),
  );
  return Item;
}
const put = (item: Stored) => documents.send(new PutCommand({ TableName: dynamo.table, Item: item }));
const makeKey = (item: RecordedConnection) => connectionKey(item.organizationId, item.connectionId);
const made = () => own().write(recordedConnection({ role: shopRole }));

async function reading(item: RecordedConnection, state = own()) {
  const [found] = await state.readConnections(item.organizationId);
  return found?.unreadable?.reason ?? found;
}

describe('a signed record', () => {
  it('is read as it was written, by whoever has the key', async () => {
    const item = await made();
    expect(await reading(item)).toEqual(item);
    expect(await own().readAgain(item)).toEqual(item);
    const again = await own().write({ ...item, notified: ['missing'] });
    expect(await reading(item)).toEqual(again);
    const read = createItemReader({
      documents,
      table: dynamo.table,
      recordKey: () => Promise.resolve(Buffer.from('own'.padEnd(32))),
    });
    expect(await read([makeKey(item)])).toEqual([again]);
  });

  it('is not read without a key, for the next write would take the signature away', async () => {
    expect(await reading(await made(), dynamo.state)).toMatch(/no key is named/);
  });

  it.each<[string, RegExp, (item: Stored) => Stored]>([
    ['bears no signature', /It is not signed/, ({ signature: _, ...rest }) => rest],
    ['bears one that is no text', /signature is wrong/, (item) => ({ ...item, signature: 7 })],
    ['bears an empty one', /signature is wrong/, (item) => ({ ...item, signature: '' })],
    ['has another version', /signature is wrong/, (item) => ({ ...item, version: 9 })],
    ['has one more attribute', /signature is wrong/, (item) => ({ ...item, more: true })],
    [
      'has a former subject more',
      /signature is wrong/,
      (item) => ({
        ...item,
        role: { ...(item['role'] as object), formerSubjects: [{ subject: 'sc://a/b/c', until: NEVER }] },
      }),
    ],
    ['lies under the key of another', /signature is wrong/, (item) => ({ ...item, connectionId: OTHER })],
  ])('cannot be read when it %s, and is not written over', async (_what, reason, forge) => {
    const item = await made();
    await put(forge(await stored(makeKey(item))));
    expect(await reading(item)).toMatch(reason);
    const [standIn] = await own().readConnections(item.organizationId);
    expect(standIn).toMatchObject({ unreadable: { roleArns: [shopRole.arn] } });
    expect(standIn).not.toHaveProperty('role');
    await expect(own().write({ ...item, ...standIn })).rejects.toThrow('Cannot read');
  });

  it('cannot be read when it was copied under the key of another connection', async () => {
    const item = await made();
    const copied = { ...item, connectionId: freshConnectionId() };
    await put({ ...(await stored(makeKey(item))), ...makeKey(copied), connectionId: copied.connectionId });
    const found = await own().readConnections(item.organizationId);
    expect(found.filter(({ unreadable }) => unreadable)).toHaveLength(1);
  });

  it('cannot be read with another key', async () => {
    expect(await reading(await made(), openStore('other'))).toMatch(/signature is wrong/);
  });

  it('that is not signed is signed by who takes it as it is', async () => {
    const item = await dynamo.state.write(recordedConnection({ role: shopRole }));
    expect(await reading(item)).toMatch(/azfed sign/);
    const taking = openStore('own', true);
    expect(await reading(item, taking)).toEqual(item);
    const written = await taking.write(item);
    expect(await reading(item)).toEqual(written);
  });
});

const NEVER = Date.parse('2099-01-01T00:00:00.000Z');
const OTHER = '99999999-0000-4000-8000-000000000009';

it('what people have decided is signed, and everything is paused while its signature is wrong', async () => {
  const written = await own().write({ ...newControls, bootstrapped: { by: 'ana', at: NEVER } });
  expect(await own().readControls()).toEqual(written);
  await put({ ...(await stored(controlsKey())), approvals: [], breakers: [], notified: ['x'] });
  expect(await own().readControls()).toMatchObject({
    unreadable: { reason: expect.stringContaining('signature is wrong') as string },
    pauses: [{ scope: { of: 'everything' } }],
  });
});

it('what authorises nothing needs no signature', async () => {
  const item = await dynamo.state.write(recordedProvider({ account: freshAccountId() }));
  expect(await own().readProviders(item.account)).toEqual([item]);
  const issuer = item.arn.slice(item.arn.indexOf('/') + 1);
  await own().write(item);
  expect(await stored(providerKey(item.account, issuer))).not.toHaveProperty('signature');
  expect(asked).toBeGreaterThan(0);
});
