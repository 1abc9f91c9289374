import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state.ts';
import { ensureTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { randomIds } from '../../shared/adapters/system/random-ids.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import type { DeliverPorts } from '../../shared/application/deliver.ts';
import type { PassPorts } from '../../shared/application/ports.ts';
import { secretFromEnvironment } from '../../shared/config/environment.ts';
import { loadConfiguration } from '../../shared/config/load-configuration.ts';
import type { Configuration, SecretReference } from '../../shared/domain/configuration.ts';
import { ConfigError } from '../../shared/domain/errors.ts';
import type { Coordinates } from '../../infra/local/coordinates.ts';
import { requireCoordinates } from './local.ts';
import type { Invocation } from './verb.ts';

/** Everything that a verb works with: the configuration, and the ports with their adapters behind them. */
export interface Deployment {
  readonly configuration: Configuration;
  readonly ports: PassPorts & DeliverPorts;
  /** Requests to DynamoDB so far. */
  readonly dynamodbRequests: () => number;
}

/** Reads the configuration and connects the adapters; creates the table when it is missing. */
export async function openDeployment({ options, environment }: Invocation): Promise<Deployment> {
  const local = options.local ? requireCoordinates() : undefined;
  const path = local && options.config === 'federation.yaml' ? local.configuration : options.config;
  const configuration = loadConfiguration(path);
  const [clock, ids] = [systemClock, randomIds];
  const secretOf = secretSource(local);
  const dynamo = new DynamoDBClient(
    local ? { endpoint: local.dynamoDb, region: 'us-east-1', credentials: local.hub } : {},
  );
  let dynamodbRequests = 0;
  dynamo.middlewareStack.add(
    (next) => (request) => {
      dynamodbRequests += 1;
      return next(request);
    },
    { step: 'finalizeRequest', name: 'countRequests' },
  );
  await ensureTable(dynamo, environment.table, clock);
  dynamodbRequests = 0;
  return {
    configuration,
    dynamodbRequests: () => dynamodbRequests,
    ports: {
      connections: createAzureDevOpsSource({
        clock,
        credentialOf: (organization) =>
          Promise.resolve({ type: 'pat', token: secretOf(organization.credential) }),
      }),
      accounts: createAwsAccounts({
        clock,
        ids,
        ...(local ? { endpoint: local.aws, credentials: local.hub } : {}),
      }),
      ...createDynamoState({ table: environment.table, client: dynamo, clock }),
      sender: createWebhookSender({
        clock,
        secretOf: (webhook) => Promise.resolve([secretOf(webhook.secret)]),
        allowLoopback: local !== undefined,
      }),
      clock,
      ids,
      random: Math.random,
    },
  };
}

/** Secrets come from the environment by the name in the configuration; those of the embedded cloud from its own file. */
function secretSource(local: Coordinates | undefined): (reference: SecretReference) => string {
  return (reference) => {
    if (!('env' in reference)) {
      throw new ConfigError([
        {
          where: reference.secret,
          what: 'The command reads secrets from environment variables only.',
          mend: 'Use `env: NAME` instead of `secret: ARN` here.',
        },
      ]);
    }
    return local?.secrets[reference.env] ?? secretFromEnvironment(reference.env);
  };
}
