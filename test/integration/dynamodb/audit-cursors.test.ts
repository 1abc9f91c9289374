import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoAuditCursorStore } from '../../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import type { AuditCursor } from '../../../shared/domain/discovery/audit-entry.ts';
import { ConflictError } from '../../../shared/domain/kernel/errors.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { connectionId } from '../../builders/domain-ids.ts';
import { freshOrganizationId } from '../../builders/recorded-items.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
});
afterAll(() => dynamo.close());

const store = () =>
  createDynamoAuditCursorStore({
    documents: DynamoDBDocumentClient.from(dynamo.client),
    table: dynamo.table,
  });

it('gives back what was written, to the organization that it is about alone', async () => {
  const at = Date.parse('2026-11-22T09:00:00.000Z');
  const cursor: AuditCursor = {
    ...(await store().read(freshOrganizationId())),
    readUntil: at,
    handled: [{ id: 'one', at }],
    deletions: [{ connectionId: connectionId(1), entryId: 'one', at, actor: 'eve' }],
  };
  await store().write(cursor);
  expect(await store().read(cursor.organizationId)).toEqual({ ...cursor, version: 1 });
  expect(await store().read(freshOrganizationId())).toMatchObject({ version: 0, handled: [] });
});

it('refuses to set back what somebody else has read on', async () => {
  const cursor = await store().read(freshOrganizationId());
  await store().write({ ...cursor, readUntil: 2 });
  await expect(store().write({ ...cursor, readUntil: 1 })).rejects.toBeInstanceOf(ConflictError);
});
