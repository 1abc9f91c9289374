import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import { calling } from './errors.ts';
import type { TableItem } from './item-mapping.ts';
import type { SignatureJudge } from './signatures.ts';

/** The table, and what every read and write of it has in common. */
export interface TableAccess {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** Items looked at per Query; the service's own bound is 1 MB. */
  readonly pageSize?: number;
  /** The key that records are signed with; left out: they are not. */
  readonly recordKey?: () => Promise<Uint8Array>;
  /** Records are taken without a look at their signatures, for a person who is to judge them. */
  readonly takesUnsigned?: boolean;
}

/** What read records are judged by; `undefined`: all are taken. Without a key only those that bear no signature. */
export async function judgeOf({
  recordKey,
  takesUnsigned,
}: TableAccess): Promise<SignatureJudge | undefined> {
  return takesUnsigned ? undefined : { key: await recordKey?.() };
}

type Query = Omit<QueryCommandInput, 'TableName' | 'Limit' | 'ExclusiveStartKey'>;

/** All items, or an error: a list that was cut short never looks like a whole one. */
export async function queryAll(access: TableAccess, target: string, query: Query): Promise<TableItem[]> {
  const items: TableItem[] = [];
  const starts = new Set<string>();
  let start: TableItem | undefined;
  do {
    const command = new QueryCommand({
      ...query,
      TableName: access.table,
      ...(access.pageSize !== undefined && { Limit: access.pageSize }),
      ...(start && { ExclusiveStartKey: start }),
    });
    const page = await calling({ action: 'dynamodb:Query', target }, () => access.documents.send(command));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    remember(starts, start, target);
  } while (start);
  return items;
}

function remember(starts: Set<string>, start: TableItem | undefined, target: string): void {
  if (!start) return;
  const text = JSON.stringify(start);
  if (starts.has(text))
    throw new UpstreamError('state.endless-pages', `The pages of ${target} come round again at ${text}.`);
  starts.add(text);
}
