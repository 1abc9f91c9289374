import {
  ALL_ROLES,
  CHANGE_HOURS,
  accountPartition,
  changeKey,
  changePrefix,
} from '../../contract/table-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChangeNotes } from '../../ports/state.ts';
import { putItem, queryPrefix, type TableAccess } from './dynamo-table.ts';
import { makeExpiry } from './item-mapping.ts';

/** One item for each role and slot: a thousand changes of a slot are small items, and no item grows. */
export const createDynamoChangeNotes = (access: TableAccess, clock: Clock): ChangeNotes => ({
  async note(account, slot, role) {
    const key = changeKey(account, slot, role?.toLowerCase());
    await putItem(access, { ...key, ...makeExpiry(clock.now(), CHANGE_HOURS / 24) });
  },
  async list(account, slot) {
    const prefix = changePrefix(slot);
    const items = await queryPrefix(access, accountPartition(account), prefix);
    const roles = items.map(({ sk }) => String(sk).slice(prefix.length));
    return roles.length === 0 || roles.includes(ALL_ROLES) ? undefined : roles;
  },
});
