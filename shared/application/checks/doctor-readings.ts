import { listRolePaths } from '../../domain/configuration/grant-coverage.ts';
import { providerArn } from '../../domain/kernel/arn.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type {
  Account,
  Configuration,
  Organization,
  Webhook,
} from '../../domain/configuration/configuration.ts';
import type { ExaminedAccount } from '../../domain/doctor/account-checks.ts';
import type { ExaminedTable } from '../../domain/doctor/deployment-checks.ts';
import type { ExaminedOrganization, ExaminedSignIn } from '../../domain/doctor/organization-checks.ts';
import type { OrganizationId } from '../../domain/kernel/ids.ts';
import { selectAccountGrants, buildAccountQuestions } from '../../domain/doctor/rehearsals.ts';
import type { ExaminedWebhook } from '../../domain/doctor/webhook-checks.ts';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import type { HookRow } from '../../domain/discovery/hook-plan.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import { captureReading, type Reading } from '../../domain/kernel/result.ts';
import type { AccountLists } from '../../ports/account-lists.ts';
import type { AccountReader, CallerSource, ObservationScope } from '../../ports/accounts.ts';
import type {
  AuditLogReader,
  AuditReading,
  HookSession,
  ServiceConnectionSource,
} from '../../ports/service-connections.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { CredentialSource } from '../../ports/credentials.ts';
import type {
  AccountExaminer,
  OrganizationExaminer,
  TableExaminer,
  WebhookExaminer,
} from '../../ports/examination.ts';
import type { HookPasswordSource, StateStore } from '../../ports/state.ts';
import type { EventSender } from '../../ports/queue.ts';
import { observeHooks } from '../hooks/hooks.ts';
import { sendTest } from '../delivery/replay.ts';
import { invokedFunctions } from '../../contract/service-limits.ts';
import type { ExaminedFunction } from '../../domain/doctor/people-checks.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import type { FunctionInvoker } from '../../ports/functions.ts';
import { DAY_MS } from '../../domain/kernel/durations.ts';

