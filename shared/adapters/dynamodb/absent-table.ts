import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UpstreamError } from '../../domain/kernel/errors.ts';

/** What a table without items answers, by command. */
const nothing: Readonly<Record<string, object>> = {
  GetCommand: {},
  QueryCommand: { Items: [], Count: 0, ScannedCount: 0 },
};

/**
 * As long as the table is absent, every read is answered as an empty table answers, and no write is sent: nothing is
 * recorded, which is known, since DescribeTable said that there is no table.
 */
export function answerForAbsentTable(client: DynamoDBClient, table: string, isAbsent: () => boolean): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (request) => {
        if (!isAbsent() || structural.has(commandName)) return next(request);
        const output = nothing[commandName.replace('Item', '')];
        if (output) return Promise.resolve({ output: { ...output, $metadata: {} }, response: undefined });
        throw new UpstreamError('state.table-missing', `There is no table ${table}, so nothing was written.`);
      },
    { step: 'build', name: 'answerForAbsentTable' },
  );
}

/** Of the table itself, not of its items. */
const structural: ReadonlySet<string> = new Set(['CreateTableCommand', 'DescribeTableCommand']);
