import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { selectPlaces, type Places } from '../../../shared/domain/notify/message.ts';
import type { Coordinates } from '../../../infra/local/coordinates.ts';
import { createAccountExaminer } from '../../../shared/adapters/aws/account-examiner.ts';
import { createCallerSource } from '../../../shared/adapters/aws/account-sign-in.ts';
import { createOperator, type Operator } from '../../../shared/adapters/azure-devops/operator.ts';
import { createCloudTrailRoleUses } from '../../../shared/adapters/cloudtrail/cloudtrail-role-uses.ts';
import { createCloudTrailUses } from '../../../shared/adapters/cloudtrail/cloudtrail-uses.ts';
import { createDynamoAuditCursorStore } from '../../../shared/adapters/dynamodb/dynamo-audit-cursor-store.ts';
import { createDynamoRemoteRuns } from '../../../shared/adapters/dynamodb/dynamo-remote-runs.ts';
import { createFunctionInvoker } from '../../../shared/adapters/lambda/function-invoker.ts';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { noRegion } from '../../../shared/adapters/dynamodb/errors.ts';
import { ensureTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { createS3ConfigurationVersions } from '../../../shared/adapters/s3/s3-configuration-store.ts';
import { endpointOfLambda, endpointOfS3 } from '../../../shared/config/function-environment.ts';
import type { ConfigurationVersions } from '../../../shared/ports/configurations.ts';
import type { DeployedStackStore } from '../../../shared/ports/deployed-stack.ts';
import type { AccountExaminer } from '../../../shared/ports/examination.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import {
  createHookPasswordSource,
  createSigningSecretSource,
} from '../../../shared/adapters/secrets/secret-source.ts';
import { createRequestHandler } from '../../../shared/adapters/signed-requests/request-handler.ts';
import { randomIds, systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { findAccounts } from '../../../shared/application/discovery/list-accounts.ts';
import type { AccountLists } from '../../../shared/ports/account-lists.ts';
import type { RunPorts } from '../../../shared/application/observe/observe.ts';
import type { AutomaticPorts } from '../../../shared/application/run/run-automatic.ts';
import { createStateWithRoom } from '../../../shared/application/records/room.ts';
import type { ReplayPorts } from '../../../shared/application/delivery/replay.ts';
import { readEnvironment } from '../../../shared/config/environment.ts';
import type {
  Configuration,
  SecretWebhook,
  Webhook,
} from '../../../shared/domain/configuration/configuration.ts';
import type { PersonKind } from '../../../shared/domain/configuration/people.ts';
import { identifyPerson, hasKind, suggestPattern } from '../../../shared/domain/configuration/people.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type {
  CallerSource,
  LastAccessedSource,
  PolicyReader,
  RoleUseSource,
  TrailUseSource,
} from '../../../shared/ports/accounts.ts';
import type { FunctionInvoker } from '../../../shared/ports/functions.ts';
import type { RemoteRuns, StateStore, RunLog } from '../../../shared/ports/state.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { EventSender } from '../../../shared/ports/queue.ts';
import type { CredentialSource } from '../../../shared/ports/credentials.ts';
import { resolveListing } from './account-listing.ts';
import { credentialProblems } from './aws-credentials.ts';
import { loadSettings, localFlag, type Invocation } from '../command-line/command.ts';
import type { DeploymentTable } from './table-location.ts';
import { findTable, missingTable, missingTableNote, resolveTableName } from './table-location.ts';
import {
  connectAccountLists,
  connectAttribution,
  connectAwsTargets,
  connectTable,
  iamOptions,
  secretAccess,
} from '../../runtime/connect.ts';
import { connectAzureDevOps } from '../../runtime/connect-azure-devops.ts';
import { connectPersonalCredentials } from './personal-credentials.ts';

