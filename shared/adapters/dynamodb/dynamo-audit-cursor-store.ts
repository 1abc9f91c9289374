import * as z from 'zod';
import { auditKey } from '../../contract/table-keys.ts';
import type { AuditCursor, HandledEntry, DeletionEvidence } from '../../domain/discovery/audit-entry.ts';
import { newCursor } from '../../domain/discovery/audit-entry.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import type { AuditCursorStore } from '../../ports/service-connections.ts';
import { parseItem, schemaStamp } from './item-mapping.ts';
import { expecting, getItem, putItem, type TableAccess } from './dynamo-table.ts';
import { connectionId, instant, list, type FieldSchemas } from './stored-fields.ts';

/** Loose: an attribute of a later release is kept when the cursor is written again. */
const auditItem = z.looseObject({
  version: z.int().positive(),
  readUntil: z.exactOptional(instant),
  handled: list(z.looseObject({ id: z.string(), at: instant } satisfies FieldSchemas<HandledEntry>)),
  deletions: list(
    z.looseObject({
      connectionId,
      entryId: z.string(),
      at: instant,
      actor: z.string(),
    } satisfies FieldSchemas<DeletionEvidence>),
  ),
} satisfies FieldSchemas<Omit<AuditCursor, 'organizationId'>>);

export const createDynamoAuditCursorStore = (access: TableAccess): AuditCursorStore => ({
  read: (organization) => read(access, organization),
  write: (cursor) => write(access, cursor),
});

async function read(access: TableAccess, organizationId: OrganizationId): Promise<AuditCursor> {
  const item = await getItem(access, auditKey(organizationId));
  return item ? { organizationId, ...parseItem(auditItem, item) } : newCursor(organizationId);
}

async function write(access: TableAccess, { organizationId, ...cursor }: AuditCursor): Promise<void> {
  const next = { ...cursor, version: cursor.version + 1 } as z.output<typeof auditItem>;
  const item = { ...z.encode(auditItem, next), ...auditKey(organizationId), ...schemaStamp };
  await putItem(access, item, expecting(cursor.version));
}
