import { stackSettings, type DeployedStack } from '../../domain/records/deployed-stack.ts';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { stackKey, stackNeedsKey } from '../../contract/table-keys.ts';
import { canonicalJson, digest } from '../../domain/kernel/digest.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import { callTable } from './errors.ts';
import { hasTableKey, keyText, schemaStamp, type TableItem } from './item-mapping.ts';
import { queryPrefix, type TableAccess } from './dynamo-table.ts';

const stackItem = z.object({
  release: z.string(),
  configurationBucket: z.string(),
  settings: stackSettings.exactOptional(),
  sha256: z.string(),
  needs: z.array(z.string()),
});

const stackDigest = z.object({ digest: z.string() });

/**
 * What grows with the accounts lies in an item beside the one with the digest, which is all that functions read. The release before
 * has everything in one item without a digest: it is read, and written anew.
 */
export function createDynamoDeployedStack(
  access: Pick<TableAccess, 'documents' | 'table'>,
): DeployedStackStore {
  return {
    async read() {
      const items = await queryPrefix(access, stackKey.pk, stackKey.sk);
      const [head, needs] = [stackKey, stackNeedsKey].map((key) =>
        items.find((item) => hasTableKey(item, key)),
      );
      return stackItem.safeParse(stackDigest.safeParse(head).success ? { ...needs, ...head } : head).data;
    },
    hasNoted: async (stack) => (await readDigest(access)) === computeDigest(stack),
    async write(stack) {
      const { settings, needs, ...head } = stack;
      await putTogether(access, [
        { ...stackKey, ...schemaStamp, ...head, digest: computeDigest(stack) },
        { ...stackNeedsKey, ...schemaStamp, ...(settings && { settings }), needs },
      ]);
    },
  };
}

const computeDigest = (stack: DeployedStack) => digest(canonicalJson(stack));

async function readDigest(access: Pick<TableAccess, 'documents' | 'table'>): Promise<string | undefined> {
  const { documents, table } = access;
  const command = new GetCommand({ TableName: table, Key: stackKey, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(stackKey) } as const;
  const { Item: item } = await callTable(call, () => documents.send(command));
  return stackDigest.safeParse(item).data?.digest;
}

/** Functions of several configurations may write at the same time. */
async function putTogether(
  { documents, table }: Pick<TableAccess, 'documents' | 'table'>,
  items: readonly TableItem[],
): Promise<void> {
  const command = new TransactWriteCommand({
    TransactItems: items.map((Item) => ({ Put: { TableName: table, Item } })),
  });
  const call = { action: 'dynamodb:PutItem', target: keyText(stackKey) } as const;
  await callTable(call, () => documents.send(command));
}