/** What a doctor asks. Nothing of it writes; the sender only sends what somebody has asked for. */
export interface DoctorPorts {
  readonly connections: ServiceConnectionSource;
  readonly getCredential: CredentialSource['getCredential'];
  readonly organizations: OrganizationExaminer;
  readonly session: HookSession;
  readonly auditLog: AuditLogReader;
  /** The passwords that service hooks send, in the secret of this ARN. */
  readonly hookPasswords: (secret: string) => HookPasswordSource;
  readonly accounts: AccountReader;
  readonly callers: CallerSource;
  readonly accountExaminer: AccountExaminer;
  readonly webhooks: WebhookExaminer;
  readonly sender: EventSender;
  readonly table: TableExaminer;
  readonly tableName: string;
  readonly stack: Pick<DeployedStackStore, 'read'>;
  readonly functions: Pick<FunctionInvoker, 'rehearse'>;
  readonly tablePlace?: string;
  readonly state: Pick<StateStore, 'readConnections' | 'readProviders' | 'readControls' | 'readHooks'>;
  readonly accountLists: AccountLists;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export async function examineOrganization(
  ports: DoctorPorts,
  configuration: Configuration,
  organization: Organization,
): Promise<ExaminedOrganization> {
  const snapshot = ports.connections.readInventory(organization);
  const [inventory, examination, hooks, audit] = await Promise.all([
    snapshot,
    ports.organizations.examine(organization),
    examineHooks(ports, configuration, organization, snapshot),
    examineAuditLog(ports, organization),
  ]);
  return {
    organization,
    inventory,
    examination,
    ...(hooks ? { hooks } : {}),
    ...(audit ? { audit } : {}),
  };
}

/** The last day of the audit log; `undefined` where the organization is not followed by it. */
async function examineAuditLog(
  { auditLog, clock }: DoctorPorts,
  organization: Organization,
): Promise<Reading<AuditReading> | undefined> {
  if (!organization.auditLog) return undefined;
  const now = clock.now();
  return auditLog.read(organization, { from: now - DAY_MS, to: now });
}

/** What `azfed hooks install` would do; `undefined` where no hooks are configured. */
async function examineHooks(
  { session, hookPasswords, state }: DoctorPorts,
  { grants, hooks }: Configuration,
  organization: Organization,
  snapshot: Promise<OrganizationInventory>,
): Promise<Reading<readonly HookRow[]> | undefined> {
  if (!hooks) return undefined;
  const passwords = hookPasswords(hooks.secret);
  const ports = { session, state, passwords, connections: { readInventory: () => snapshot } };
  const views = await captureReading(() =>
    observeHooks(ports, { organizations: [organization], grants }, hooks, 'install'),
  );
  return views.state === 'unknown' ? views : views.value[0]?.rows;
}

export async function examineAccount(
  { accounts, accountExaminer }: DoctorPorts,
  configuration: Configuration,
  account: Account,
): Promise<ExaminedAccount> {
  const [observation, examination] = await Promise.all([
    accounts.observe(account, buildObservationScope(configuration, account)),
    accountExaminer.examine(account, buildAccountQuestions(configuration, account)),
  ]);
  return { account, observation, examination };
}

/** What a run looks at there. */
const buildObservationScope = (configuration: Configuration, account: Account): ObservationScope => ({
  paths: [...new Set(selectAccountGrants(configuration, account).flatMap(listRolePaths))],
  providers: configuration.organizations
    .flatMap((organization) => selectProfiles(organization, organization.issuer))
    .map(({ issuer }) => providerArn(account.partition, account.id, issuer)),
});

/** Whose token each organization is asked with. The tokens themselves are compared here, and go no further. */
export async function examineCredentials(
  { getCredential }: Pick<DoctorPorts, 'getCredential'>,
  { organizations }: Configuration,
): Promise<ReadonlyMap<OrganizationId, ExaminedSignIn>> {
  const readings = await Promise.all(
    organizations.map(async (organization) => ({
      id: organization.id,
      credential: await captureReading(() => getCredential(organization)),
    })),
  );
  const known = readings.flatMap(({ id, credential }) =>
    credential.state === 'complete' ? [{ id, ...credential.value }] : [],
  );
  return new Map(
    known.map(({ id, type, token, source }) => {
      const isGlobal = type === 'pat' && known.some((other) => other.id !== id && other.token === token);
      return [id, { isGlobal, ...(source === undefined ? {} : { type, source }) }];
    }),
  );
}

export async function examineWebhook(
  ports: DoctorPorts,
  webhook: Webhook,
  sendsTest: boolean,
): Promise<ExaminedWebhook> {
  const examination = await ports.webhooks.examine(webhook);
  if (!sendsTest) return { webhook, examination };
  return { webhook, examination, test: await sendTest(ports, webhook) };
}

export async function examineTable(ports: DoctorPorts, configuration: Configuration): Promise<ExaminedTable> {
  const [table, records, controls] = await Promise.all([
    ports.table.examine(),
    captureReading(() => countRecords(ports.state, configuration)),
    captureReading(async () => assertReadable(await ports.state.readControls())),
  ]);
  const place = ports.tablePlace === undefined ? {} : { place: ports.tablePlace };
  return { name: ports.tableName, ...place, table, records, controls };
}

/** Asks for nothing where the table knows of no service. */
export async function examineFunctions({
  stack,
  functions,
  tableName,
}: DoctorPorts): Promise<readonly ExaminedFunction[]> {
  const deployed = await captureReading(() => stack.read());
  if (deployed.state === 'unknown' || deployed.value === undefined) return [];
  return Promise.all(
    invokedFunctions.map(async (one) => {
      const name = `${tableName}-${one}`;
      return { name, answer: await captureReading(() => functions.rehearse(name)) };
    }),
  );
}

async function countRecords(
  state: DoctorPorts['state'],
  { organizations, accounts }: Configuration,
): Promise<number> {
  const lists = await Promise.all([
    ...organizations.map(({ id }) => state.readConnections(id)),
    ...accounts.map(({ id }) => state.readProviders(id)),
  ]);
  return lists.flat().map(assertReadable).length;
}

/** Throws UpstreamError for one that this release cannot read: what it is about waits. */
function assertReadable<Item extends RecordedItem>(item: Item): Item {
  if (item.unreadable) throw new UpstreamError('state.unreadable-item', item.unreadable.reason);
  return item;
}
