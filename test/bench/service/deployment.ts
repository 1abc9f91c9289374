import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EndpointOverrides } from '../../../functions/runtime/connect.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { createGuid } from '../../../infra/local/azure-devops/state/guid-sequence.ts';
import { startLocalDynamoDb } from '../../../infra/local/dynamodb/local-dynamodb.ts';
import type { LocalQueue } from '../../../infra/local/queues/local-queues.ts';
import { startLocalQueues } from '../../../infra/local/queues/local-queues.ts';
import { createDynamoState } from '../../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { ensureTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { toTableItem } from '../../../shared/adapters/dynamodb/item-mapping.ts';
import { toPlaceItem } from '../../../shared/adapters/dynamodb/record-places.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { recordBootstrap } from '../../../shared/domain/guard/controls-recording.ts';
import type { AccountId, OrganizationId } from '../../../shared/domain/kernel/ids.ts';
import { HOUR_MS } from '../../../shared/domain/kernel/durations.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import { ORGANIZATION, ORGANIZATION_ID, ROLES_QUOTA } from '../scene.ts';
import type { Invoked } from './function.ts';
import type { Invocation } from './invocation.ts';
import type { ServiceConnectionPlace, Size } from './settings.ts';
import { listAccounts, listConnections } from './settings.ts';
import type { Units } from './units.ts';
import { startUnitCounter } from './units.ts';

const TABLE = 'azfed';
const READER_TOKEN = 'bench-reader';
/** Nothing that is measured asks there. */
const NOWHERE = 'http://127.0.0.1:9';
const organizationId = ORGANIZATION_ID as OrganizationId;

export interface Deployment {
  /** One invocation in a process of its own, from cold: what it has taken, of the table and of the queue too. */
  invoke(
    name: Invocation['name'],
    body: object,
  ): Promise<Invoked & Units & { readonly messages: number; readonly iamCalls: number }>;
  readonly account: string;
  close(): Promise<void>;
}

/**
 * A deployment at rest. The roles of the first account are made by the service itself; the records of all others are copies of
 * theirs under other names, and nobody asks IAM for them.
 */
export async function startDeployment(
  size: Size,
  run: (invocation: Invocation) => Promise<Invoked>,
): Promise<Deployment> {
  let laterMs = 0;
  const now = () => Date.now() + laterMs;
  const { azureDevOps, connections } = await startAzureDevOps(now, size);
  const aws = await startLocalAws({ now, resolveIssuer: (issuer) => azureDevOps.resolveIssuer(issuer) });
  const dynamoDb = await startLocalDynamoDb();
  const queues = await startLocalQueues({ now });
  const counter = await startUnitCounter(dynamoDb.url);
  const client = createLocalDynamoClient(dynamoDb.url);
  const [account = ''] = listAccounts(size);
  const queue = (name: string) => queues.create(`${name}.fifo`);
  const reconcileQueue = queue('reconcile');
  const urls = {
    reconcileQueue: reconcileQueue.url,
    discoverQueue: queue('discover').url,
    reportQueue: queue('report').url,
  };
  const endpoints: EndpointOverrides = {
    aws: aws.url,
    dynamoDb: counter.url,
    queues: queues.url,
    secretsManager: NOWHERE,
    s3: NOWHERE,
    entra: NOWHERE,
    hub: aws.hubCredentials,
    secrets: { AZURE_DEVOPS_PAT: READER_TOKEN },
  };

  async function invoke(name: Invocation['name'], body: object) {
    const sent = countMessages(reconcileQueue);
    aws.resetCounts();
    counter.take();
    const invocation: Invocation = {
      ...{ name, body, size, endpoints, laterMs },
      azureDevOps: azureDevOps.url,
      environment: { table: TABLE, ...urls },
    };
    const invoked = await run(invocation);
    if (invoked.troubles.length > 0) throw new Error(`${name}: ${invoked.troubles.join('\n')}`);
    const iam = Object.entries(aws.counts()).filter(([operation]) => !operation.startsWith('AssumeRole'));
    return {
      ...invoked,
      ...counter.take(),
      messages: countMessages(reconcileQueue) - sent,
      iamCalls: iam.reduce((sum, [, count]) => sum + count, 0),
    };
  }

  await ensureTable(client, TABLE, systemClock);
  const { state } = createDynamoState({ table: TABLE, client, clock: { ...systemClock, now } });
  await state.write(recordBootstrap(await state.readControls(), 'somebody', now()));
  aws.addAccount({ id: account, quotas: { roles: ROLES_QUOTA } });
  await invoke('discover', { organizationId });
  await invoke('reconcile', { account });
  await invoke('deliver', {});
  laterMs += HOUR_MS;
  const made = await state.readConnections(organizationId);
  await copyRecords(DynamoDBDocumentClient.from(client), made, connections);
  await invoke('discover', { organizationId });
  laterMs += HOUR_MS;
  // What a run notices once, such as that the account can be read.
  await invoke('reconcile', { account });
  await invoke('deliver', {});
  laterMs += HOUR_MS;
  return {
    invoke,
    account,
    async close() {
      client.destroy();
      counter.close();
      await Promise.all([azureDevOps, aws, dynamoDb, queues].map((part) => part.close()));
    },
  };
}

