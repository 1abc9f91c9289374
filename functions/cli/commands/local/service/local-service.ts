import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyResult, EventBridgeEvent } from 'aws-lambda';
import type { LocalCloud } from '../../../../../infra/local/local-cloud.ts';
import type { LocalQueue, LocalQueues } from '../../../../../infra/local/queues/local-queues.ts';
import { startLocalQueues } from '../../../../../infra/local/queues/local-queues.ts';
import type { LimitedQueue } from '../../../../../shared/contract/service-limits.ts';
import {
  invokedFunctions,
  serviceLimits,
  visibilitySeconds,
} from '../../../../../shared/contract/service-limits.ts';
import { ensureTable } from '../../../../../shared/adapters/dynamodb/dynamo-table.ts';
import { createDiscoverQueue } from '../../../../../shared/adapters/sqs/sqs-queue.ts';
import { randomIds, systemClock } from '../../../../../shared/adapters/system/system-clock.ts';
import { buildChangePattern } from '../../../../../shared/domain/configuration/change-pattern.ts';
import type { Configuration } from '../../../../../shared/domain/configuration/configuration.ts';
import type { AccountSweep, DiscoverMessage } from '../../../../../shared/domain/discovery/queue-message.ts';
import type { Clock, Telemetry } from '../../../../../shared/ports/clock.ts';
import type { EndpointOverrides } from '../../../../runtime/connect.ts';
import {
  startLoopbackServer,
  type LoopbackServer,
} from '../../../../../infra/local/loopback/loopback-server.ts';
import { createEventInvoker, createInvoke } from './invocation.ts';
import { CONFIGURATION_BUCKET, createLocalFunctions, type LocalFunctions } from './local-functions.ts';
import { createQueuePoller } from './queue-poller.ts';
import { createTableStream } from './table-stream.ts';
import type { HookReceiver } from '../../../../../shared/domain/azure-devops/hook-subscription.ts';
import { matchesEvent } from '../../../../../infra/local/aws/cloudtrail/event-pattern.ts';
import type { TrailEvent } from '../../../../../infra/local/aws/cloudtrail/trail.ts';
import { createAzureDevOpsSource } from '../../../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookSession } from '../../../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOperator } from '../../../../../shared/adapters/azure-devops/operator.ts';
import { createDynamoState } from '../../../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createStateWithRoom } from '../../../../../shared/application/records/room.ts';
import { createHookPasswordSource } from '../../../../../shared/adapters/secrets/secret-source.ts';
import type { HookGoal, SubscriptionPorts } from '../../../../../shared/application/hooks/hooks.ts';
import { applyHooks, observeHooks } from '../../../../../shared/application/hooks/hooks.ts';

export interface LocalServiceOptions {
  readonly cloud: LocalCloud;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly table: string;
  /** Values of secrets that the configuration names by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly getTelemetry: (functionName: string) => Telemetry;
  /** Token of somebody who may edit service hooks in every organization. */
  readonly administrator: string;
  /** Of azfed. */
  readonly release?: string;
  /** Of the queue `discover`. Default: as in AWS. */
  readonly delaySeconds?: number;
}

/** All functions in one process, and the parts of AWS that lie between them. Nothing happens by itself. */
export interface LocalService {
  /** Where service hooks are posted to. Their subscriptions are made at the start. */
  readonly hook: HookReceiver;
  readonly queues: Readonly<Record<LimitedQueue | `${LimitedQueue}Dead`, LocalQueue>>;
  /** Where the report is written to, in the embedded S3. */
  readonly reportBucket: string;
  /** Every organization is due, and every account. */
  schedule(): Promise<void>;
  /** The audit log of every organization that has it read is due. */
  audit(): Promise<void>;
  /** What has happened in Azure DevOps and IAM since the last time is told to the functions. */
  notify(): Promise<void>;
  /** Works off what waits in the queues by now. Resolves to how many messages that were. */
  processBatch(): Promise<number>;
  /** Delivers what was written since the last time. Resolves to how many records that were. */
  followStream(): Promise<number>;
  /** The schedule of `deliver`: certainty for what the stream has missed. */
  sweep(): Promise<void>;
  /** Events that Lambda has tried as often as it does. */
  getUndelivered(): readonly unknown[];
  /** Takes the subscriptions away: the next start has another address. */
  unsubscribe(): Promise<void>;
  close(): Promise<void>;
}

const REPORT_BUCKET = 'azfed-report';