export type Ports = RunPorts &
  AutomaticPorts &
  ReplayPorts & {
    readonly accounts: PolicyReader & LastAccessedSource;
    readonly callers: CallerSource;
    readonly uses: TrailUseSource;
    readonly roleUses: RoleUseSource;
    readonly runs: RunLog;
    readonly accountLists: AccountLists;
  };

/** Everything that a verb works with: the configuration, and the ports with their adapters behind them. */
export interface Deployment {
  readonly configuration: Configuration;
  readonly ports: Ports;
  /** As the person who runs the verb, where that person's token is there; else with the organization's credential. */
  readonly operator: Operator;
  /** Requests to DynamoDB so far, by command. */
  readonly dynamodb: ReadonlyMap<string, number>;
  /** Records as they lie in the table, written with or without a signature. Absent where they are not signed. */
  readonly signatures?: Readonly<Record<'signing' | 'unsigning', StateStore>>;
  readonly publication: PublicationPorts;
  readonly service: ServicePorts;
  /** Absent where it was made before. */
  readonly table?: DeploymentTable;
  /** Another configuration with the accounts of AWS Organizations among its own. */
  readonly resolve: (configuration: Configuration) => Promise<Configuration>;
}

/** The deployed service, as people start it and follow what it does. */
interface ServicePorts {
  readonly functions: FunctionInvoker;
  readonly remoteRuns: RemoteRuns;
}

/** What publishes configurations, and says what the deployment makes of them. */
interface PublicationPorts {
  readonly stack: DeployedStackStore;
  readonly accountExaminer: AccountExaminer;
  getVersions(bucket: string): ConfigurationVersions;
}

/** Where the outside is. Left out: where the environment says, as the AWS SDK reads it. */
export type CommandEndpoints = Pick<Coordinates, 'aws' | 'dynamoDb' | 'hub' | 'secrets' | 'secretsManager'> &
  Partial<Pick<Coordinates, 'eventTargets' | 'projectAdmin' | 's3'>>;

/**
 *     read      shows what there is; where there is no table, nothing is recorded, and that is said
 *     need      means nothing without records
 *     change    means nothing without records, and changes something
 *     prepare   writes; `table.prepare` makes the table, after asking
 */
export type TableUse = 'read' | 'need' | 'change' | 'prepare';

const leastKinds = {
  read: 'readers',
  need: 'readers',
  change: 'operators',
  prepare: 'operators',
} as const satisfies Record<TableUse, PersonKind>;

/**
 * Reads the configuration and connects the adapters. Makes no table: `table.prepare` does. `kind`: what a person has to be who
 * is listed among the people; AWS decides about everybody else. `showsFindings`: the verb shows them, and with them what is not
 * known of listed accounts.
 */
export async function openDeployment(
  invocation: Invocation,
  use: TableUse = 'read',
  kind: PersonKind = leastKinds[use],
  showsFindings = false,
): Promise<Deployment & { readonly table: DeploymentTable }> {
  const { configuration, local } = loadSettings(invocation);
  if (kind !== 'readers') await requireKind(configuration, kind, createCallers(local));
  const { endpoints, table } = await openTable(invocation, configuration, local);
  const place = table.place();
  if (!place.exists && (use === 'need' || use === 'change')) throw missingTable(place, invocation);
  if (!place.exists && use === 'read')
    invocation.terminal.problem(missingTableNote(place, localFlag(invocation.options)));
  const connected = connectPorts(place.name, systemClock, endpoints, {
    local,
    places: selectPlaces(configuration),
    recipients: configuration.webhooks,
  });
  const { accountLists } = connected.ports;
  const resolve = (one: Configuration) => findAccounts(accountLists, one, systemClock.now());
  const resolved = await resolveListing(invocation, accountLists, configuration, showsFindings);
  return { table, resolve, ...connected, configuration: resolved };
}

