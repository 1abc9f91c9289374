import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { createMemoryAccounts } from '../../doubles/memory-accounts.ts';
import { createMemoryQueue } from '../../doubles/memory-queue.ts';
import { createMemoryServiceConnections } from '../../doubles/memory-service-connections.ts';
import { randomIds } from '../../../shared/adapters/system/system-clock.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { discover } from '../../../shared/application/discovery/discover.ts';
import { reconcile } from '../../../shared/application/run/reconcile.ts';
import type { ReconcileMessage } from '../../../shared/domain/discovery/queue-message.ts';
import { recordBootstrap } from '../../../shared/domain/guard/controls-recording.ts';
import type { AccountId } from '../../../shared/domain/kernel/ids.ts';
import { countCapacity } from '../../builders/capacity.ts';
import { configuration, contoso, grant } from '../../builders/configuration.ts';
import { connection, reference } from '../../builders/connection.ts';
import { inventory } from '../../builders/inventory.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshAccountId } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

/** As many as an account has at 20,000 connections in 200 accounts. */
const MEASURED = 100;
const OTHERS = 10;

/** Everything is made and converged in so many accounts; then a discovery and a run over one of them are counted. */
async function measure(accountCount: number) {
  const clock = createVirtualClock();
  const place = await openLocalDynamo(clock);
  // With whole pages, as in AWS: each page is rounded up.
  const dynamo = createDynamoState({ table: place.table, client: place.client, clock });
  try {
    const accounts = Array.from({ length: accountCount }, freshAccountId);
    const settings = configuration({
      accounts: accounts.map((id) => ({ id, partition: 'aws' })),
      grants: [grant({ accounts })],
    });
    const connections = createMemoryServiceConnections();
    connections.put(
      'contoso',
      inventory(
        accounts.flatMap((account, index) =>
          Array.from({ length: index === 0 ? MEASURED : OTHERS }, (_, each) => {
            const number = index * MEASURED + each + 1;
            return connection(number, {
              references: [reference(index + 1, `aws-deployment-${number}`)],
              requestedRoleArn: `arn:aws:iam::${account}:role/azure-devops/shop/deploy-${number}`,
            });
          }),
        ),
      ),
    );
    const queue = createMemoryQueue<ReconcileMessage>(clock);
    const ports = {
      ...dynamo,
      partitions: dynamo.accountStates,
      connections,
      accounts: createMemoryAccounts(clock),
      reconcileQueue: queue,
      session: () => Promise.reject(new Error('No hooks are configured.')),
      ids: randomIds,
      clock,
    };
    const look = () => discover(ports, settings, { organizationId: contoso.id }, { isRepeated: false });
    const run = (account: AccountId) =>
      reconcile(ports, settings, { trigger: 'schedule' }, { scope: { account } });
    const controls = await dynamo.state.readControls();
    await dynamo.state.write(recordBootstrap(controls, 'somebody', clock.now()));
    await look();
    for (const account of accounts) {
      const report = await run(account);
      if (report.outcome !== 'changed') throw new Error(`${account}: ${report.outcome}`);
      const { items } = await dynamo.state.readPending();
      await Promise.all(
        items.map((item) => dynamo.state.write({ ...item, outbox: { ...item.outbox, pending: [] } })),
      );
    }
    clock.advance(900_000);
    const capacity = countCapacity(place.client);
    const sent = queue.messages.length;
    const discovery = await look();
    const discovered = { ...capacity, messages: queue.messages.length - sent };
    const before = capacity.reads;
    const [account] = accounts;
    const { outcome } = await run(account ?? freshAccountId());
    const reads = capacity.reads - before;
    return { discovery, discovered, outcome, reads, writes: capacity.writes };
  } finally {
    await place.close();
  }
}

describe('units of the table', () => {
  it('that a run over one account takes depend on that account alone, and a discovery that finds nothing new writes nothing', async () => {
    const few = await measure(2);
    const more = await measure(4);
    for (const each of [few, more]) {
      expect(each).toMatchObject({
        outcome: 'converged',
        writes: 0,
        discovery: { changes: 0, accounts: [], isComplete: true },
        discovered: { messages: 0, writes: 0 },
      });
      expect(each.reads).toBeLessThanOrEqual(60);
    }
    expect(more.reads).toBe(few.reads);
    // Once for each connection, and not for each connection and account: at most a unit for each of the 20.
    expect(more.discovered.reads).toBeLessThanOrEqual(few.discovered.reads + 2 * OTHERS);
  }, 300_000);

  it('are said by the embedded table as they are documented', async () => {
    // Developer Guide, read and write operations: reads in 4 KB, half of them where they may be old, a Query by the sum; writes in 1 KB.
    const dynamo = await openLocalDynamo();
    const capacity = countCapacity(dynamo.client);
    const take = async (request: () => Promise<unknown>) => {
      const before = { ...capacity };
      await request();
      return capacity.reads - before.reads + capacity.writes - before.writes;
    };
    const TableName = dynamo.table;
    const item = (sk: string, bytes: number) => ({
      pk: { S: 'p' },
      sk: { S: sk },
      x: { S: 'x'.repeat(bytes - 7) },
    });
    const put = (sk: string, bytes: number) =>
      dynamo.client.send(new PutItemCommand({ TableName, Item: item(sk, bytes) }));
    const get = (sk: string, ConsistentRead: boolean) =>
      dynamo.client.send(
        new GetItemCommand({ TableName, ConsistentRead, Key: { pk: { S: 'p' }, sk: { S: sk } } }),
      );
    const query = (ConsistentRead: boolean) =>
      dynamo.client.send(
        new QueryCommand({
          TableName,
          ConsistentRead,
          KeyConditionExpression: 'pk = :p',
          ExpressionAttributeValues: { ':p': { S: 'p' } },
        }),
      );
    try {
      expect(await take(() => put('a', 1_024))).toBe(1);
      expect(await take(() => put('b', 1_025))).toBe(2);
      expect(await take(() => put('c', 9_000))).toBe(9);
      expect(await take(() => get('a', true))).toBe(1);
      expect(await take(() => get('a', false))).toBe(0.5);
      expect(await take(() => get('c', true))).toBe(3);
      expect(await take(() => query(true))).toBe(3);
      expect(await take(() => query(false))).toBe(1.5);
    } finally {
      await dynamo.close();
    }
  });
});
