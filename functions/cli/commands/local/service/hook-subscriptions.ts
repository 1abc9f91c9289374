import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalCloud } from '../../../../../infra/local/local-cloud.ts';
import { createAzureDevOpsSource } from '../../../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookSession } from '../../../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOperator } from '../../../../../shared/adapters/azure-devops/operator.ts';
import { createDynamoState } from '../../../../../shared/adapters/dynamodb/dynamo-state.ts';
import { createHookPasswordSource } from '../../../../../shared/adapters/secrets/hook-password-source.ts';
import { randomIds } from '../../../../../shared/adapters/system/random-ids.ts';
import type { HookRequest, SubscriptionPorts } from '../../../../../shared/application/hooks/hooks.ts';
import { applyHooks, observeHooks } from '../../../../../shared/application/hooks/hooks.ts';
import type { Configuration } from '../../../../../shared/domain/configuration/configuration.ts';
import type { Clock } from '../../../../../shared/ports/clock.ts';
import type { HookReceiver } from '../../../../../shared/domain/azure-devops/hook-subscription.ts';

interface SubscriptionParts {
  readonly cloud: LocalCloud;
  readonly configuration: Configuration;
  readonly receiver: HookReceiver;
  readonly clock: Clock;
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  /** Token of somebody who may edit subscriptions. */
  readonly administrator: string;
}

/** What `azfed hooks install` and `remove` do, for a service on the embedded cloud. */
export async function requestHooks(parts: SubscriptionParts, request: HookRequest): Promise<void> {
  const { configuration, receiver } = parts;
  const ports = portsOf(parts);
  for (const { organization, rows } of await observeHooks(ports, configuration, receiver, request))
    if (rows.state === 'complete') await applyHooks(ports, receiver, organization, rows.value);
}

function portsOf({
  cloud,
  receiver,
  clock,
  dynamo,
  table,
  administrator,
}: SubscriptionParts): SubscriptionPorts {
  const credentialOf = () => Promise.resolve({ type: 'pat', token: administrator } as const);
  const secrets = { endpoint: cloud.secrets.url, credentials: cloud.aws.hubCredentials };
  return {
    connections: createAzureDevOpsSource({ clock, credentialOf }),
    session: createHookSession(createOperator({ clock, credentialOf })),
    state: createDynamoState({ table, client: dynamo, clock }).state,
    passwords: createHookPasswordSource(receiver.secret, clock, secrets),
    ids: randomIds,
    clock,
  };
}
