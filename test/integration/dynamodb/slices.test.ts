import { randomBytes } from 'node:crypto';
import { GetItemCommand, UpdateItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { digestSlice } from '../../../shared/domain/discovery/account-slice.ts';
import type { AccountSlice } from '../../../shared/domain/discovery/account-slice.ts';
import { finding } from '../../../shared/domain/findings/finding.ts';
import { ConflictError } from '../../../shared/domain/kernel/errors.ts';
import { connection } from '../../builders/connection.ts';
import { connectionId, projectId } from '../../builders/domain-ids.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshAccountId, freshOrganizationId } from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
});
afterAll(() => dynamo.close());

function makeSlice(fields: Partial<AccountSlice> = {}): AccountSlice {
  return {
    account: freshAccountId(),
    organizationId: freshOrganizationId(),
    basis: 'basis',
    name: 'contoso',
    isRead: true,
    isComplete: false,
    findings: [finding('read.incomplete', 'Shop: it was cut short.', { evidence: { reason: 'count' } })],
    connections: [connection(1, { hidesReferences: 'some', unset: ['useOIDC'], sessionName: 'me' })],
    unsettled: [connectionId(1)],
    wholeProjects: [projectId(1)],
    unlisted: [connectionId(9)],
    elsewhere: [{ connectionId: connectionId(9) }, { connectionId: connectionId(1), home: freshAccountId() }],
    absence: { missing: 4, kept: 9 },
    ...fields,
  };
}

/** Names that no compression makes shorter: the slice needs several items. */
const makeLarge = (fields: Partial<AccountSlice> = {}) =>
  makeSlice({
    connections: Array.from({ length: 400 }, (_, index) =>
      connection(index + 1, { sessionName: randomBytes(2_000).toString('base64') }),
    ),
    ...fields,
  });

async function readBack({ account, organizationId }: AccountSlice) {
  const { slices } = await dynamo.accountStates.readAccount(account, [organizationId]);
  return slices;
}

const getHead = async ({ account, organizationId }: AccountSlice) =>
  (await dynamo.slices.readHeads(organizationId, [account])).get(account);

/** Items of the account that the time to live leaves. */
async function countItems({ account }: AccountSlice): Promise<number> {
  const query = {
    TableName: dynamo.table,
    KeyConditionExpression: 'pk = :account',
    ExpressionAttributeValues: { ':account': { S: `ACCOUNT#${account}` } },
  };
  let count = 0;
  for await (const { Items = [] } of paginateQuery({ client: dynamo.client }, query))
    count += Items.filter((item) => !('ttl' in item)).length;
  return count;
}

describe('a slice in the table', () => {
  it.each([
    ['in one item', makeSlice()],
    ['in several items', makeLarge()],
  ])('is read as it was written, %s', async (_where, slice) => {
    expect(await getHead(slice)).toBeUndefined();
    await dynamo.slices.write(slice, undefined);
    expect(await getHead(slice)).toMatchObject({ version: 1, digest: digestSlice(slice) });
    expect(await readBack(slice)).toStrictEqual([slice]);
  });

  it('that becomes small again leaves no parts behind', async () => {
    const large = makeLarge();
    await dynamo.slices.write(large, undefined);
    expect(await countItems(large)).toBeGreaterThan(1);
    const small = makeSlice({ account: large.account, organizationId: large.organizationId });
    await dynamo.slices.write(small, await getHead(large));
    expect(await readBack(small)).toStrictEqual([small]);
    expect(await countItems(large)).toBe(1);
  });

  it('is not written over one that somebody else wrote since', async () => {
    const slice = makeSlice();
    await dynamo.slices.write(slice, undefined);
    const head = await getHead(slice);
    await dynamo.slices.write({ ...slice, isComplete: true }, head);
    await expect(dynamo.slices.write(slice, head)).rejects.toThrow(ConflictError);
    await expect(dynamo.slices.write(slice, undefined)).rejects.toThrow(ConflictError);
    expect(await readBack(slice)).toMatchObject([{ isComplete: true }]);
  });

  it.each([
    ['of a later release', 'SET schemaVersion = :value', { N: '99' }],
    ['that is no gzip', 'SET packed = :value', { B: Buffer.from('nonsense') }],
    ['of which a part is gone', 'SET parts = :value', { N: '3' }],
    ['that another digest names', 'SET digest = :value', { S: 'another' }],
  ])('%s counts as unread, and the next discovery writes it anew', async (_what, update, value) => {
    const slice = makeSlice();
    await dynamo.slices.write(slice, undefined);
    const key = { pk: { S: `ACCOUNT#${slice.account}` }, sk: { S: `SLICE#${slice.organizationId}` } };
    await dynamo.client.send(
      new UpdateItemCommand({
        TableName: dynamo.table,
        Key: key,
        UpdateExpression: update,
        ExpressionAttributeValues: { ':value': value },
      }),
    );
    expect(await readBack(slice)).toEqual([]);
    await dynamo.slices.write({ ...slice, isComplete: true }, await getHead(slice));
    expect(await readBack(slice)).toMatchObject([{ isComplete: true }]);
    const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: dynamo.table, Key: key }));
    expect(Item?.['version']?.N).toBe('2');
  });
});
