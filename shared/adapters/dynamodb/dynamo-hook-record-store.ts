import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { hookRecordKey } from '../../contract/table-keys.ts';
import type { HookRecord } from '../../domain/hooks/hook-record.ts';
import { newHookRecord } from '../../domain/hooks/hook-record.ts';
import type { OrganizationId, SubscriptionId } from '../../domain/ids.ts';
import { parseSubscriptionId } from '../../domain/ids.ts';
import type { HookRecordStore } from '../../ports/hook-subscriptions.ts';
import { calling } from './errors.ts';
import { keyText, parseItem } from './item-mapping.ts';
import type { TableAccess } from './query-pages.ts';
import { text } from './stored-fields.ts';
import { expecting } from './version-condition.ts';

const subscriptionId = text<SubscriptionId>(
  'a subscription GUID in lower case',
  (value) => parseSubscriptionId(value) === value,
);

const hookItem = z.strictObject({
  version: z.int().positive(),
  salt: z.string(),
  passwords: z.array(z.tuple([subscriptionId, z.string()])),
});

/** One item an organization. Two thousand subscriptions fit into it (400 KB: Developer Guide, quotas). */
export function createDynamoHookRecordStore(access: TableAccess): HookRecordStore {
  return {
    read: (organization) => read(access, organization),
    write: (record) => write(access, record),
  };
}

async function read({ documents, table }: TableAccess, organizationId: OrganizationId): Promise<HookRecord> {
  const key = hookRecordKey(organizationId);
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: item } = await calling(call, () => documents.send(command));
  if (!item) return newHookRecord(organizationId);
  const { passwords, ...stored } = parseItem(hookItem, item);
  return { organizationId, ...stored, passwords: new Map(passwords) };
}

async function write({ documents, table }: TableAccess, record: HookRecord): Promise<HookRecord> {
  const { organizationId, passwords, ...rest } = { ...record, version: record.version + 1 };
  const key = hookRecordKey(organizationId);
  const command = new PutCommand({
    TableName: table,
    Item: { ...key, ...rest, passwords: [...passwords] },
    ...expecting(record.version),
  });
  await calling({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command));
  return { ...record, version: record.version + 1 };
}
