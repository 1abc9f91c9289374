import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoActorMemory } from '../../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createDynamoAuditCursorStore } from '../../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import { createDynamoAttributedChanges } from '../../../shared/adapters/dynamodb/dynamo-attributed-changes.ts';
import { createDynamoHookMemory } from '../../../shared/adapters/dynamodb/dynamo-hook-memory.ts';
import { createDynamoRunLog } from '../../../shared/adapters/dynamodb/dynamo-run-log.ts';
import type { TableKey } from '../../../shared/contract/table-keys.ts';
import {
  actorKey,
  auditKey,
  connectionHistoryPartition,
  attributedChangeKey,
  eventKey,
  hookKey,
  leaseKey,
  runKey,
} from '../../../shared/contract/table-keys.ts';
import { UNREADABLE_ITEM } from '../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import {
  freshAccountId,
  freshConnectionId,
  freshOrganizationId,
  pendingEvent,
  recordedConnection,
} from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
  documents = DynamoDBDocumentClient.from(dynamo.client);
});
afterAll(() => dynamo.close());

const clock = createVirtualClock();
const now = clock.now();
const time = new Date(now).toISOString();
const access = () => ({ documents, table: dynamo.table });
const stored = async (key: TableKey): Promise<Record<string, unknown>> => {
  const { Item = {} } = await documents.send(
    new GetCommand({ TableName: dynamo.table, Key: key, ConsistentRead: true }),
  );
  return Item;
};
const put = async (key: TableKey, fields: Readonly<Record<string, unknown>>) => {
  const Item = { ...(await stored(key)), ...fields, ...key };
  await documents.send(new PutCommand({ TableName: dynamo.table, Item }));
};
const unreadable = expect.objectContaining({ code: UNREADABLE_ITEM }) as Error;
const later = { schemaVersion: 2 };
const added = { laterAttribute: { kept: true } };
const actor = {
  source: 'event',
  principal: 'eve',
  eventId: 'one',
  eventName: 'AttachRolePolicy',
  time,
  link: 'https://example.test',
} as const;

describe('a history with entries that this release cannot read', () => {
  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['an entry of a later schema', later, 1],
    ['an event of a later release', { type: 'connection.sung.v1' }, 1],
    ['an attribute that is only new', added, 0],
  ])('counts %s, and gives the others', async (_title, spoil, count) => {
    const item = recordedConnection();
    for (const sequence of [1, 2]) await dynamo.history.append(item, pendingEvent(sequence, { time }));
    await put(eventKey(connectionHistoryPartition(item.connectionId), 1), spoil);
    const { entries, unreadable: left } = await dynamo.history.read(item.connectionId);
    expect([entries.length, left]).toEqual([2 - count, count]);
  });
});

describe('a log of runs with entries that this release cannot read', () => {
  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['an entry of a later schema', later, 1],
    ['a count that is a text', { drifted: 'two' }, 1],
    ['an attribute that is only new', added, 0],
  ])('counts %s, and gives the others', async (title, spoil, count) => {
    const log = createDynamoRunLog(access(), clock);
    const before = await log.latest(50);
    const deeds = { repaired: 1, created: 0, changed: 0, closed: 0, held: 0, failed: 0 };
    const run = { id: title, trigger: 'schedule' } as const;
    const record = { run, time, accounts: [], inOrder: 1, drifted: 1, deeds };
    await log.append(record);
    expect(await stored(runKey(time, title))).toMatchObject({ schemaVersion: 1 });
    await put(runKey(time, title), spoil);
    const after = await log.latest(50);
    expect(after.unreadable - before.unreadable).toBe(count);
    expect(after.entries).toHaveLength(before.entries.length + 1 - count);
  });
});

