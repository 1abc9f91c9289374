import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { toTableItem } from '../../../shared/adapters/dynamodb/item-mapping.ts';
import { hookPartKey } from '../../../shared/contract/table-keys.ts';
import { ConflictError } from '../../../shared/domain/kernel/errors.ts';
import type { OrganizationId, ProjectId, SubscriptionId } from '../../../shared/domain/kernel/ids.ts';
import type { RecordedHooks } from '../../../shared/domain/records/hook-records.ts';
import { newHooks } from '../../../shared/domain/records/hook-records.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshOrganizationId, pendingEvent } from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
beforeEach(async () => {
  dynamo = await openLocalDynamo();
});
afterEach(() => dynamo.close());

const event = 'ms.vss-endpoint.endpoint-created' as const;
const buildId = (prefix: string, number: number) =>
  `${prefix}-0000-4000-8000-${String(number).padStart(12, '0')}`;
const projectId = (number: number) => buildId('11111111', number) as ProjectId;
const subscriptionId = (number: number) => buildId('dddddddd', number) as SubscriptionId;

/** One subscription in each of so many projects. */
function buildHooks(organizationId: OrganizationId, count: number): RecordedHooks {
  const seen = Array.from({ length: count }, (_, index) => ({
    id: subscriptionId(index),
    projectId: projectId(index),
    event,
  }));
  const passwords = seen.map(({ id, projectId }) => ({ id, projectId, digest: 'd'.repeat(44) }));
  return { ...newHooks(organizationId), salt: 'salt', seen, passwords };
}

/** As the release before wrote it: everything in one. */
async function putFormerItem(hooks: RecordedHooks): Promise<void> {
  const documents = DynamoDBDocumentClient.from(dynamo.client);
  await documents.send(new PutCommand({ TableName: dynamo.table, Item: toTableItem(hooks) }));
}

async function listItems(): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamo.client }, { TableName: dynamo.table }))
    items.push(...Items);
  return items;
}

/** The items of each transaction from now on; those after `mostTransactions` do not arrive. */
function recordTransactions(mostTransactions = Infinity): readonly number[] {
  const sizes: number[] = [];
  dynamo.client.middlewareStack.add(
    (next) => (request) => {
      if ('TransactItems' in request.input) {
        if (sizes.length >= mostTransactions) throw new Error('The machine ended here.');
        sizes.push((request.input.TransactItems as readonly unknown[]).length);
      }
      return next(request);
    },
    { step: 'initialize' },
  );
  return sizes;
}

describe('hooks that the release before wrote', () => {
  const organization = '00000000-0000-4000-8000-000000000001' as OrganizationId;
  const [first, second] = [projectId(1), projectId(2)];

  it('are read from their one item, and lie by project after the next write', async () => {
    const file = join(import.meta.dirname, '../../fixtures/table/release-0.1-decisions.json');
    const items = JSON.parse(readFileSync(file, 'utf8')) as Record<string, AttributeValue>[];
    for (const Item of items) await dynamo.client.send(new PutItemCommand({ TableName: dynamo.table, Item }));
    const { state } = dynamo;
    const before = await state.readHooks(organization);
    expect(before).toMatchObject({
      version: 1,
      salt: 'salt',
      passwords: [1, 2, 9].map((number) => ({ id: subscriptionId(number) })),
      seen: [{ projectId: first }, { projectId: second }],
      lost: [{ projectId: second, state: 'missing' }],
    });
    const written = await state.write(before);
    expect(written.version).toBe(2);
    const after = await state.readHooks(organization);
    expect({ ...after, passwords: new Set(after.passwords) }).toEqual({
      ...written,
      passwords: new Set(before.passwords),
    });
    const stored = (await listItems()).filter(({ sk }) => sk?.S?.startsWith('HOOKS'));
    expect(new Set(stored.map(({ sk }) => sk?.S))).toEqual(
      new Set(['HOOKS', ...[first, second].map((project) => hookPartKey(organization, project).sk)]),
    );
    // A subscription that was never seen is of no known project.
    const head = stored.find(({ sk }) => sk?.S === 'HOOKS');
    expect(head?.['passwords']?.L?.map(({ M }) => M?.['id']?.S)).toEqual([subscriptionId(9)]);
    expect(head?.['seen']?.L).toEqual([]);
  });

  it('lose nothing where the write ends after its first transaction', async () => {
    const former = { ...buildHooks(freshOrganizationId(), 150), version: 1 };
    await putFormerItem(former);
    const transactions = recordTransactions(1);
    await expect(dynamo.state.write(former)).rejects.toThrow('The machine ended here.');
    expect(transactions).toEqual([100]);
    const left = await dynamo.state.readHooks(former.organizationId);
    expect(left.version).toBe(2);
    expect(new Set(left.seen)).toEqual(new Set(former.seen));
    expect(new Set(left.passwords)).toEqual(new Set(former.passwords));
  });

  it('count again where that release has written after this one', async () => {
    const hooks = await dynamo.state.write(buildHooks(freshOrganizationId(), 2));
    const passwords = hooks.passwords.map(({ id }) => ({ id, digest: 'later' }));
    const former = { ...hooks, passwords, version: 2 };
    await putFormerItem(former);
    expect(await dynamo.state.readHooks(hooks.organizationId)).toEqual(former);
    const written = await dynamo.state.write(former);
    expect(await dynamo.state.readHooks(hooks.organizationId)).toEqual(written);
  });
});

describe('the hooks of 1,000 projects', () => {
  it('lie in items that do not grow with them, and a change of one writes one', async () => {
    const hooks = await dynamo.state.write(buildHooks(freshOrganizationId(), 1000));
    expect(await dynamo.state.readHooks(hooks.organizationId)).toEqual(hooks);
    const sizes = (await listItems()).map((item) => JSON.stringify(item).length);
    expect(sizes).toHaveLength(1001);
    expect(Math.max(...sizes)).toBeLessThan(1000);
    const transactions = recordTransactions();
    const changed = await dynamo.state.write({
      ...hooks,
      seen: hooks.seen.slice(0, -1),
      outbox: { pending: [pendingEvent(1)], nextSequence: 2 },
    });
    expect(transactions).toEqual([2]);
    expect(await dynamo.state.readHooks(hooks.organizationId)).toEqual(changed);
    expect((await dynamo.state.readPending()).items).toEqual([changed]);
  });

  it('refuse a write that rests on what was there before', async () => {
    const hooks = await dynamo.state.write(buildHooks(freshOrganizationId(), 3));
    const changed = await dynamo.state.write({ ...hooks, seen: [] });
    await expect(dynamo.state.write({ ...hooks, passwords: [] })).rejects.toBeInstanceOf(ConflictError);
    expect(await dynamo.state.readHooks(hooks.organizationId)).toEqual(changed);
  });
});
