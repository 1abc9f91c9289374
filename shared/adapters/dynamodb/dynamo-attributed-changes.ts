import * as z from 'zod';
import { ACTOR_DAYS, attributedChangeKey } from '../../contract/table-keys.ts';
import type { KnownActor } from '../../domain/attribution/actor.ts';
import type { AttributedChange } from '../../domain/discovery/audit-entry.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../../domain/kernel/ids.ts';
import type { AttributedChangeStore } from '../../ports/accounts.ts';
import { makeExpiry, parseItem, schemaStamp } from './item-mapping.ts';
import { getItem, putItem, type TableAccess } from './dynamo-table.ts';
import type { FieldSchemas } from './stored-fields.ts';

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
  access: TableAccess,
  organization: OrganizationId,
  of: ConnectionId | ProjectId,
  since: number,
): Promise<KnownActor | undefined> {
  const item = await getItem(access, attributedChangeKey(organization, of));
  const actor = item && parseItem(attributedChangeItem, item);
  return actor && Date.parse(actor.time) >= since ? actor : undefined;
}

async function remember(access: TableAccess, { organizationId, of, actor }: AttributedChange): Promise<void> {
  const item = {
    ...attributedChangeKey(organizationId, of),
    ...schemaStamp,
    ...attributedChangeItem.parse(actor),
    ...makeExpiry(actor.time, ACTOR_DAYS),
  };
  const isLater = {
    ConditionExpression: 'attribute_not_exists(#time) OR #time <= :time',
    ExpressionAttributeNames: { '#time': 'time' },
    ExpressionAttributeValues: { ':time': actor.time },
  };
  // A later change may be known, which is all that was wanted.
  await putItem(access, item, isLater).catch(rethrowUnlessConflict);
}
