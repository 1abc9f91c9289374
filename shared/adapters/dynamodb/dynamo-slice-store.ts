import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { sliceKey, slicePartKey, sortKeyPrefixes, tableAttributes } from '../../contract/table-keys.ts';
import type { AccountSlice, SliceHead } from '../../domain/discovery/account-slice.ts';
import { isUnreadableItem } from '../../domain/kernel/errors.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SliceStore } from '../../ports/state.ts';
import { expecting, type TableAccess } from './dynamo-table.ts';
import { callTable } from './errors.ts';
import { keyText, type TableItem } from './item-mapping.ts';
import { toSlice, toSliceHead, toSliceItems } from './slice-mapping.ts';

/** Heads that are read side by side. */
const AT_ONCE = 20;

export const createDynamoSliceStore = (access: TableAccess, clock: Clock): SliceStore => ({
  async readHeads(organization, accounts) {
    const heads = await pLimit(AT_ONCE).map(accounts, async (account) => {
      const head = await readHead(access, organization, account);
      return head ? [[account, head] as const] : [];
    });
    return new Map<AccountId, SliceHead>(heads.flat());
  },
  write: (slice, before) => write(access, slice, before, clock.now()),
});

async function readHead(
  { documents, table }: TableAccess,
  organization: OrganizationId,
  account: AccountId,
): Promise<SliceHead | undefined> {
  const key = sliceKey(account, organization);
  const command = new GetCommand({
    TableName: table,
    Key: key,
    ConsistentRead: true,
    ProjectionExpression: 'version, digest, schemaVersion, parts',
  });
  const { Item } = await callTable({ action: 'dynamodb:GetItem', target: keyText(key) }, () =>
    documents.send(command),
  );
  return Item && readableHead({ ...key, ...Item });
}

/** One that this release cannot read is written anew. */
function readableHead(stored: TableItem): SliceHead {
  try {
    return toSliceHead(stored);
  } catch (error) {
    if (!isUnreadableItem(error)) throw error;
    const { version } = stored;
    return { version: typeof version === 'number' ? version : 0, digest: '', parts: 1 };
  }
}

/**
 * What the head names is there before it. What nothing names any more is emptied after it, and the table's time to live takes
 * it away: discovery deletes nothing of an account.
 */
async function write(
  { documents, table }: TableAccess,
  slice: AccountSlice,
  before: SliceHead | undefined,
  now: number,
): Promise<void> {
  const version = before?.version ?? 0;
  const { head, others } = toSliceItems(slice, version + 1);
  const target = keyText(head);
  for (const item of others)
    await callTable({ action: 'dynamodb:PutItem', target }, () =>
      documents.send(new PutCommand({ TableName: table, Item: item })),
    );
  const command = new PutCommand({ TableName: table, Item: head, ...expecting(version) });
  await callTable({ action: 'dynamodb:PutItem', target }, () => documents.send(command));
  const { account, organizationId } = slice;
  const ttl = Math.floor(now / 1_000);
  for (let number = 1; number < (before?.parts ?? 1); number++) {
    const key = slicePartKey(account, organizationId, before?.digest ?? '', number);
    await callTable({ action: 'dynamodb:PutItem', target }, () =>
      documents.send(
        new PutCommand({ TableName: table, Item: { ...key, [tableAttributes.timeToLive]: ttl } }),
      ),
    );
  }
}

/** The slices among the items of an account's partition. One that this release cannot read is left out: it counts as unread. */
export function readSlices(items: readonly TableItem[]): readonly AccountSlice[] {
  const ofSlices = items.filter(({ sk }) => String(sk).startsWith(sortKeyPrefixes.slice));
  const groups = groupItems(ofSlices, ({ sk }) => String(sk).split('#')[1] ?? '');
  return [...groups.values()].flatMap((group) => {
    const [others, [head]] = [group.filter(isPart), group.filter((item) => !isPart(item))];
    try {
      return head ? [toSlice(head, others)] : [];
    } catch (error) {
      if (!isUnreadableItem(error)) throw error;
      return [];
    }
  });
}

const isPart = ({ sk }: TableItem) => String(sk).split('#').length > 2;