/** Refused here, it is refused in one sentence, and before anything is asked; AWS would refuse it step by step. Throws ConfigError. */
async function requireKind(
  { people }: Configuration,
  needed: PersonKind,
  callers: CallerSource,
): Promise<void> {
  if (!people) return;
  const caller = await callers.caller();
  if (caller === undefined) return;
  const listed = identifyPerson(people, caller);
  if (listed.length === 0 || hasKind(listed, needed)) return;
  throw new ConfigError({
    where: listed.map(({ where }) => where).join(', '),
    what: `You are ${caller}, one of the ${listed.map(({ kind }) => kind).join(' and ')}. This is for ${needed}; nothing was done.`,
    fix: `Ask one of them; or add ${suggestPattern(caller)} to people.${needed}, and deploy the stack and the StackSet.`,
  });
}

/** The place that the configuration and the environment mean, and whether it may be worked in. Throws ConfigError. */
export async function openTable(
  { environment }: Pick<Invocation, 'environment'>,
  configuration: Configuration,
  local: CommandEndpoints | undefined,
) {
  const { hub = {} } = configuration;
  const name = resolveTableName(environment, configuration);
  const region = local ? LOCAL_REGION : await regionOr(hub.region);
  const endpoints = readEndpointOverrides(systemClock, local, region);
  if (!local) await requireCredentials(endpoints.dynamo, region);
  const callers = createCallers(local, region);
  const pinned = local ? {} : hub;
  const parts = { client: endpoints.dynamo, name, region, callers, clock: systemClock, hub: pinned };
  return { endpoints, table: await findTable(parts) };
}

/** Without credentials and a Region nothing can be asked: both are said at once, before anything is. Throws ConfigError. */
export async function requireCredentials(client: DynamoDBClient, region: string | undefined): Promise<void> {
  const problems = [...(await credentialProblems(client)), ...(region === undefined ? [noRegion] : [])];
  if (problems.length > 0) throw new ConfigError(problems);
}

export const LOCAL_REGION = 'us-east-1';

/** The Region of the environment and the profile, as the SDK finds it; where neither says one, that which is pinned. */
export async function regionOr(pinned: string | undefined): Promise<string | undefined> {
  try {
    return await new DynamoDBClient().config.region();
  } catch {
    return pinned;
  }
}

/** Where the hub's secrets are made: the Region of the environment. Throws ConfigError without one, or without credentials. */
export async function requireRegion(local: CommandEndpoints | undefined): Promise<string> {
  const region = local ? LOCAL_REGION : await regionOr(undefined);
  if (!local) await requireCredentials(new DynamoDBClient({ region: region ?? LOCAL_REGION }), region);
  return region ?? LOCAL_REGION;
}

export function createCallers(local?: CommandEndpoints, region?: string): CallerSource {
  if (local) return createCallerSource({ endpoint: local.aws, region: LOCAL_REGION, credentials: local.hub });
  return createCallerSource(region === undefined ? {} : { region });
}

/** On a place whose table is made where it is missing: the embedded cloud. `recipients`: whom events wait for. */
export async function connect(
  table: string,
  clock: Clock,
  local: CommandEndpoints | undefined,
  recipients: readonly Webhook[],
): Promise<Omit<Deployment, 'configuration' | 'resolve'>> {
  const endpoints = readEndpointOverrides(clock, local);
  await ensureTable(endpoints.dynamo, table, clock);
  return connectPorts(table, clock, endpoints, { local, recipients });
}

