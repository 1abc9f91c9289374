import * as z from 'zod';
import { ratesKey } from '../../contract/table-keys.ts';
import type { RateStore } from '../../ports/rates.ts';
import { schemaStamp } from './item-mapping.ts';
import { getItem, putItem, type TableAccess } from './dynamo-table.ts';

/** Numbers with a part behind the point are kept in thousandths, as whole numbers. */
const rate = z.int().transform((thousandths) => thousandths / 1_000);
const ratesItem = z.object({ reads: rate, writes: rate });
const thousandths = (perSecond: number) => Math.round(1_000 * perSecond);

export const createDynamoRateStore = (access: TableAccess): RateStore => ({
  recall: async (account) =>
    ratesItem.safeParse(await getItem(access, ratesKey(account), { ConsistentRead: false })).data,
  async remember(account, { reads, writes }) {
    const rates = { reads: thousandths(reads), writes: thousandths(writes) };
    await putItem(access, { ...ratesKey(account), ...schemaStamp, ...rates });
  },
});
