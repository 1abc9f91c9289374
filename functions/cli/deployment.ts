import { placesOf } from '../../shared/domain/message/message.ts';
import type { Places } from '../../shared/domain/message/message.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Coordinates } from '../../infra/local/coordinates.ts';
import type { AwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { createCallerSource } from '../../shared/adapters/aws/caller.ts';
import { createAuditLogReader } from '../../shared/adapters/azure-devops/audit-log.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookDesk } from '../../shared/adapters/azure-devops/hook-subscriptions.ts';
import type { Operator } from '../../shared/adapters/azure-devops/operator.ts';
import { createOperator } from '../../shared/adapters/azure-devops/operator.ts';
import { createCloudTrailActors } from '../../shared/adapters/cloudtrail/cloudtrail-actors.ts';
import { createCloudTrailUses } from '../../shared/adapters/cloudtrail/cloudtrail-uses.ts';
import { createDynamoAuditCursorStore } from '../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import { createDynamoActorMemory } from '../../shared/adapters/dynamodb/dynamo-actor-memory.ts';
import { createDynamoDeedMemory } from '../../shared/adapters/dynamodb/dynamo-deed-memory.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state.ts';
import { ensureTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { createEntraTokenSource } from '../../shared/adapters/entra/entra-token-source.ts';
import { createHookPasswordSource } from '../../shared/adapters/secrets/hook-password-source.ts';
import { createPatSource } from '../../shared/adapters/secrets/pat-source.ts';
import { createSecretSource } from '../../shared/adapters/secrets/secret-source.ts';
import { randomIds } from '../../shared/adapters/system/random-ids.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { createCredentialSource } from '../../shared/application/credentials.ts';
import type { PassPorts } from '../../shared/application/ports.ts';
import type { AutomaticPorts } from '../../shared/application/run-automatic.ts';
import type { ReplayPorts } from '../../shared/application/replay.ts';
import { personalToken, secretFromEnvironment } from '../../shared/config/environment.ts';
import { loadConfiguration } from '../../shared/config/load-configuration.ts';
import type { Account, Configuration, Webhook } from '../../shared/domain/configuration.ts';
import type { CallerSource } from '../../shared/ports/caller.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { EventSender } from '../../shared/ports/notifications.ts';
import type { TrailUseSource } from '../../shared/ports/connection-uses.ts';
import type { PassLog } from '../../shared/ports/pass-log.ts';
import type { CredentialSource } from '../../shared/ports/credentials.ts';
import { settingsOf } from './settings.ts';
import type { Invocation } from './verb.ts';

export type Ports = PassPorts &
  AutomaticPorts &
  ReplayPorts & { readonly callers: CallerSource; readonly uses: TrailUseSource; readonly passes: PassLog };

/** Everything that a verb works with: the configuration, and the ports with their adapters behind them. */
export interface Deployment {
  readonly configuration: Configuration;
  readonly ports: Ports;
  /** As the person who runs the verb, where that person's token is there; else with the organization's credential. */
  readonly operator: Operator;
  /** Requests to DynamoDB so far, by command. */
  readonly dynamodb: ReadonlyMap<string, number>;
}

/** Where the outside is. Left out: where the environment says, as the AWS SDK reads it. */
export type Outside = Pick<Coordinates, 'aws' | 'dynamoDb' | 'hub' | 'secrets' | 'secretsManager'> &
  Partial<Pick<Coordinates, 'projectAdmin'>>;

/** Reads the configuration and connects the adapters; creates the table when it is missing. */
export async function openDeployment(invocation: Invocation): Promise<Deployment> {
  const { configuration, local } = readSettings(invocation);
  const places = placesOf(configuration);
  return { configuration, ...(await connect(invocation.environment.table, systemClock, local, places)) };
}

/** The configuration, and IAM alone: no table, no Azure DevOps, no secret. */
export function openAccounts(invocation: Invocation): {
  readonly configuration: Configuration;
  readonly accounts: AwsAccounts;
} {
  const { configuration, local } = readSettings(invocation);
  return { configuration, accounts: connectAccounts(systemClock, local) };
}

function readSettings(invocation: Invocation) {
  const { path, local } = settingsOf(invocation);
  return { configuration: loadConfiguration(path), local };
}

/** The embedded IAM has no limits of its own to be careful of. */
const LOCAL_RATES = { reads: 1_000, writes: 1_000 };

/** Somebody waits: a table behind which nothing answers is told of in seconds. Without it the SDK waits for ever. */
const patience = { connectionTimeout: 2_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

export async function connect(
  table: string,
  clock: Clock,
  local?: Outside,
  places?: Places,
): Promise<Omit<Deployment, 'configuration'>> {
  const { webhooks, dynamo, credentials, operator } = openOutside(clock, local);
  await ensureTable(dynamo, table, clock);
  const dynamodb = countCommands(dynamo);
  const accounts = connectAccounts(clock, local);
  const access = { documents: DynamoDBDocumentClient.from(dynamo), table };
  const trail = {
    clock,
    credentialsOf: (account: Account) => accounts.credentialsOf(account),
    ...(local ? { endpoint: local.aws } : {}),
  };
  const ports: Ports = {
    connections: createAzureDevOpsSource({ clock, ...credentials }),
    desk: createHookDesk(createOperator({ clock, ...credentials })),
    auditLog: createAuditLogReader({ clock, ...credentials }),
    cursors: createDynamoAuditCursorStore(access),
    accounts,
    actors: [createDynamoActorMemory(access, clock), createCloudTrailActors(trail)],
    uses: createCloudTrailUses(trail),
    deeds: createDynamoDeedMemory(access),
    callers: createCallerSource(
      local ? { endpoint: local.aws, region: 'us-east-1', credentials: local.hub } : {},
    ),
    ...createDynamoState({ table, client: dynamo, clock }),
    sender: createWebhookSender({ clock, ...webhooks, ...(places ? { places } : {}) }),
    clock,
    ids: randomIds,
    random: Math.random,
  };
  return { ports, operator, dynamodb };
}

/** What sends events, and nothing else: no table, no IAM, no Azure DevOps. */
export function openSender(clock: Clock, configuration: Configuration, local?: Outside): EventSender {
  const { webhooks } = openOutside(clock, local);
  return createWebhookSender({ clock, ...webhooks, places: placesOf(configuration) });
}

/** What the adapters are made with. Nothing has been asked yet, and no table is made. */
export function openOutside(clock: Clock, local?: Outside) {
  const secrets = {
    clock,
    fromEnvironment: secretFromEnvironment,
    local: local?.secrets ?? {},
    clientOptions: local ? { endpoint: local.secretsManager, credentials: local.hub } : {},
  };
  const secretOf = createSecretSource(secrets);
  const credentials = createCredentialSource({
    clock,
    pat: createPatSource(secrets),
    entra: createEntraTokenSource({ clock, ...(local ? { stsOptions: localSts(local) } : {}) }),
  });
  return {
    credentials,
    operator: createOperator({ clock, ...operatorCredentials(credentials, local) }),
    hookPasswords: (secret: string) => createHookPasswordSource(secret, clock, secrets.clientOptions),
    iam: iamOptions(local),
    webhooks: {
      secretOf: async ({ secret }: Webhook) => [await secretOf(secret)],
      allowLoopback: local !== undefined,
    },
    dynamo: new DynamoDBClient({
      requestHandler: patience,
      ...(local ? { endpoint: local.dynamoDb, region: 'us-east-1', credentials: local.hub } : {}),
    }),
  };
}

/** A person's own token goes to the embedded cloud as little as the embedded admin's goes outside. */
function operatorCredentials(
  configured: CredentialSource,
  local?: Outside,
): Pick<CredentialSource, 'credentialOf'> {
  const token = local ? local.projectAdmin?.token : personalToken();
  return token === undefined ? configured : { credentialOf: () => Promise.resolve({ type: 'pat', token }) };
}

/** Never the real STS: what it signs would go to the embedded Entra. */
function localSts({ aws, hub }: Outside) {
  return { endpoint: aws, credentials: hub, region: 'us-east-1' };
}

function connectAccounts(clock: Clock, local?: Outside): AwsAccounts {
  return createAwsAccounts({ clock, ids: randomIds, ...iamOptions(local) });
}

/** Outside of the embedded cloud: as the AWS SDK finds them. */
function iamOptions(local?: Outside) {
  return local ? { endpoint: local.aws, credentials: local.hub, rates: LOCAL_RATES } : {};
}

/** Counts what is sent, retries included: it is the cost. */
function countCommands(client: DynamoDBClient): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      (request) => {
        counts.set(commandName, (counts.get(commandName) ?? 0) + 1);
        return next(request);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'countCommands' },
  );
  return counts;
}
