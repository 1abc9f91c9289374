import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { stackKey } from '../../contract/table-keys.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import { calling } from './errors.ts';
import { keyText, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';

const stackItem = z.object({
  release: z.string(),
  configurationBucket: z.string(),
  settings: z
    .object({
      mode: z.enum(['small', 'organization']),
      partition: z.string(),
      rolePath: z.string(),
      ownRoles: z.array(z.string()),
    })
    .exactOptional(),
  sha256: z.string(),
  needs: z.array(z.string()),
});

export function createDynamoDeployedStack({
  documents,
  table,
}: Pick<TableAccess, 'documents' | 'table'>): DeployedStackStore {
  return {
    async read() {
      const command = new GetCommand({ TableName: table, Key: stackKey, ConsistentRead: true });
      const call = { action: 'dynamodb:GetItem', target: keyText(stackKey) } as const;
      const { Item: item } = await calling(call, () => documents.send(command));
      return stackItem.safeParse(item).data;
    },
    async write(stack) {
      const command = new PutCommand({ TableName: table, Item: { ...stackKey, ...schemaStamp, ...stack } });
      const call = { action: 'dynamodb:PutItem', target: keyText(stackKey) } as const;
      await calling(call, () => documents.send(command));
    },
  };
}
