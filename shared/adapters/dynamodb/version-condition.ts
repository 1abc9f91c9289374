import { tableAttributes } from '../../contract/table-keys.ts';

/** The table still holds what the write rests on; 0: there is no item yet. */
export function expecting(version: number) {
  if (version === 0)
    return {
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': tableAttributes.partitionKey },
    };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}
