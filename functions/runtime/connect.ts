import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createCloudTrailActors } from '../../shared/adapters/cloudtrail/cloudtrail-actors.ts';
import { createDynamoAccountListStore } from '../../shared/adapters/dynamodb/dynamo-account-list-store.ts';
import type { TableAccess } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { createAccountListSource } from '../../shared/adapters/organizations/account-list-source.ts';
import type { AccountLists } from '../../shared/ports/account-lists.ts';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createDynamoAttributedChanges } from '../../shared/adapters/dynamodb/dynamo-attributed-changes.ts';
import { createDynamoRateStore } from '../../shared/adapters/dynamodb/dynamo-rate-store.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import type { AwsTargets } from '../../shared/adapters/notify/aws-target.ts';
import { recordKeyOption } from '../../shared/adapters/kms/record-key.ts';
import { createRequestHandler } from '../../shared/adapters/signed-requests/request-handler.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { recordKeyArn, secretFromEnvironment } from '../../shared/config/environment.ts';
import { endpointOfOrganizations, endpointsOfTargets } from '../../shared/config/function-environment.ts';
import { createStateWithRoom } from '../../shared/application/records/room.ts';
import type { Account, Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { RateStore } from '../../shared/ports/rates.ts';

/** Where AWS is when it is not AWS: the embedded cloud. A function in AWS has none, and goes by its environment. */
export interface EndpointOverrides {
  /** Endpoint of IAM, STS and CloudTrail. */
  readonly aws: string;
  readonly dynamoDb: string;
  readonly queues: string;
  readonly secretsManager: string;
  readonly s3: string;
  /** EventBridge and SNS. */
  readonly eventTargets?: string | undefined;
  /** The authority of Entra credentials. */
  readonly entra: string;
  /** How long messages are gathered: the delay of the queue `discover`. Left out: as in AWS. */
  readonly slotMs?: number;
  /** Keys of azfed's own account. */
  readonly hub: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Values of secrets that the configuration names by variable. */
  readonly secrets: Readonly<Record<string, string>>;
}

type Service = 'dynamoDb' | 'queues';

/** Options of an SDK client. Where there is no outside, the SDK's own rules and variables say the rest. */
export function clientOptions(endpoints: EndpointOverrides | undefined, service: Service) {
  return endpoints
    ? {
        requestHandler: createRequestHandler(),
        endpoint: endpoints[service],
        region: 'us-east-1',
        credentials: endpoints.hub,
      }
    : { requestHandler: createRequestHandler() };
}

export type Aws = Pick<EndpointOverrides, 'aws' | 'hub'> | undefined;
export type Secrets = Pick<EndpointOverrides, 'hub' | 'secrets' | 'secretsManager'> | undefined;

/** Options for the adapters of Secrets Manager, which know their Region and their retry budget themselves. */
export function secretsOptions(endpoints: Pick<EndpointOverrides, 'hub' | 'secretsManager'> | undefined) {
  return endpoints ? { endpoint: endpoints.secretsManager, credentials: endpoints.hub } : {};
}

/** Options for what reads secrets that the configuration names. */
export const secretAccess = (clock: Clock, endpoints: Secrets) => ({
  clock,
  fromEnvironment: secretFromEnvironment,
  clientOptions: secretsOptions(endpoints),
  ...(endpoints && { local: endpoints.secrets }),
});

/** What sends events to buses and topics. An embedded cloud that has neither lets nothing out. */
export function connectAwsTargets(
  client: AwsTargets['client'],
  endpoints: Pick<EndpointOverrides, 'eventTargets'> | undefined,
): { readonly aws?: AwsTargets } {
  if (!endpoints) return { aws: { client, endpoints: endpointsOfTargets() } };
  const { eventTargets } = endpoints;
  if (eventTargets === undefined) return {};
  return { aws: { client, endpoints: { events: eventTargets, sns: eventTargets } } };
}

/** The records, signed where a key is named, and what else the table remembers. `webhooks`: whom events wait for. */
export function connectTable(
  client: DynamoDBClient,
  table: string,
  clock: Clock,
  endpoints: Aws,
  webhooks: readonly Webhook[],
) {
  const signing = createRecordSigning(client, clock, endpoints);
  const access = { documents: DynamoDBDocumentClient.from(client), table };
  const stores = createDynamoState({ table, client, clock, ...signing });
  return {
    stores: { ...stores, state: createStateWithRoom(stores, webhooks) },
    attributedChanges: createDynamoAttributedChanges(access),
    access,
    signing,
  };
}

/** AWS Organizations, and what the table has of it. */
export function connectAccountLists(
  client: DynamoDBClient,
  access: Pick<TableAccess, 'documents' | 'table'>,
  clock: Clock,
  endpoints: Aws,
): AccountLists {
  return {
    source: connectOrganizations(client, clock, endpoints),
    store: createDynamoAccountListStore(access),
  };
}

const connectOrganizations = (client: DynamoDBClient, clock: Clock, endpoints: Aws) =>
  createAccountListSource({ client, clock, endpoint: endpoints ? endpoints.aws : endpointOfOrganizations() });

/** Where a key is named, records are signed with it and judged by it. */
function createRecordSigning(client: DynamoDBClient, clock: Clock, endpoints: Aws) {
  return recordKeyOption({ keyArn: recordKeyArn(), client, clock, endpoint: endpoints?.aws });
}

/** Options for IAM and STS. The embedded IAM has no limits of its own to be careful of. */
export function iamOptions(endpoints: Aws) {
  if (!endpoints) return {};
  return { endpoint: endpoints.aws, credentials: endpoints.hub, isUnpaced: true };
}

/** `rates`: where a process that has the table remembers how fast IAM takes requests. */
export function connectAccounts(clock: Clock, endpoints: Aws, rates?: RateStore) {
  return createAwsAccounts({ clock, ids: randomIds, ...(rates && { rates }), ...iamOptions(endpoints) });
}

/** Accounts, and who changed something in them: as it was remembered, then as CloudTrail says. */
export function connectAttribution(
  clock: Clock,
  access: Parameters<typeof createDynamoActorMemory>[0],
  endpoints: Aws,
) {
  const accounts = connectAccounts(clock, endpoints, createDynamoRateStore(access));
  const trail = {
    clock,
    getCredentials: (account: Account) => accounts.getCredentials(account),
    ...(endpoints && { endpoint: endpoints.aws }),
  };
  return {
    accounts,
    actors: [createDynamoActorMemory(access, clock), createCloudTrailActors(trail)],
    trail,
  };
}
