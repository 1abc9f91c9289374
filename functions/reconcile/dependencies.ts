import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state.ts';
import { randomIds } from '../../shared/adapters/system/random-ids.ts';
import { discoveredConnections } from '../../shared/application/discovered-connections.ts';
import { clientOptions } from '../runtime/outside.ts';
import type { Outside } from '../runtime/outside.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ReconcileDependencies } from './create-handler.ts';

export const reconcileSettings = ['table'] as const;

/** Azure DevOps is not among them: what is asked for there is in the table. */
export function reconcileDependencies({
  environment,
  configuration,
  telemetry,
  clock,
  outside,
}: Runtime<(typeof reconcileSettings)[number]>): ReconcileDependencies {
  const client = new DynamoDBClient(clientOptions(outside, 'dynamoDb'));
  const { state, leases, inventory } = createDynamoState({ table: environment.table, client, clock });
  return {
    configuration,
    telemetry,
    ports: {
      connections: discoveredConnections(inventory),
      accounts: createAwsAccounts({ clock, ids: randomIds, ...awsOptions(outside) }),
      state,
      leases,
      clock,
      ids: randomIds,
    },
  };
}

/** The embedded IAM has no limits of its own to be careful of. */
function awsOptions(outside: Outside | undefined) {
  if (!outside) return {};
  return { endpoint: outside.aws, credentials: outside.hub, rates: { reads: 1_000, writes: 1_000 } };
}
