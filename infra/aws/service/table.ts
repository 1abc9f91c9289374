import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { tableAttributes as names, tableIndexes } from '../../../shared/contract/table-keys.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Stays when the stack goes: it says which roles are azfed's. */
export function addTable(parent: Construct, tableName: string): Table {
  const table = new Table(parent, 'table', {
    tableName,
    partitionKey: text(names.partitionKey),
    sortKey: text(names.sortKey),
    timeToLiveAttribute: names.timeToLive,
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.NEW_IMAGE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const addIndex = (indexName: string, partition: string, sort: string) => {
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text(sort),
      projectionType: ProjectionType.ALL,
    });
  };
  addIndex(tableIndexes.byAccount, names.accountPartitionKey, names.accountSortKey);
  addIndex(tableIndexes.pending, names.pendingPartitionKey, names.pendingSortKey);
  return table;
}
