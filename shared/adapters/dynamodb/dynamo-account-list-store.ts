import * as z from 'zod';
import { accountListKey } from '../../contract/table-keys.ts';
import type {
  AccountList,
  FormerAccount,
  ListTrouble,
  StoredAccountList,
} from '../../domain/configuration/account-listing.ts';
import { TransientError } from '../../domain/kernel/errors.ts';
import type { AccountListStore } from '../../ports/account-lists.ts';
import { putTogether, queryPrefix, type TableAccess } from './dynamo-table.ts';
import { hasTableKey, keyText, parseItem, schemaStamp } from './item-mapping.ts';
import { accountId, isoTime, list, type FieldSchemas } from './stored-fields.ts';

const head = z.object({
  /** Of further items with accounts. */
  parts: z.int().nonnegative(),
  readAt: z.exactOptional(isoTime),
  units: list(z.string()),
  trouble: z.exactOptional(
    z.strictObject({
      code: z.string(),
      message: z.string(),
      since: isoTime,
    } satisfies FieldSchemas<ListTrouble>),
  ),
});

const part = z.object({
  readAt: isoTime,
  accounts: list(
    z.strictObject({
      ...{ id: accountId, name: z.string(), units: list(z.string()) },
      state: z.exactOptional(z.string()),
      /** Of an account that has left. */
      since: z.exactOptional(isoTime),
    }),
  ),
});

type StoredAccount = z.output<typeof part>['accounts'][number];

/** An item holds 400 KB, and a name 50 characters; a transaction 100 items. */
const MOST_ACCOUNTS = 500;

export const createDynamoAccountListStore = (access: TableAccess): AccountListStore => ({
  read: () => read(access),
  write: (stored) => write(access, stored),
});

async function read(access: TableAccess): Promise<StoredAccountList> {
  const items = await queryPrefix(access, accountListKey(0).pk, accountListKey(0).sk);
  const first = items.find((item) => hasTableKey(item, accountListKey(0)));
  if (!first) return {};
  const { parts, readAt, units, trouble } = parseItem(head, first);
  const others = Array.from({ length: parts }, (_, index) => {
    const item = items.find((one) => hasTableKey(one, accountListKey(index + 1)));
    return item && parseItem(part, item);
  });
  // Another one was written while this one was read: a Query of several pages sees both.
  if (others.some((other) => other?.readAt !== readAt))
    throw new TransientError('state.list-changed', 'The list of accounts was changed while it was read.');
  const accounts = others.flatMap((other) => other?.accounts ?? []);
  return {
    ...(readAt === undefined ? {} : { list: toList(readAt, units, accounts) }),
    ...(trouble && { trouble }),
  };
}

function toList(readAt: string, units: readonly string[], stored: readonly StoredAccount[]): AccountList {
  const left = stored.flatMap(({ since, ...one }): FormerAccount[] =>
    since === undefined ? [] : [{ ...one, since }],
  );
  return { readAt, units, accounts: stored.filter(({ since }) => since === undefined), left };
}

async function write(access: TableAccess, { list: whole, trouble }: StoredAccountList): Promise<void> {
  const accounts = whole ? [...whole.accounts, ...whole.left] : [];
  const parts = Array.from({ length: Math.ceil(accounts.length / MOST_ACCOUNTS) }, (_, index) =>
    accounts.slice(index * MOST_ACCOUNTS, (index + 1) * MOST_ACCOUNTS),
  );
  const items = [
    {
      ...accountListKey(0),
      parts: parts.length,
      ...(whole && { readAt: whole.readAt }),
      units: whole?.units ?? [],
      ...(trouble && { trouble }),
    },
    ...parts.map((some, index) => ({ ...accountListKey(index + 1), readAt: whole?.readAt, accounts: some })),
  ];
  const puts = items.map((item) => ({ Item: { ...schemaStamp, ...item } }));
  await putTogether(access, puts, keyText(accountListKey(0)));
}
