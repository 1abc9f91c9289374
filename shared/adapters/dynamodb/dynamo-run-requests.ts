import { requestKey } from '../../contract/table-keys.ts';
import { rethrowUnlessConflict } from '../../domain/kernel/errors.ts';
import type { RunRequests } from '../../ports/state.ts';
import { getItem, putItem, updateItem, type TableAccess } from './dynamo-table.ts';

export const createDynamoRunRequests = (access: TableAccess): RunRequests => ({
  note: (account, request) => putItem(access, { ...requestKey(account), request }),
  async read(account) {
    const request = (await getItem(access, requestKey(account)))?.['request'];
    return typeof request === 'string' ? request : undefined;
  },
  async complete(account, request) {
    const update = {
      UpdateExpression: 'REMOVE #request',
      ConditionExpression: '#request = :request',
      ExpressionAttributeNames: { '#request': 'request' },
      ExpressionAttributeValues: { ':request': request },
    };
    // Somebody may have asked since: their message follows.
    await updateItem(access, requestKey(account), update).catch(rethrowUnlessConflict);
  },
});
