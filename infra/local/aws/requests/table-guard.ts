import type { IncomingHttpHeaders } from 'node:http';
import { authorize } from '../iam/authorization.ts';
import { answerJson, type JsonAnswer } from '../protocol/json-answer.ts';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import { identify } from '../protocol/caller.ts';
import type { Dispatch } from './dispatch.ts';

/** Refuses what a session may not do to a table; `undefined` where it may, and for keys that are no session's. */
export type TableGuard = (
  headers: IncomingHttpHeaders,
  operation: string,
  body: string,
) => JsonAnswer | undefined;

interface Request {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>;
  readonly TransactItems?: readonly { readonly Put?: Request }[];
}

type Item = Readonly<Record<string, { readonly S?: string } | undefined>>;

interface Access {
  readonly action: string;
  readonly table: string;
  readonly index?: string;
  readonly partitions: readonly string[];
}

/**
 * Identity policies over tables: the actions, and `dynamodb:LeadingKeys` with the partition keys of the request
 * (DynamoDB Developer Guide, fine-grained access control; a transaction needs the right of each part). Only the sessions of
 * this cloud are judged, by tables whose partition key is `pk`.
 */
export function createTableGuard(cloud: Dispatch): TableGuard {
  return (headers, operation, body) => {
    const credential = parseCredentialScope(headers);
    if (credential === undefined || !cloud.world.sessions.has(credential.keyId)) return undefined;
    const now = cloud.now();
    const answer = answerJson(() => {
      const caller = identify(cloud.world, headers, 'dynamodb', now, now);
      for (const { action, table, index, partitions } of listAccesses(
        operation,
        JSON.parse(body) as Request,
      )) {
        const { partition, id } = caller.account;
        const arn = `arn:${partition}:dynamodb:${credential.region}:${id}:table/${table}`;
        const resource = index === undefined ? arn : `${arn}/index/${index}`;
        const context = partitions.length > 0 ? { 'dynamodb:LeadingKeys': partitions } : {};
        authorize(caller, `dynamodb:${action}`, { resource, context }, now, now);
      }
      return {};
    });
    return answer.status === 200 ? undefined : answer;
  };
}

function listAccesses(operation: string, request: Request): readonly Access[] {
  if (operation === 'TransactWriteItems')
    return (request.TransactItems ?? []).flatMap(({ Put }) => (Put ? listAccesses('PutItem', Put) : []));
  if (operation === 'BatchGetItem')
    return Object.entries(request.RequestItems ?? {}).map(([table, { Keys: keys = [] }]) => ({
      action: operation,
      table,
      partitions: keys.flatMap(listPartitions),
    }));
  const { TableName: table = '*', IndexName: index, Key: key, Item: item } = request;
  const named = key ?? item;
  return [
    {
      action: operation,
      table,
      ...(index === undefined ? {} : { index }),
      partitions: named ? listPartitions(named) : listQueried(request),
    },
  ];
}

const listPartitions = ({ pk }: Item): readonly string[] => (pk?.S === undefined ? [] : [pk.S]);

function listQueried({
  KeyConditionExpression: condition = '',
  ExpressionAttributeValues: values = {},
}: Request): readonly string[] {
  const [, name = ''] = /=\s*(:\w+)/.exec(condition) ?? [];
  return values[name]?.S === undefined ? [] : [values[name].S];
}
