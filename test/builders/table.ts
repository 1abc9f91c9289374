import { DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Every item of the table, as text. */
export async function tableItems(table: DynamoDBClient, name: string): Promise<readonly string[]> {
  return (await scan(table, name)).map((item) => JSON.stringify(item));
}

async function scan(table: DynamoDBClient, name: string): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client: table }, { TableName: name }))
    items.push(...(page.Items ?? []));
  return items;
}

export async function emptyTable(table: DynamoDBClient, name: string): Promise<void> {
  for (const { pk, sk } of await scan(table, name))
    if (pk && sk) await table.send(new DeleteItemCommand({ TableName: name, Key: { pk, sk } }));
}
