import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoAttributedChanges } from '../../../shared/adapters/dynamodb/dynamo-attributed-changes.ts';
import type { AttributedChange } from '../../../shared/domain/discovery/audit-entry.ts';
import type { OrganizationId } from '../../../shared/domain/kernel/ids.ts';
import { connectionId } from '../../builders/domain-ids.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshOrganizationId } from '../../builders/recorded-items.ts';

const NINE = Date.parse('2026-11-22T09:00:00Z');

let dynamo: LocalDynamo;
let organizationId: OrganizationId;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
});
beforeEach(() => {
  organizationId = freshOrganizationId();
});
afterAll(() => dynamo.close());

const memory = () =>
  createDynamoAttributedChanges({
    documents: DynamoDBDocumentClient.from(dynamo.client),
    table: dynamo.table,
  });

const change = (principal: string, at: number): AttributedChange => ({
  organizationId,
  of: connectionId(1),
  actor: {
    source: 'audit-log',
    principal,
    eventId: 'one',
    eventName: 'Library.ServiceConnectionModified',
    time: new Date(at).toISOString(),
    link: 'https://dev.azure.com/contoso/_settings/audit',
  },
});

it('knows the last change, in whatever order they are told', async () => {
  const [late, early] = [change('late', NINE), change('early', NINE - 1)];
  await memory().remember(late);
  await memory().remember(early);
  await memory().remember(late);
  expect(await memory().last(organizationId, connectionId(1), NINE - 1)).toEqual(late.actor);
});

it('knows of none after it, none of another connection, and none of another organization', async () => {
  await memory().remember(change('eve', NINE));
  expect(await memory().last(organizationId, connectionId(1), NINE)).toBeDefined();
  expect(await memory().last(organizationId, connectionId(1), NINE + 1)).toBeUndefined();
  expect(await memory().last(organizationId, connectionId(2), 0)).toBeUndefined();
  expect(await memory().last(freshOrganizationId(), connectionId(1), 0)).toBeUndefined();
});