export async function startLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const { cloud, clock, table } = options;
  const local = await startLocalQueues({ now: () => clock.now() });
  const queues = createQueues(local, options.delaySeconds);
  const hookSecret = cloud.secrets.put('azfed/hook', JSON.stringify({ current: randomIds.next() }));
  cloud.s3.createBucket(REPORT_BUCKET);
  cloud.s3.createBucket(CONFIGURATION_BUCKET);
  const endpoints = {
    ...buildEndpoints(cloud, local, options.secrets),
    slotMs: (options.delaySeconds ?? serviceLimits.queues.discover.delaySeconds) * 1_000,
  };
  const at = { region: 'us-east-1', credentials: endpoints.hub };
  const dynamo = new DynamoDBClient({ endpoint: endpoints.dynamoDb, ...at });
  await ensureTable(dynamo, table, systemClock);
  const sqs = new SQSClient({ endpoint: local.url, ...at });
  const gateway = await startHookGateway((event) => createInvoke('hook', functions.hook, clock)(event));
  const hook = { url: gateway.url, secret: hookSecret };
  const configuration = { ...options.configuration, hooks: hook };
  const functions = await createLocalFunctions({
    configuration,
    clock,
    endpoints,
    getTelemetry: options.getTelemetry,
    release: options.release ?? 'local',
    environment: {
      table,
      hookSecret,
      discoverQueue: queues.discover.url,
      reconcileQueue: queues.reconcile.url,
      reportQueue: queues.report.url,
      reportBucket: REPORT_BUCKET,
    },
  });
  registerFunctions(cloud, functions, table, clock);
  const subscribing = { ...options, configuration, receiver: hook, dynamo };
  await requestHooks(subscribing, 'install');
  return {
    hook,
    queues,
    reportBucket: REPORT_BUCKET,
    ...createTriggers({ cloud, configuration, clock, dynamo, sqs, table, functions, queues }),
    unsubscribe: () => requestHooks(subscribing, 'remove'),
    async close() {
      for (const name of invokedFunctions) cloud.aws.functions.remove(`${table}-${name}`);
      dynamo.destroy();
      sqs.destroy();
      await gateway.close();
      await local.close();
    },
  };
}

const HOOK_PATH = '/hooks/azure-devops';

/** What API Gateway does in front of the function `hook`, with what that reads of the event of a Lambda proxy integration. */
async function startHookGateway(
  handle: (event: object) => Promise<APIGatewayProxyResult>,
): Promise<LoopbackServer> {
  const server = await startLoopbackServer(async ({ method, path, headers, text: body }) => {
    const isHook = method === 'POST' && path === HOOK_PATH;
    const event = { httpMethod: method, path, headers, body, isBase64Encoded: false };
    // What the function does not answer is trouble of the gateway, which the service maps to 503.
    const answer = isHook
      ? await handle(event).catch(() => ({ statusCode: 503, body: '' }))
      : { statusCode: 403, body: '' };
    return { status: answer.statusCode, headers: { 'content-type': 'application/json' }, text: answer.body };
  });
  return { url: `${server.url}${HOOK_PATH}`, close: () => server.close() };
}

/** Named as in AWS: after the stack, which has the name of the table. */
function registerFunctions(
  { aws }: LocalCloud,
  functions: Pick<LocalFunctions, (typeof invokedFunctions)[number]>,
  table: string,
  clock: Clock,
): void {
  for (const name of invokedFunctions) {
    const invoke = createInvoke<never, unknown>(name, functions[name], clock);
    aws.functions.put(`${table}-${name}`, (event) => invoke(event as never));
  }
}

type Surroundings = Pick<LocalServiceOptions, 'cloud' | 'configuration' | 'clock' | 'table'> & {
  readonly dynamo: DynamoDBClient;
};

interface TriggerParts extends Surroundings, Pick<LocalService, 'queues'> {
  readonly sqs: SQSClient;
  readonly functions: LocalFunctions;
}

/** What starts the functions in AWS: schedules, hooks, events, queues, the stream. */
function createTriggers(parts: TriggerParts) {
  const { cloud, configuration, clock, dynamo, sqs, table, functions, queues } = parts;
  const pollers = (['discover', 'reconcile', 'report'] as const).map((name) =>
    createQueuePoller(sqs, {
      queue: queues[name],
      invoke: createInvoke(name, functions[name], clock),
      concurrency: serviceLimits.queues[name].concurrency,
    }),
  );
  const stream = createTableStream(dynamo, table);
  const deliver = createInvoke('deliver', functions.deliver, clock);
  const changes = createEventInvoker(createInvoke('iam-change', functions.iamChange, clock), clock);
  const sweeps = createEventInvoker(deliver, clock);
  const trail = createTrailBridge(
    () => cloud.aws.events,
    buildChangePattern({ organizations: [], grants: [] }, []),
  );
  const discoverQueue = createDiscoverQueue(sqs, queues.discover.url);

  async function followStream(): Promise<number> {
    const event = await stream.next();
    if (!event) return 0;
    // A batch that fails all the same is left to the sweep.
    for (let tries = 0; tries <= serviceLimits.stream.retries; tries++)
      if (await deliver(event).then(isTrue, isFalse)) break;
    return event.Records.length;
  }

  const enqueue = (messages: readonly (DiscoverMessage | AccountSweep)[]) =>
    discoverQueue.send(messages.map((message) => ({ message, key: randomIds.next() })));
  const { organizations } = configuration;

  return {
    schedule: () =>
      enqueue([...organizations.map(({ id }) => ({ organizationId: id })), { sweep: 'accounts' }]),
    audit: () =>
      enqueue(
        organizations
          .filter(({ auditLog }) => auditLog)
          .map(({ id }) => ({ organizationId: id, audit: true })),
      ),
    async notify() {
      await cloud.azureDevOps.hooks.deliver();
      await changes.invoke(trail.next());
    },
    async processBatch() {
      let done = 0;
      for (const poller of pollers) done += await poller.drain();
      return done;
    },
    followStream,
    sweep: () => sweeps.invoke([{ sweep: true }]),
    getUndelivered: () => [...changes.undelivered, ...sweeps.undelivered],
  };
}

