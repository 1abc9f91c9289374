import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { connectionKey } from '../../../shared/contract/table-keys.ts';
import { InvariantError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import type { EventType } from '../../../shared/domain/records/event-catalogue.ts';
import type { RoleOperation } from '../../../shared/domain/records/operation.ts';
import { roleOperations } from '../../../shared/domain/records/operation.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import {
  freshConnectionId,
  pendingEvent,
  recordedConnection,
  recordedProvider,
  shopRole,
} from '../../builders/recorded-items.ts';

describe('what lies in the table', () => {
  let dynamo: LocalDynamo;
  let documents: DynamoDBDocumentClient;
  beforeAll(async () => {
    dynamo = await openLocalDynamo();
    documents = DynamoDBDocumentClient.from(dynamo.client);
  });
  afterAll(() => dynamo.close());

  const makeKey = (item: RecordedConnection) => connectionKey(item.organizationId, item.connectionId);

  async function stored(item: RecordedConnection): Promise<Record<string, unknown>> {
    const { Item: found = {} } = await documents.send(
      new GetCommand({ TableName: dynamo.table, Key: makeKey(item), ConsistentRead: true }),
    );
    return found;
  }

  describe('the sparse indexes', () => {
    const outbox = { pending: [pendingEvent(8, { time: '2026-11-22T10:00:00Z' })], nextSequence: 9 };

    it.each([
      { what: 'no role and no events', fields: {}, attributes: [] },
      { what: 'a role', fields: { role: shopRole }, attributes: [] },
      { what: 'events', fields: { outbox }, attributes: ['gsi2pk', 'gsi2sk'] },
    ])('hold a connection with $what under $attributes alone', async ({ fields, attributes }) => {
      const item = recordedConnection(fields);
      await dynamo.state.write(item);
      const names = Object.keys(await stored(item)).filter((name) => name.startsWith('gsi'));
      expect(names.sort()).toEqual(attributes);
    });

    it('tell first whose oldest event is oldest', async () => {
      const at = (sequence: number, time: string) => pendingEvent(sequence, { time });
      const late = [at(1, '2001-01-02T00:00:00Z')];
      const early = [at(7, '2001-01-03T00:00:00Z'), at(2, '2001-01-01T00:00:00Z')];
      const [second, first] = [late, early].map((pending) =>
        recordedConnection({ outbox: { pending, nextSequence: 8 } }),
      );
      for (const item of [second, first]) if (item) await dynamo.state.write(item);
      const [one, two] = (await dynamo.state.readPending()).items;
      expect([one, two]).toMatchObject([
        { connectionId: first?.connectionId },
        { connectionId: second?.connectionId },
      ]);
    });
  });

  describe('the intent of a role', () => {
    const makeIntent = (operation: RoleOperation) =>
      recordedConnection({
        role: { ...shopRole, intent: { changeId: 'one', at: Date.parse('2026-11-22T10:00:00Z'), operation } },
      });
    const operations = Object.entries(roleOperations) as [RoleOperation, EventType][];

    it.each(operations)(
      '%s has its event beside it, which the release before reads',
      async (operation, event) => {
        const item = makeIntent(operation);
        await dynamo.state.write(item);
        expect(await stored(item)).toMatchObject({ role: { intent: { operation, tells: event } } });
      },
    );

    it.each(operations)(
      '%s is read from its event, as the release before has stored it',
      async (operation, event) => {
        const item = makeIntent(operation);
        const written = await dynamo.state.write(item);
        const { role, ...rest } = await stored(item);
        const intent = { changeId: 'one', at: '2026-11-22T10:00:00Z', tells: event };
        const Item = { ...rest, role: { ...(role as object), intent } };
        await documents.send(new PutCommand({ TableName: dynamo.table, Item }));
        expect(await dynamo.state.readAgain(item)).toStrictEqual(written);
      },
    );
  });

  describe('an item that nobody can read', () => {
    it.each([
      { what: 'an attribute is missing', spoil: { told: undefined } },
      {
        what: 'an event is of a type that this release does not know',
        spoil: {
          outbox: {
            pending: [{ ...pendingEvent(1), type: 'connection.sung.v1', data: '{}' }],
            nextSequence: 2,
          },
        },
      },
      { what: 'its schema is of a later release', spoil: { schemaVersion: 2 } },
      { what: 'an attribute has another type', spoil: { version: '1' } },
      { what: 'its kind is not known', spoil: { kind: 'organization' } },
      { what: 'a time is none', spoil: { missing: { since: '2026-02-30T09:00:00.000Z' } } },
      { what: 'a time is without its zone', spoil: { missing: { since: '2026-11-22T09:00:00' } } },
      { what: 'an id is not one', spoil: { connectionId: 'aws-prod' } },
      { what: 'it lies under the key of another', spoil: { connectionId: freshConnectionId() } },
      {
        what: 'an event is not JSON',
        spoil: { outbox: { pending: [{ ...pendingEvent(1), data: '{' }], nextSequence: 2 } },
      },
      {
        what: 'an event is no object',
        spoil: { outbox: { pending: [{ ...pendingEvent(1), data: '[]' }], nextSequence: 2 } },
      },
    ])('is quarantined alone under its key, never left out of the list: $what', async ({ spoil }) => {
      const item = recordedConnection();
      await dynamo.state.write(item);
      const spoilt = Object.entries({ ...(await stored(item)), ...spoil, ...makeKey(item) });
      const Item = Object.fromEntries(spoilt.filter(([, value]) => value !== undefined));
      await documents.send(new PutCommand({ TableName: dynamo.table, Item }));
      const other = await dynamo.state.write(recordedConnection({ organizationId: item.organizationId }));
      const read = await dynamo.state.readConnections(item.organizationId);
      const found = read.find(({ connectionId }) => connectionId === item.connectionId);
      expect(read).toHaveLength(2);
      expect(read).toContainEqual(other);
      expect(found?.unreadable?.reason).toContain(
        `ORG#${item.organizationId} CONNECTION#${item.connectionId}`,
      );
      expect(found).toMatchObject({ earlier: [], outbox: { pending: [] } });
      await expect(dynamo.state.write(found ?? item)).rejects.toBeInstanceOf(UpstreamError);
      expect(await stored(item)).toEqual(Item);
    });

    it('is no longer one when only an attribute is new: it is kept by the next write', async () => {
      const item = await dynamo.state.write(recordedConnection({ role: shopRole }));
      const Item = await stored(item);
      const role = { ...(Item['role'] as object), colour: 'green' };
      await documents.send(
        new PutCommand({ TableName: dynamo.table, Item: { ...Item, role, approvedBy: 'somebody' } }),
      );
      const [read] = await dynamo.state.readConnections(item.organizationId);
      if (!read) throw new Error('The item is not read.');
      await dynamo.state.write({ ...read, notified: ['connection.missing'] });
      expect(await stored(item)).toMatchObject({
        approvedBy: 'somebody',
        role: { colour: 'green' },
        told: ['connection.missing'],
        schemaVersion: 1,
      });
    });

    it('is not written in the first place', async () => {
      const item = recordedConnection({ role: { ...shopRole, writtenAt: NaN } });
      await expect(dynamo.state.write(item)).rejects.toBeInstanceOf(InvariantError);
      expect(await stored(item)).toEqual({});
    });
  });

  it('keeps the lease of an account out of the list of its providers', async () => {
    const provider = await dynamo.state.write(recordedProvider());
    const lease = await dynamo.leases.acquire(provider.account, 'a', 1, 1000);
    expect(lease).toBeDefined();
    expect(await dynamo.state.readProviders(provider.account)).toStrictEqual([provider]);
  });

  it('refuses an item beyond 400 KB, says what to do, and keeps the one it has', async () => {
    const kept = await dynamo.state.write(recordedConnection());
    const pending = [pendingEvent(1, { data: { text: 'x'.repeat(410_000) } })];
    const attempt = dynamo.state.write({ ...kept, outbox: { pending, nextSequence: 2 } });
    await expect(attempt).rejects.toBeInstanceOf(UpstreamError);
    await expect(attempt).rejects.toThrow(/400 KB.*webhook/);
    expect(await dynamo.state.readConnections(kept.organizationId)).toStrictEqual([kept]);
  });
});