describe('the cursor of an audit log', () => {
  const store = () => createDynamoAuditCursorStore(access());

  it('has a schemaVersion, and keeps attributes of a later release', async () => {
    const id = freshOrganizationId();
    await store().write(await store().read(id));
    await put(auditKey(id), added);
    await store().write({ ...(await store().read(id)), readUntil: now });
    expect(await stored(auditKey(id))).toMatchObject({
      schemaVersion: 1,
      readUntil: time,
      ...added,
      version: 2,
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['of a later schema', later],
    ['that holds no list', { handled: 'none' }],
  ])('%s is told, and not taken for a new one', async (_title, spoil) => {
    const id = freshOrganizationId();
    await store().write(await store().read(id));
    await put(auditKey(id), spoil);
    await expect(store().read(id)).rejects.toEqual(unreadable);
  });
});

describe('a lease', () => {
  const MINUTE_MS = 60_000;
  const acquire = (account: ReturnType<typeof freshAccountId>) =>
    dynamo.leases.acquire(account, 'a run', now, MINUTE_MS);
  const held = { owner: 'another', fence: 4, leaseUntil: now - MINUTE_MS };

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['of a later schema', { ...held, ...later }],
    ['of a schema that is no number', { ...held, schemaVersion: 'two' }],
    ['whose end is a text', { ...held, leaseUntil: '2026-11-22' }],
    ['whose fence is a text', { ...held, fence: 'four' }],
  ])('%s counts as held, is told with what helps, and is left as it is', async (_title, fields) => {
    const account = freshAccountId();
    await put(leaseKey(account), fields);
    const before = await stored(leaseKey(account));
    await expect(acquire(account)).rejects.toEqual(unreadable);
    await expect(acquire(account)).rejects.toThrow(/It counts as held.+delete the item\.$/);
    await expect(dynamo.leases.holder(account)).rejects.toEqual(unreadable);
    expect(await stored(leaseKey(account))).toEqual(before);
  });

  it('with an attribute that is only new is taken, released, and keeps it', async () => {
    const account = freshAccountId();
    await put(leaseKey(account), { ...held, ...added });
    const lease = await acquire(account);
    expect(lease).toMatchObject({ owner: 'a run', fence: 5 });
    if (lease) await dynamo.leases.release(lease);
    expect(await stored(leaseKey(account))).toMatchObject({ fence: 5, schemaVersion: 1, ...added });
  });
});

describe('what is known of people', () => {
  it('leaves out one change of IAM that cannot be read, and calls the others probable', async () => {
    const memory = createDynamoActorMemory(access(), clock);
    const account = freshAccountId();
    const target = { kind: 'role', name: 'r1' } as const;
    const change = { account: { id: account, partition: 'aws' }, target, actor } as Parameters<
      typeof memory.remember
    >[0];
    const list = () => memory.list({ id: account, partition: 'aws' } as never, target, now - 1, () => true);
    await memory.remember(change);
    await memory.remember({ ...change, actor: { ...actor, eventId: 'two' } });
    expect(await list()).toEqual([{ ...actor, eventId: 'two' }, actor]);
    const key = actorKey(account, 'ROLE/r1', time, 'two');
    expect(await stored(key)).toMatchObject({ schemaVersion: 1 });
    await put(key, added);
    expect(await list()).toHaveLength(2);
    await put(key, later);
    expect(await list()).toEqual([{ ...actor, isProbable: true }]);
  });

  it('keeps a schemaVersion in what is written once', async () => {
    const [organizationId, of] = [freshOrganizationId(), freshConnectionId()];
    const deeds = createDynamoAttributedChanges(access());
    await deeds.remember({ organizationId, of, actor: { ...actor, source: 'audit-log' } });
    expect(await stored(attributedChangeKey(organizationId, of))).toMatchObject({ schemaVersion: 1 });
    await put(attributedChangeKey(organizationId, of), later);
    await expect(deeds.last(organizationId, of, 0)).rejects.toEqual(unreadable);
    await createDynamoHookMemory(access()).remember({ organizationId, key: 'k' }, now);
    expect(await stored(hookKey(organizationId, 'k'))).toMatchObject({ schemaVersion: 1 });
  });
});