const isTrue = () => true;
/** The function has said why in its log. */
const isFalse = () => false;

/** With the numbers that the templates give to AWS. */
export function createQueues(local: LocalQueues, delaySeconds?: number): LocalService['queues'] {
  const [discoverDead, reconcileDead, reportDead] = [
    local.create('discover-dead.fifo'),
    local.create('reconcile-dead.fifo'),
    local.create('report-dead.fifo'),
  ];
  const create = (
    name: LimitedQueue,
    dead: LocalQueue,
    delay: number = serviceLimits.queues[name].delaySeconds,
  ) =>
    local.create(`${name}.fifo`, {
      delaySeconds: delay,
      visibilitySeconds: visibilitySeconds(name),
      redrive: { deadLetterArn: dead.arn, maxReceives: serviceLimits.mostReceives },
    });
  return {
    discover: create('discover', discoverDead, delaySeconds),
    reconcile: create('reconcile', reconcileDead),
    report: create('report', reportDead),
    discoverDead,
    reconcileDead,
    reportDead,
  };
}

function buildEndpoints(
  cloud: LocalCloud,
  queues: LocalQueues,
  secrets: EndpointOverrides['secrets'],
): EndpointOverrides {
  return {
    aws: cloud.aws.url,
    dynamoDb: cloud.dynamoDb.url,
    queues: queues.url,
    secretsManager: cloud.secrets.url,
    eventTargets: cloud.eventTargets.url,
    s3: cloud.s3.url,
    entra: cloud.entra.url,
    hub: cloud.aws.hubCredentials,
    secrets,
  };
}

interface TrailBridge {
  /** What was written in IAM since the last time, as EventBridge tells it. Not what was written before the first time. */
  next(): readonly EventBridgeEvent<string, TrailEvent>[];
}

/** From CloudTrail to EventBridge, by the pattern of the hub's rule; those of accounts leave out more. */
function createTrailBridge(events: () => readonly TrailEvent[], pattern: object): TrailBridge {
  let shown = events().length;
  return {
    next() {
      const fresh = events().slice(shown);
      shown += fresh.length;
      return fresh
        .filter(({ eventSource }) => eventSource === 'iam.amazonaws.com')
        .map(bridged)
        .filter((event) => matchesEvent(pattern, event));
    },
  };
}

/** EventBridge User Guide, AWS service events delivered via CloudTrail. */
const bridged = (detail: TrailEvent): EventBridgeEvent<string, TrailEvent> => ({
  version: '0',
  id: detail.eventID,
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: detail.recipientAccountId,
  time: detail.eventTime,
  region: detail.awsRegion,
  resources: [],
  detail,
});

interface SubscriptionParts extends Surroundings, Pick<LocalServiceOptions, 'administrator'> {
  readonly receiver: HookReceiver;
}

/** What `azfed hooks install` and `remove` do, for a service on the embedded cloud. */
async function requestHooks(parts: SubscriptionParts, request: HookGoal): Promise<void> {
  const { configuration, receiver } = parts;
  const ports = createPorts(parts);
  for (const { organization, rows } of await observeHooks(ports, configuration, receiver, request))
    if (rows.state === 'complete') await applyHooks(ports, receiver, organization, rows.value);
}

function createPorts(parts: SubscriptionParts): SubscriptionPorts {
  const { cloud, configuration, receiver, clock, dynamo, table, administrator } = parts;
  const getCredential = () => Promise.resolve({ type: 'pat', token: administrator } as const);
  const secrets = { endpoint: cloud.secrets.url, credentials: cloud.aws.hubCredentials };
  return {
    connections: createAzureDevOpsSource({ clock, getCredential }),
    session: createHookSession(createOperator({ clock, getCredential })),
    state: createStateWithRoom(createDynamoState({ table, client: dynamo, clock }), configuration.webhooks),
    passwords: createHookPasswordSource(receiver.secret, clock, secrets),
    ids: randomIds,
    clock,
  };
}
