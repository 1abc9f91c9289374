import * as z from 'zod';
import { connectionKey } from '../../contract/table-keys.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { listClaims, type RecordedConnection } from '../../domain/records/connection-record.ts';
import { schemaAttribute, type TableItem } from './item-mapping.ts';
import { accountId } from './stored-fields.ts';

/**
 * Where the record of a connection lies, under the key that records had in the release before. It makes the record the only one
 * of its connection: it is written in one transaction with it, on condition that nothing lies there. A release that does not
 * know it cannot read it (its `schemaVersion` is later), and so leaves the connection, and the role that it names, alone.
 *
 * It authorises nothing and is not signed: what it leads to is a record that is signed under its own key.
 */
const PLACE_VERSION = 2;

const place = z.looseObject({
  [schemaAttribute]: z.literal(PLACE_VERSION),
  kind: z.literal('place'),
  home: accountId,
});

export const toPlaceItem = (item: RecordedConnection, home: AccountId): TableItem => ({
  ...connectionKey(item.organizationId, item.connectionId),
  [schemaAttribute]: PLACE_VERSION,
  kind: 'place',
  home,
  roleArns: [...new Set(listClaims(item).map(({ role }) => role.arn))],
});

/** The account that the item leads to; `undefined`: it is a record. */
export const readPlace = (stored: TableItem): AccountId | undefined => place.safeParse(stored).data?.home;
