import { PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  ALL_ROLES,
  CHANGE_HOURS,
  accountPartition,
  changeKey,
  changePrefix,
  tableAttributes,
} from '../../contract/table-keys.ts';
import { HOUR_MS } from '../../domain/kernel/durations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChangeNotes } from '../../ports/state.ts';
import { queryPrefix, type TableAccess } from './dynamo-table.ts';
import { callTable } from './errors.ts';
import { keyText } from './item-mapping.ts';

/** One item for each role and slot: a thousand changes of a slot are small items, and no item grows. */
export const createDynamoChangeNotes = (access: TableAccess, clock: Clock): ChangeNotes => ({
  async note(account, slot, role) {
    const key = changeKey(account, slot, role?.toLowerCase());
    const ttl = Math.floor((clock.now() + CHANGE_HOURS * HOUR_MS) / 1_000);
    const command = new PutCommand({
      TableName: access.table,
      Item: { ...key, [tableAttributes.timeToLive]: ttl },
    });
    await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () =>
      access.documents.send(command),
    );
  },
  async list(account, slot) {
    const prefix = changePrefix(slot);
    const items = await queryPrefix(access, accountPartition(account), prefix);
    const roles = items.map(({ sk }) => String(sk).slice(prefix.length));
    return roles.length === 0 || roles.includes(ALL_ROLES) ? undefined : roles;
  },
});
