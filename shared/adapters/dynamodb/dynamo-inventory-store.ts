import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { inventoryKey, organizationPartition, sortKeyPrefixes } from '../../contract/table-keys.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import { parseProjectId } from '../../domain/kernel/ids.ts';
import { unknown } from '../../domain/kernel/result.ts';
import type { StoredPart, StoredProject } from '../../domain/discovery/stored-inventory.ts';
import { partKey } from '../../domain/discovery/stored-inventory.ts';
import { isUnreadableItem } from '../../domain/kernel/errors.ts';
import type { InventoryStore } from '../../ports/state.ts';
import { calling } from './errors.ts';
import { toInventoryItem, toStoredPart } from './inventory-mapping.ts';
import type { TableItem } from './item-mapping.ts';
import { keyText, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';
import { expecting, queryPrefix } from './dynamo-table.ts';

export function createDynamoInventoryStore(access: TableAccess): InventoryStore {
  return {
    read: (organization) => read(access, organization),
    write: (part) => write(access, part),
    remove: (project) => remove(access, project),
  };
}

async function read(access: TableAccess, organization: OrganizationId): Promise<readonly StoredPart[]> {
  const items = await queryPrefix(access, organizationPartition(organization), sortKeyPrefixes.inventory);
  return items.map((item) => readPart(organization, item));
}

async function write({ documents, table }: TableAccess, part: StoredPart): Promise<void> {
  const command = new PutCommand({
    TableName: table,
    Item: { ...makeKey(part), ...schemaStamp, ...toInventoryItem({ ...part, version: part.version + 1 }) },
    ...expecting(part.version),
  });
  const call = { action: 'dynamodb:PutItem', target: keyText(makeKey(part)) } as const;
  await calling(call, () => documents.send(command));
}

async function remove({ documents, table }: TableAccess, project: StoredProject): Promise<void> {
  const key = makeKey(project);
  const command = new DeleteCommand({ TableName: table, Key: key, ...expecting(project.version) });
  const call = { action: 'dynamodb:DeleteItem', target: keyText(key) } as const;
  await calling(call, () => documents.send(command));
}

/** A part that this release cannot read counts as unread; the next discovery writes it anew. */
function readPart(organizationId: OrganizationId, item: TableItem): StoredPart {
  try {
    return toStoredPart(organizationId, item);
  } catch (error) {
    if (!isUnreadableItem(error)) throw error;
    const unread = unknown(error.code, error.message);
    const version = typeof item['version'] === 'number' ? item['version'] : 0;
    const id = parseProjectId(String(item['sk']).slice(`${sortKeyPrefixes.inventory}PROJECT#`.length));
    return id
      ? { kind: 'project', organizationId, version, id, name: id, connections: unread }
      : {
          kind: 'identity',
          organizationId,
          version,
          organizationName: organizationId,
          identity: unread,
          list: unread,
        };
  }
}

const makeKey = (part: StoredPart) => inventoryKey(part.organizationId, partKey(part));
