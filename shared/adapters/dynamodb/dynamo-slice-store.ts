import pLimit from 'p-limit';
import { sliceKey, slicePartKey, sortKeyPrefixes } from '../../contract/table-keys.ts';
import type { AccountSlice, SliceHead } from '../../domain/discovery/account-slice.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SliceStore } from '../../ports/state.ts';
import { expecting, getItem, putItem, type TableAccess } from './dynamo-table.ts';
import { makeExpiry, readOrReplace, readReadable, readVersion, type TableItem } from './item-mapping.ts';
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
  access: TableAccess,
  organization: OrganizationId,
  account: AccountId,
): Promise<SliceHead | undefined> {
  const key = sliceKey(account, organization);
  const own = { ProjectionExpression: 'version, digest, schemaVersion, parts' };
  const stored = await getItem(access, key, own);
  return (
    stored &&
    readOrReplace(
      () => toSliceHead({ ...key, ...stored }),
      // It is written anew.
      () => ({ version: readVersion(stored), digest: '', parts: 1 }),
    )
  );
}

/**
 * What the head names is there before it. What nothing names any more is emptied after it, and the table's time to live takes
 * it away: discovery deletes nothing of an account.
 */
async function write(
  access: TableAccess,
  slice: AccountSlice,
  before: SliceHead | undefined,
  now: number,
): Promise<void> {
  const version = before?.version ?? 0;
  const { head, others } = toSliceItems(slice, version + 1);
  for (const item of others) await putItem(access, item);
  await putItem(access, head, expecting(version));
  const { account, organizationId } = slice;
  for (let number = 1; number < (before?.parts ?? 1); number++) {
    const key = slicePartKey(account, organizationId, before?.digest ?? '', number);
    await putItem(access, { ...key, ...makeExpiry(now, 0) });
  }
}

/** The slices among the items of an account's partition. One that this release cannot read is left out: it counts as unread. */
export function readSlices(items: readonly TableItem[]): readonly AccountSlice[] {
  const ofSlices = items.filter(({ sk }) => String(sk).startsWith(sortKeyPrefixes.slice));
  const groups = groupItems(ofSlices, ({ sk }) => String(sk).split('#')[1] ?? '');
  return readReadable([...groups.values()], (group) => {
    const [others, [head]] = [group.filter(isPart), group.filter((item) => !isPart(item))];
    return head && toSlice(head, others);
  }).filter((slice) => slice !== undefined);
}

const isPart = ({ sk }: TableItem) => String(sk).split('#').length > 2;
