import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { noteDeployment } from '../../../shared/application/records/note-deployment.ts';
import { stackKey } from '../../../shared/contract/table-keys.ts';
import type { DeployedStack } from '../../../shared/domain/records/deployed-stack.ts';
import { countCapacity } from '../../builders/capacity.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

let dynamo: LocalDynamo;
beforeEach(async () => {
  dynamo = await openLocalDynamo();
});
afterEach(() => dynamo.close());

const settings = { mode: 'organization', partition: 'aws', rolePath: '/azfed/', ownRoles: [] } as const;
const origin = { version: 0, sha256: 'a'.repeat(64) };

function buildStack(accounts: number): DeployedStack {
  const needs = Array.from({ length: accounts }, (_, index) => `arn:aws:iam::${index}:role/azfed-spoke`);
  return {
    release: '0.2.0',
    configurationBucket: 'azfed-configuration',
    sha256: origin.sha256,
    needs,
    settings: { ...settings, ownRoles: needs },
  };
}

function open() {
  const documents = DynamoDBDocumentClient.from(dynamo.client);
  const stack = createDynamoDeployedStack({ documents, table: dynamo.table });
  const ports = { state: dynamo.state, stack, clock: createVirtualClock() };
  return { documents, stack, note: (deployed: DeployedStack) => noteDeployment(ports, origin, deployed) };
}

describe('what the functions say of their stack', () => {
  it('is read as it was written, whatever was there before', async () => {
    const { stack, note } = open();
    expect(await stack.read()).toBeUndefined();
    const { settings: _, ...plain } = buildStack(3);
    for (const deployed of [buildStack(2), plain, buildStack(4)]) {
      await note(deployed);
      expect(await stack.read()).toEqual(deployed);
    }
  });

  it('is read where the release before wrote it, also after this one, and written anew', async () => {
    const { documents, stack, note } = open();
    for (const accounts of [2, 3]) {
      const former = buildStack(accounts);
      await documents.send(new PutCommand({ TableName: dynamo.table, Item: { ...stackKey, ...former } }));
      expect(await stack.read()).toEqual(former);
      expect(await stack.hasNoted(former)).toBe(false);
      await note(former);
      expect(await stack.read()).toEqual(former);
      expect(await stack.hasNoted(former)).toBe(true);
    }
  });

  it.each(['$(touch harm)', 'a; touch harm', '../other', 'Bucket', 'a'])(
    'says nothing where the bucket could not be one: %s',
    async (configurationBucket) => {
      const { documents, stack } = open();
      const Item = { ...stackKey, ...buildStack(1), configurationBucket };
      await documents.send(new PutCommand({ TableName: dynamo.table, Item }));
      expect(await stack.read()).toBeUndefined();
    },
  );

  it('costs a function that starts the same reads for 1 account and for 2,000, and no write', async () => {
    const { note } = open();
    const measured: number[] = [];
    for (const accounts of [1, 2_000]) {
      await note(buildStack(accounts));
      const capacity = countCapacity(dynamo.client);
      await note(buildStack(accounts));
      dynamo.client.middlewareStack.remove('countCapacity');
      expect(capacity.writes).toBe(0);
      measured.push(capacity.reads);
    }
    expect(measured[1]).toBe(measured[0]);
  });
});