const countMessages = (queue: LocalQueue) => queue.messages().length;

interface SeededConnection extends ServiceConnectionPlace {
  readonly id: string;
}

/** Each further connection is a copy of the first: made one by one, each would be compared with all others. */
async function startAzureDevOps(
  now: () => number,
  size: Size,
): Promise<{ readonly azureDevOps: LocalAzureDevOps; readonly connections: readonly SeededConnection[] }> {
  const places = listConnections(size);
  const draft = await startLocalAzureDevOps({ now });
  draft.organizations.create({
    name: ORGANIZATION,
    id: ORGANIZATION_ID,
    pats: [{ token: READER_TOKEN, access: 'read' }],
  });
  for (const project of new Set(places.map(({ project }) => project)))
    draft.projects.create(ORGANIZATION, project);
  for (const { project, name, roleArn } of places.slice(0, 1))
    draft.connections.create(ORGANIZATION, { project, name, roleArn, useOidc: true });
  const state = draft.snapshot();
  await draft.close();
  const connections = places.map((place, index) => ({ ...place, id: createGuid(GUIDS, index) }));
  const organizations = state.organizations.map((organization) => {
    const [pattern] = organization.connections;
    if (!pattern) throw new Error('No connection was made.');
    const projects = new Map(organization.projects.map((one) => [one.name, one.id]));
    return {
      ...organization,
      connections: connections.map((one) => ({
        ...pattern,
        id: one.id,
        parameters: { ...pattern.parameters, assumeRoleArn: one.roleArn },
        references: [{ projectId: projects.get(one.project) ?? '', name: one.name, description: '' }],
      })),
    };
  });
  return {
    azureDevOps: await startLocalAzureDevOps({ now, state: { ...state, organizations } }),
    connections,
  };
}

/** Of the sequence of ids of connections. */
const GUIDS = 77;

/** BatchWriteItem takes 25 puts (API Reference). */
const BATCH = 25;

async function copyRecords(
  documents: DynamoDBDocumentClient,
  made: readonly RecordedConnection[],
  connections: readonly SeededConnection[],
): Promise<void> {
  const known = new Map(connections.map((one) => [one.id, one]));
  const patterns = made.flatMap((record) => {
    const place = known.get(record.connectionId);
    return place ? [{ text: JSON.stringify({ ...record, version: 1 }), place }] : [];
  });
  const ids = new Set<string>(made.map(({ connectionId }) => connectionId));
  const items = connections
    .filter(({ id }) => !ids.has(id))
    .flatMap((one, index) => {
      const pattern = patterns[index % patterns.length];
      if (!pattern) throw new Error('No role was made.');
      const record = rename(pattern, one);
      return [toPlaceItem(record, one.account as AccountId), toTableItem(record)];
    });
  for (let first = 0; first < items.length; first += BATCH) {
    const puts = items.slice(first, first + BATCH).map((Item) => ({ PutRequest: { Item } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [TABLE]: puts } }));
  }
}

function rename(
  { text, place }: { readonly text: string; readonly place: SeededConnection },
  to: SeededConnection,
): RecordedConnection {
  const names = ['id', 'account', 'roleName', 'project', 'name'] as const;
  return JSON.parse(
    names.reduce((known, name) => known.replaceAll(place[name], to[name]), text),
  ) as RecordedConnection;
}
