import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ratesKey } from '../../contract/table-keys.ts';
import type { RateStore } from '../../ports/rates.ts';
import { callTable } from './errors.ts';
import { keyText, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';

/** Numbers with a part behind the point are kept in thousandths, as whole numbers. */
const rate = z.int().transform((thousandths) => thousandths / 1_000);
const ratesItem = z.object({ reads: rate, writes: rate });
const thousandths = (perSecond: number) => Math.round(1_000 * perSecond);

export function createDynamoRateStore(access: Pick<TableAccess, 'documents' | 'table'>): RateStore {
  const { documents, table } = access;
  return {
    async recall(account) {
      const key = ratesKey(account);
      const command = new GetCommand({ TableName: table, Key: key });
      const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
      const { Item: item } = await callTable(call, () => documents.send(command));
      return ratesItem.safeParse(item).data;
    },
    async remember(account, { reads, writes }) {
      const key = ratesKey(account);
      const rates = { reads: thousandths(reads), writes: thousandths(writes) };
      const command = new PutCommand({ TableName: table, Item: { ...key, ...schemaStamp, ...rates } });
      const call = { action: 'dynamodb:PutItem', target: keyText(key) } as const;
      await callTable(call, () => documents.send(command));
    },
  };
}
