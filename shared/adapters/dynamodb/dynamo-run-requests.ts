import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { requestKey } from '../../contract/table-keys.ts';
import { ConflictError } from '../../domain/kernel/errors.ts';
import type { RunRequests } from '../../ports/state.ts';
import type { TableAccess } from './dynamo-table.ts';
import { callTable } from './errors.ts';
import { keyText } from './item-mapping.ts';

export const createDynamoRunRequests = ({ documents, table: TableName }: TableAccess): RunRequests => ({
  async note(account, request) {
    const key = requestKey(account);
    const command = new PutCommand({ TableName, Item: { ...key, request } });
    await callTable({ action: 'dynamodb:PutItem', target: keyText(key) }, () => documents.send(command));
  },
  async read(account) {
    const key = requestKey(account);
    const command = new GetCommand({ TableName, Key: key, ConsistentRead: true });
    const { Item: item } = await callTable({ action: 'dynamodb:GetItem', target: keyText(key) }, () =>
      documents.send(command),
    );
    const request: unknown = item?.['request'];
    return typeof request === 'string' ? request : undefined;
  },
  async complete(account, request) {
    const key = requestKey(account);
    const command = new UpdateCommand({
      TableName,
      Key: key,
      UpdateExpression: 'REMOVE #request',
      ConditionExpression: '#request = :request',
      ExpressionAttributeNames: { '#request': 'request' },
      ExpressionAttributeValues: { ':request': request },
    });
    try {
      await callTable({ action: 'dynamodb:UpdateItem', target: keyText(key) }, () => documents.send(command));
    } catch (error) {
      // Somebody has asked since: their message follows.
      if (!(error instanceof ConflictError)) throw error;
    }
  },
});