function connectPorts(
  table: string,
  clock: Clock,
  { webhooks, dynamo, credentials, operator }: ReturnType<typeof readEndpointOverrides>,
  {
    local,
    recipients,
    places,
  }: {
    readonly local: CommandEndpoints | undefined;
    readonly recipients: readonly Webhook[];
    readonly places?: Places;
  },
): Omit<Deployment, 'configuration' | 'resolve'> {
  const dynamodb = countCommands(dynamo);
  const { stores, access, attributedChanges, signing } = connectTable(
    dynamo,
    table,
    clock,
    local,
    recipients,
  );
  const { trail, ...attribution } = connectAttribution(clock, access, local);
  const ports: Ports = {
    ...connectAzureDevOps(clock, credentials),
    ...attribution,
    ...stores,
    cursors: createDynamoAuditCursorStore(access),
    accountLists: connectAccountLists(dynamo, access, clock, local),
    uses: createCloudTrailUses(trail),
    roleUses: createCloudTrailRoleUses(trail),
    attributedChanges,
    callers: createCallers(local),
    sender: createWebhookSender({ clock, ...webhooks, ...(places ? { places } : {}) }),
    clock,
    ids: randomIds,
    random: Math.random,
  };
  const all = { table, client: dynamo, clock, takesUnsigned: true };
  const signatures = {
    signing: createStateWithRoom(createDynamoState({ ...all, ...signing }), recipients),
    unsigning: createStateWithRoom(createDynamoState(all), recipients),
  };
  return {
    ports,
    operator,
    dynamodb,
    service: {
      functions: connectFunctions(dynamo, clock, local),
      remoteRuns: createDynamoRemoteRuns(access),
    },
    publication: connectPublication(dynamo, access, clock, local),
    ...(signing.recordKey ? { signatures } : {}),
  };
}

function connectPublication(
  client: DynamoDBClient,
  access: Parameters<typeof createDynamoDeployedStack>[0],
  clock: Clock,
  local: CommandEndpoints | undefined,
): PublicationPorts {
  const s3 = local?.s3 === undefined ? endpointOfS3() : { endpoint: local.s3 };
  return {
    stack: createDynamoDeployedStack(access),
    accountExaminer: createAccountExaminer({ clock, ids: randomIds, ...iamOptions(local) }),
    getVersions: (bucket) => createS3ConfigurationVersions({ bucket, client, clock, ...s3 }),
  };
}

export function connectFunctions(
  client: DynamoDBClient,
  clock: Clock,
  local: CommandEndpoints | undefined,
): FunctionInvoker {
  const endpoint = local ? { endpoint: local.aws } : endpointOfLambda();
  return createFunctionInvoker({ client, clock, ...endpoint });
}

/** What sends events, and nothing else: no table, no IAM, no Azure DevOps. */
export function openSender(
  clock: Clock,
  configuration: Configuration,
  local?: CommandEndpoints,
): EventSender {
  const { webhooks } = readEndpointOverrides(clock, local);
  return createWebhookSender({ clock, ...webhooks, places: selectPlaces(configuration) });
}

/** What the adapters are made with. Nothing has been asked yet, and no table is made. */
export function readEndpointOverrides(clock: Clock, local?: CommandEndpoints, region?: string) {
  const secrets = secretAccess(clock, local);
  const getSecrets = createSigningSecretSource(secrets);
  const credentials = connectPersonalCredentials(clock, local);
  const dynamo = new DynamoDBClient({
    requestHandler: createRequestHandler(),
    ...(local ? { endpoint: local.dynamoDb, region: LOCAL_REGION, credentials: local.hub } : {}),
    ...(local || region === undefined ? {} : { region }),
  });
  return {
    credentials,
    operator: createOperator({ clock, ...operatorCredentials(clock, credentials, local) }),
    hookPasswords: (secret: string) => createHookPasswordSource(secret, clock, secrets.clientOptions),
    webhooks: {
      getSecrets: ({ secret }: SecretWebhook) => getSecrets(secret),
      ...connectAwsTargets(dynamo, local),
      allowLoopback: local !== undefined || readEnvironment().allowance.loopback,
    },
    dynamo,
  };
}

/** A person's own token goes to the embedded cloud as little as the embedded admin's goes outside. */
function operatorCredentials(
  clock: Clock,
  configured: CredentialSource,
  local?: CommandEndpoints,
): Pick<CredentialSource, 'getCredential'> {
  if (!local) return connectPersonalCredentials(clock, local, true);
  const token = local.projectAdmin?.token;
  return token === undefined ? configured : { getCredential: () => Promise.resolve({ type: 'pat', token }) };
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
