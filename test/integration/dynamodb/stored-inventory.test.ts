import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomBytes } from 'node:crypto';
import { complete } from '../../../shared/domain/kernel/result.ts';
import type { StoredProject } from '../../../shared/domain/discovery/stored-inventory.ts';
import { partKey, wholeUpdate } from '../../../shared/domain/discovery/stored-inventory.ts';
import { contoso } from '../../builders/configuration.ts';
import { connection, reference } from '../../builders/connection.ts';
import { inventory } from '../../builders/inventory.ts';
import { projectId } from '../../builders/domain-ids.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshOrganizationId } from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
beforeEach(async () => {
  dynamo = await openLocalDynamo();
});
afterEach(() => dynamo.close());

const organizationId = freshOrganizationId();
const project = (connections: StoredProject['connections']): StoredProject => ({
  kind: 'project',
  organizationId,
  version: 0,
  id: projectId(1),
  name: 'Shop',
  connections,
});
const many = (count: number, name: (index: number) => string) =>
  complete(
    Array.from({ length: count }, (_, index) =>
      connection(index + 1, {
        references: [{ projectId: projectId(1), projectName: 'Shop', name: name(index) }],
      }),
    ),
  );
const scan = async () => (await dynamo.client.send(new ScanCommand({ TableName: dynamo.table }))).Items ?? [];

it('keeps a few connections as text that people can read', async () => {
  await dynamo.inventory.write(project(many(2, () => 'aws-prod')));
  expect(await scan()).toMatchObject([{ text: { S: expect.stringContaining('"aws-prod"') as string } }]);
});

it('packs five thousand connections into one item, and unpacks them again', async () => {
  const part = project(many(5_000, (index) => `aws-${index}`));
  await dynamo.inventory.write(part);
  expect(await dynamo.inventory.read(organizationId)).toStrictEqual([{ ...part, version: 1 }]);
  const [item] = await scan();
  expect(item?.['packed']?.B?.length).toBeLessThan(100_000);
});

it('keeps a project that is too large for an item as unknown, never cut', async () => {
  await dynamo.inventory.write(project(many(2_000, () => randomBytes(200).toString('base64'))));
  expect(await dynamo.inventory.read(organizationId)).toMatchObject([
    { name: 'Shop', connections: { state: 'unknown', code: 'too-many-connections' } },
  ]);
});

describe('connections that projects share', () => {
  const PROJECTS = 120;
  const references = Array.from({ length: PROJECTS }, (_, index) => reference(index + 1, 'aws-shared'));
  const shared = Array.from({ length: 12 }, (_, index) => connection(index + 1, { references }));
  const snapshot = inventory(shared, { ...contoso, id: organizationId });
  const discovered = async () => {
    const before = await dynamo.inventory.read(organizationId);
    const update = wholeUpdate(before, snapshot, 0);
    for (const part of update.writes) await dynamo.inventory.write(part);
    await dynamo.inventory.removeUnused(organizationId);
    return update.writes.length;
  };
  const measureBytes = (items: readonly object[]) =>
    items.reduce((sum, item) => sum + JSON.stringify(item).length, 0);

  it('are stored once, however many projects list them', async () => {
    expect(await discovered()).toBe(PROJECTS + 1);
    const items = await scan();
    expect(items).toHaveLength(PROJECTS + 1 + shared.length);
    // 12 connections with a reference to each project, and as many digests in each project.
    expect(measureBytes(items)).toBeLessThan(400_000);
    expect(await discovered()).toBe(0);
  });

  it('are stored anew where the release before stored them with each project, and are gone when nothing names them', async () => {
    const both = shared.slice(0, 1).map((one) => ({ ...one, references: references.slice(0, 2) }));
    const look = async (connections: StoredProject['connections']) => {
      const parts = await dynamo.inventory.read(organizationId);
      const seen = {
        ...inventory([], { ...contoso, id: organizationId }),
        projects: complete([{ id: projectId(1), name: 'Shop', connections }]),
      };
      const { writes } = wholeUpdate(parts, seen, 0);
      for (const part of writes) await dynamo.inventory.write(part);
      await dynamo.inventory.removeUnused(organizationId);
      return writes.map(partKey);
    };
    await look(complete(both));
    const text = JSON.stringify({
      kind: 'project',
      id: projectId(1),
      name: 'Shop',
      connections: complete(both),
    });
    const key = { pk: { S: `ORG#${organizationId}` }, sk: { S: `INVENTORY#PROJECT#${projectId(1)}` } };
    const Item = { ...key, version: { N: '7' }, text: { S: text } };
    await dynamo.client.send(new PutItemCommand({ TableName: dynamo.table, Item }));
    expect(await dynamo.inventory.read(organizationId)).toMatchObject([{}, { connections: complete(both) }]);
    expect(await look(complete(both))).toEqual([`PROJECT#${projectId(1)}`]);
    expect(await look(complete(both))).toEqual([]);
    expect(await scan()).toHaveLength(3);
    await look(complete([]));
    await look(complete([]));
    expect(await scan()).toHaveLength(2);
  });
});

it.each([
  ['text that is no inventory', { text: { S: '{"kind":"project"}' } }],
  ['text that is no JSON', { text: { S: 'PROJECT' } }],
  ['a field that it does not know', { text: { S: '{}' }, more: { S: '' } }],
  [
    'the part of another key',
    {
      text: {
        S: JSON.stringify({
          kind: 'identity',
          organizationName: 'contoso',
          identity: { state: 'complete', value: { id: organizationId, name: 'contoso' } },
          list: { state: 'complete', value: 'whole' },
        }),
      },
    },
  ],
])('counts a part as unread that is %s, and names the item', async (_what, fields) => {
  const key = { pk: { S: `ORG#${organizationId}` }, sk: { S: `INVENTORY#PROJECT#${projectId(1)}` } };
  const Item = { ...key, version: { N: '1' }, ...fields };
  await dynamo.client.send(new PutItemCommand({ TableName: dynamo.table, Item }));
  expect(await dynamo.inventory.read(organizationId)).toMatchObject([
    {
      kind: 'project',
      id: projectId(1),
      version: 1,
      connections: {
        state: 'unknown',
        message: expect.stringContaining(`INVENTORY#PROJECT#${projectId(1)}`) as string,
      },
    },
  ]);
});
