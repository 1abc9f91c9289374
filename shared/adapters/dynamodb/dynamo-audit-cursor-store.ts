import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { auditKey } from '../../contract/table-keys.ts';
import type { AuditCursor, HandledEntry, DeletionEvidence } from '../../domain/discovery/audit-entry.ts';
import { newCursor } from '../../domain/discovery/audit-entry.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import type { AuditCursorStore } from '../../ports/service-connections.ts';
import { callTable } from './errors.ts';
import { keyText, parseItem, schemaStamp } from './item-mapping.ts';
import { expecting, type TableAccess } from './dynamo-table.ts';
import { connectionId, list, type FieldSchemas } from './stored-fields.ts';

const isoTime = z.iso.datetime();

/** Loose: an attribute of a later release is kept when the cursor is written again. */
const auditItem = z.looseObject({
  version: z.int().positive(),
  readUntil: z.exactOptional(isoTime),
  handled: list(z.looseObject({ id: z.string(), at: isoTime } satisfies FieldSchemas<HandledEntry>)),
  deletions: list(
    z.looseObject({
      connectionId,
      entryId: z.string(),
      at: isoTime,
      actor: z.string(),
    } satisfies FieldSchemas<DeletionEvidence>),
  ),
} satisfies FieldSchemas<Omit<AuditCursor, 'organizationId'>>);

export const createDynamoAuditCursorStore = (access: TableAccess): AuditCursorStore => ({
  read: (organization) => read(access, organization),
  write: (cursor) => write(access, cursor),
});

async function read({ documents, table }: TableAccess, organizationId: OrganizationId): Promise<AuditCursor> {
  const key = auditKey(organizationId);
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: item } = await callTable(call, () => documents.send(command));
  return item ? { organizationId, ...parseItem(auditItem, item) } : newCursor(organizationId);
}

async function write(
  { documents, table }: TableAccess,
  { organizationId, ...cursor }: AuditCursor,
): Promise<void> {
  const key = auditKey(organizationId);
  const command = new PutCommand({
    TableName: table,
    Item: { ...cursor, ...key, ...schemaStamp, version: cursor.version + 1 },
    ...expecting(cursor.version),
  });
  await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command));
}
