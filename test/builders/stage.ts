import type { IAMClient } from '@aws-sdk/client-iam';
import { connect } from '../../functions/cli/composition/deployment.ts';
import type { Ports } from '../../functions/cli/composition/deployment.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import { openConsole } from '../../infra/local/console-user.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createDynamoState } from '../../shared/adapters/dynamodb/dynamo-state-store.ts';
import { createLocalDynamoClient } from './local-dynamo.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { GuardedPlan, RunReport } from '../../shared/application/run/reconcile.ts';
import { planRun, reconcile } from '../../shared/application/run/reconcile.ts';
import { LOOPBACK_ALLOWED } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/load-configuration.ts';
import { noPolicyFiles } from '../../shared/config/inline-policies.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import type { Initiator } from '../../shared/domain/guard/controls.ts';
import type { Person } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import { createPolicy } from './console-policy.ts';
import { assume } from './door.ts';
import { bootstrapped } from './rules.ts';
import { emptyTable, tableItems } from './table.ts';
import { checkReceivedEvents } from './told-events.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { startWires } from './wire.ts';
import type { Trouble, Wires } from './wire.ts';
import { createVirtualClock } from './virtual-clock.ts';

export const ORGANIZATION = 'contoso';
const ORGANIZATION_ID = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
export const ACCOUNT = '123456789012';
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${ORGANIZATION_ID}`;
const BOUNDARY_ARN = `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary`;
export const READER_PAT = 'planted-personal-access-token';
export const MINUTE_MS = 60_000;
const TABLE = 'azfed';
const ROLE_PATH = '/azure-devops/';

export interface StageOptions {
  /** The table of connections that ask for OIDC: `Project/name` -> the role's name, or its whole ARN. */
  readonly connections: Readonly<Record<string, string>>;
  /** Instead of, or on top of, the one grant that covers them all. */
  readonly grants?: readonly Readonly<Record<string, unknown>>[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly denyWindows?: readonly Readonly<Record<string, unknown>>[];
  /** Default 5. */
  readonly pageSize?: number;
  readonly visibilityDelayMs?: number;
  /** Roles of the account. Default: as AWS has it. */
  readonly rolesQuota?: number;
  /** What goes wrong between azfed and AWS, the table included. */
  readonly trouble?: Trouble;
  /** Real time after which Azure DevOps is taken to be hanging. */
  readonly requestTimeoutMs?: number;
}

/** What a run has come to, and what azfed wrote in it: IAM operations in order, commands to the table. */
interface ObservedRun extends RunReport {
  readonly writes: { readonly iam: readonly string[]; readonly table: number };
}

/** The embedded cloud with one organization and one account in it, and azfed connected to it by its real adapters. */
interface StageRun {
  readonly trigger?: Initiator['trigger'];
  /** Who an interactive run is by; left out: a person of unknown identity. */
  readonly actor?: Person;
  /** False: nobody has let the deployment write, unless the table says so. */
  readonly isBootstrapped?: boolean;
  readonly scope?: RunScope;
}

export interface Stage {
  readonly cloud: LocalCloud;
  readonly clock: VirtualClock;
  readonly ports: Ports;
  /** Somebody who may do everything at the console of the account. */
  readonly console: IAMClient;
  /** The configuration from now on, with other grants, limits or deny windows. */
  configure(change: Pick<StageOptions, 'grants' | 'limits' | 'denyWindows'>): void;
  configuration(): Configuration;
  /** The text of such a configuration, as `azfed publish` ships it. */
  text(change: Pick<StageOptions, 'grants' | 'limits' | 'denyWindows'>): string;
  plan(): Promise<GuardedPlan>;
  /** One automatic run, and its events delivered. */
  runOnce(options?: StageRun): Promise<ObservedRun>;
  /** Id of the connection that was `Project/name` in the table of connections. */
  id(connection: string): string;
  /** A token that Azure DevOps signs at this moment for a job of the project that uses the connection. */
  token(project: string, connectionId?: string): Promise<string>;
  /** Takes a token to STS and asks for the role. */
  assume(role: string, token: string): Promise<'in' | 'refused'>;
  records(): Promise<readonly RecordedConnection[]>;
  /** Every item of the table, as text. */
  tableItems(): Promise<readonly string[]>;
  emptyTable(): Promise<void>;
  close(): Promise<void>;
}

export function roleArn(role: string): string {
  return role.startsWith('arn:') ? role : `arn:aws:iam::${ACCOUNT}:role${ROLE_PATH}${role}`;
}

/** The grant that covers everything; a test changes what it is about. */
export const wholeGrant = {
  name: 'all',
  mode: 'enforce',
  connections: { organization: ORGANIZATION, project: '*', name: '*' },
  accounts: [ACCOUNT],
  role: { path: ROLE_PATH, name: '*' },
  boundary: BOUNDARY_ARN,
  managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  inlinePolicies: {
    deploy: {
      document: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: '*' }],
      },
    },
  },
  maxSessionDuration: 7200,
  tags: { team: 'shop' },
  retire: 'close',
} as const;

export async function setStage(options: StageOptions): Promise<Stage> {
  const { pageSize = 5, visibilityDelayMs = 0, rolesQuota } = options;
  const clock = createVirtualClock();
  const cloud = await startLocalCloud({
    now: () => clock.now(),
    pageSize,
    lateness: { visibilityDelayMs },
  });
  const ids = seedOrganization(cloud, options.connections);
  const quotas = rolesQuota === undefined ? {} : { quotas: { roles: rolesQuota } };
  const account = cloud.aws.addAccount({ id: ACCOUNT, ...quotas });
  const console = openConsole(cloud.aws.url, account.credentials);
  await createPolicy(console, 'azfed-boundary');
  // What was there before the story begins is seen by everybody.
  clock.advance(visibilityDelayMs);
  const table = createLocalDynamoClient(cloud.dynamoDb.url);
  let configuration = buildConfiguration(cloud, options);
  const wires = await startWires(cloud, options.trouble);
  const { ports, dynamodb } = await connectPorts(
    cloud,
    wires,
    clock,
    configuration,
    options.requestTimeoutMs,
  );
  const tableWrites = () => [...dynamodb].reduce((sum, [name, count]) => sum + (isRead(name) ? 0 : count), 0);
  // A person said yes before the story began, whatever befalls azfed in it.
  const byHand = createDynamoState({ table: TABLE, client: table, clock }).state;
  let confirmed: Promise<unknown> | undefined;
  const confirm = async () => {
    const controls = await byHand.readControls();
    if (!controls.bootstrapped) await byHand.write({ ...bootstrapped, version: controls.version });
  };
  const id = (connection: string) => required(ids.get(connection), connection);

  return {
    cloud,
    clock,
    ports,
    console,
    configure(change) {
      configuration = buildConfiguration(cloud, { ...options, ...change });
    },
    configuration: () => configuration,
    text: (change) => JSON.stringify(buildFile(cloud, { ...options, ...change })),
    async plan() {
      await (confirmed ??= confirm());
      return planRun(ports, configuration, { trigger: 'schedule' });
    },
    async runOnce({ trigger = 'schedule', actor, isBootstrapped = true, scope } = {}) {
      if (isBootstrapped) await (confirmed ??= confirm());
      const [callsBefore, tableBefore] = [cloud.aws.calls.length, tableWrites()];
      const report = await reconcile(
        ports,
        configuration,
        trigger === 'schedule' || actor === undefined ? { trigger } : { trigger, actor },
        scope ? { scope } : {},
      );
      await deliver(ports, configuration.webhooks);
      const iam = cloud.aws.calls.slice(callsBefore).filter(isWriteOfAzfed);
      return {
        ...report,
        writes: { iam: iam.map(({ operation }) => operation), table: tableWrites() - tableBefore },
      };
    },
    id,
    token: (project, connectionId) =>
      cloud.azureDevOps.mintToken({
        organization: ORGANIZATION,
        project,
        ...(connectionId === undefined ? {} : { connectionId }),
      }),
    assume: (role, token) => assume(cloud.aws.url, roleArn(role), token),
    records: () => ports.state.readConnections(required(configuration.organizations[0], ORGANIZATION).id),
    tableItems: () => tableItems(table, TABLE),
    emptyTable: () => {
      confirmed = undefined;
      return emptyTable(table, TABLE);
    },
    async close() {
      table.destroy();
      console.destroy();
      await wires.close();
      await cloud.close();
      checkReceivedEvents(cloud.receiver.received);
    },
  };
}

const isRead = (operation: string) =>
  /^(Get|List|GenerateServiceLastAccessedDetails$|Lookup|Query|Describe|BatchGet|AssumeRole|CreateTable)/.test(
    operation,
  );

const isWriteOfAzfed = ({ operation, principalArn = '' }: LocalCloud['aws']['calls'][number]) =>
  principalArn.includes(':assumed-role/azfed-spoke/') && !isRead(operation);

function seedOrganization({ azureDevOps }: LocalCloud, table: StageOptions['connections']) {
  const rows = Object.entries(table).map(([key, role]) => ({ key, role, ...parsePlace(key) }));
  azureDevOps.organizations.create({
    name: ORGANIZATION,
    id: ORGANIZATION_ID,
    pats: [{ token: READER_PAT, access: 'read' }],
  });
  for (const project of new Set(rows.map((row) => row.project)))
    azureDevOps.projects.create(ORGANIZATION, project);
  return new Map(
    rows.map(({ key, role, project, name }) => {
      const input = { project, name, roleArn: roleArn(role), useOidc: true };
      return [key, azureDevOps.connections.create(ORGANIZATION, input).id];
    }),
  );
}

/** Project and name of `Project/name`. */
export function parsePlace(connection: string): { readonly project: string; readonly name: string } {
  const [project = '', name = ''] = connection.split('/');
  return { project, name };
}

function buildConfiguration(cloud: LocalCloud, options: Partial<StageOptions>): Configuration {
  const text = JSON.stringify(buildFile(cloud, options));
  return parseConfiguration(text, 'federation.yaml', noPolicyFiles, LOOPBACK_ALLOWED);
}

function buildFile(
  cloud: LocalCloud,
  { grants = [wholeGrant], limits, denyWindows = [] }: Partial<StageOptions>,
): object {
  return {
    version: 1,
    organizations: [
      {
        name: ORGANIZATION,
        id: ORGANIZATION_ID,
        url: `${cloud.azureDevOps.url}/${ORGANIZATION}`,
        credential: { type: 'pat', env: 'AZURE_DEVOPS_PAT' },
      },
    ],
    accounts: [{ id: ACCOUNT, assumeRole: `arn:aws:iam::${ACCOUNT}:role/azfed-spoke` }],
    grants,
    limits: {
      changesPerPass: 50,
      closuresPerPass: 50,
      changesPercent: 100,
      closuresPercent: 100,
      deletionWaitDays: 30,
      driftPercent: 100,
      absencePercent: 100,
      ...limits,
    },
    denyWindows,
    webhooks: [
      {
        name: 'ops',
        url: cloud.receiver.url,
        format: 'cloudevents',
        secret: { env: 'AZFED_WEBHOOK_SECRET' },
        events: ['*'],
      },
    ],
  };
}

async function connectPorts(
  cloud: LocalCloud,
  { aws, dynamoDb }: Wires,
  clock: VirtualClock,
  { webhooks }: Configuration,
  requestTimeoutMs: number | undefined,
) {
  const endpoints = {
    aws,
    dynamoDb,
    secretsManager: cloud.secrets.url,
    eventTargets: cloud.eventTargets.url,
    hub: cloud.aws.hubCredentials,
    secrets: { AZURE_DEVOPS_PAT: READER_PAT, AZFED_WEBHOOK_SECRET: cloud.webhookSecret },
  };
  const connected = await connect(TABLE, clock, endpoints, webhooks);
  if (requestTimeoutMs === undefined) return connected;
  const connections = createAzureDevOpsSource({
    clock,
    requestTimeoutMs,
    getCredential: () => Promise.resolve({ type: 'pat', token: READER_PAT }),
  });
  return { ...connected, ports: { ...connected.ports, connections } };
}

export function required<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`There is no ${what} on this stage.`);
  return value;
}
