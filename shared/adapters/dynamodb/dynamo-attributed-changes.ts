import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ACTOR_DAYS, attributedChangeKey, tableAttributes } from '../../contract/table-keys.ts';
import type { KnownActor } from '../../domain/attribution/actor.ts';
import type { AttributedChange } from '../../domain/discovery/audit-entry.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../../domain/kernel/ids.ts';
import type { AttributedChangeStore } from '../../ports/accounts.ts';
import { callTable } from './errors.ts';
import { keyText, parseItem, schemaStamp } from './item-mapping.ts';
import type { TableAccess } from './dynamo-table.ts';
import type { FieldSchemas } from './stored-fields.ts';
import { DAY_SECONDS } from '../../domain/kernel/durations.ts';

const ACTOR_SECONDS = ACTOR_DAYS * DAY_SECONDS;

/** What a later release may have added is left out: a change takes the place of an earlier one as a whole. */
const attributedChangeItem = z.object({
  source: z.literal('audit-log'),
  principal: z.string(),
  eventId: z.string(),
  eventName: z.string(),
  time: z.iso.datetime(),
  link: z.string(),
} satisfies FieldSchemas<Omit<KnownActor, 'sessionName' | 'sourceIp' | 'isProbable'>>);

/** One item for each connection or project: the last change is one read away. */
export const createDynamoAttributedChanges = (access: TableAccess): AttributedChangeStore => ({
  last: (organization, of, since) => last(access, organization, of, since),
  remember: (change) => remember(access, change),
});

async function last(
  { documents, table }: TableAccess,
  organization: OrganizationId,
  of: ConnectionId | ProjectId,
  since: number,
): Promise<KnownActor | undefined> {
  const key = attributedChangeKey(organization, of);
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: item } = await callTable(call, () => documents.send(command));
  const actor = item && parseItem(attributedChangeItem, item);
  return actor && Date.parse(actor.time) >= since ? actor : undefined;
}

async function remember(
  { documents, table }: TableAccess,
  { organizationId, of, actor }: AttributedChange,
): Promise<void> {
  const key = attributedChangeKey(organizationId, of);
  const ttl = Math.floor(Date.parse(actor.time) / 1_000) + ACTOR_SECONDS;
  const command = new PutCommand({
    TableName: table,
    Item: { ...key, ...schemaStamp, ...attributedChangeItem.parse(actor), [tableAttributes.timeToLive]: ttl },
    ConditionExpression: 'attribute_not_exists(#time) OR #time <= :time',
    ExpressionAttributeNames: { '#time': 'time' },
    ExpressionAttributeValues: { ':time': actor.time },
  });
  // A later change may be known, which is all that was wanted.
  await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command)).catch(
    rethrowUnlessConflict,
  );
}
