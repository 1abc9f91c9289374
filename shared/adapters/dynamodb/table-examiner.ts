import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableExamination } from '../../domain/doctor/examination.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import { complete } from '../../domain/kernel/result.ts';
import { unreadBecause } from '../../domain/kernel/unread.ts';
import type { TableExaminer } from '../../ports/examination.ts';
import { describe, isActive, problemOfIndexes } from './dynamo-table.ts';

export function createTableExaminer(client: DynamoDBClient, table: string): TableExaminer {
  return { examine: () => examine(client, table) };
}

async function examine(client: DynamoDBClient, table: string): Promise<Reading<TableExamination>> {
  try {
    const description = await describe(client, table);
    if (!description) return complete({ state: 'missing' });
    if (!isActive(description))
      return complete({ state: 'not-ready', problem: `The table ${table} cannot be used yet.` });
    const problem = problemOfIndexes(description, table);
    return complete(problem === undefined ? { state: 'ready' } : { state: 'foreign', problem });
  } catch (error) {
    return unreadBecause(error);
  }
}
