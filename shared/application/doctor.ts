import { providerArn } from '../domain/arn.ts';
import type { Account, Configuration, Webhook } from '../domain/configuration.ts';
import type { ExaminedAccount } from '../domain/doctor/account-checks.ts';
import { accountChecks } from '../domain/doctor/account-checks.ts';
import type { Check } from '../domain/doctor/check.ts';
import { clockCheck } from '../domain/doctor/clock-checks.ts';
import type { ExaminedTable } from '../domain/doctor/deployment-checks.ts';
import { tableChecks } from '../domain/doctor/deployment-checks.ts';
import type { ExaminedOrganization } from '../domain/doctor/organization-checks.ts';
import { organizationChecks } from '../domain/doctor/organization-checks.ts';
import { grantsOf, questionsFor } from '../domain/doctor/rehearsals.ts';
import type { ExaminedWebhook } from '../domain/doctor/webhook-checks.ts';
import { testEvent, webhookChecks } from '../domain/doctor/webhook-checks.ts';
import { grantCheck } from '../domain/doctor/visibility-checks.ts';
import { InvariantError } from '../domain/errors.ts';
import { vstokenProfile } from '../domain/issuer.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { AccountReader, ObservationScope } from '../ports/accounts.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type {
  AccountExaminer,
  OrganizationExaminer,
  TableExaminer,
  WebhookExaminer,
} from '../ports/examination.ts';
import type { EventSender } from '../ports/notifications.ts';
import type { ServiceConnectionSource } from '../ports/service-connections.ts';
import type { StateStore } from '../ports/state.ts';
import { readingOf } from './reading-of.ts';

/** What a doctor asks. Nothing of it writes; the sender only sends what somebody has asked for. */
export interface DoctorPorts {
  readonly connections: ServiceConnectionSource;
  readonly organizations: OrganizationExaminer;
  readonly accounts: AccountReader;
  readonly accountExaminer: AccountExaminer;
  readonly webhooks: WebhookExaminer;
  readonly sender: EventSender;
  readonly table: TableExaminer;
  readonly tableName: string;
  readonly state: Pick<StateStore, 'readConnections' | 'readProviders' | 'readControls'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface DoctorWish {
  /** Each webhook gets one signed event that tells of nothing. */
  readonly sendsTest: boolean;
}

/** Asks everything side by side, so that one failure hides no other, and judges what came. */
export async function examine(
  ports: DoctorPorts,
  configuration: Configuration,
  wish: DoctorWish,
): Promise<readonly Check[]> {
  const [organizations, accounts, webhooks, table] = await Promise.all([
    Promise.all(configuration.organizations.map((one) => examineOrganization(ports, one))),
    Promise.all(configuration.accounts.map((one) => examineAccount(ports, configuration, one))),
    Promise.all(configuration.webhooks.map((one) => examineWebhook(ports, one, wish))),
    examineTable(ports, configuration),
  ]);
  const now = ports.clock.now();
  return [
    ...clockCheck(
      'clock.azure-devops',
      organizations.map(({ examination }) => examination.clock),
    ),
    ...clockCheck(
      'clock.aws',
      accounts.map(({ examination }) => examination.clock),
    ),
    ...tableChecks(table),
    ...organizations.flatMap((one) => organizationChecks(one, now)),
    ...accounts.flatMap((one) => accountChecks(one, configuration)),
    ...configuration.grants.map((grant) => grantCheck(grant, organizations)),
    ...webhooks.flatMap((one) => webhookChecks(one, table.controls)),
  ];
}

async function examineOrganization(
  { connections, organizations }: DoctorPorts,
  organization: Configuration['organizations'][number],
): Promise<ExaminedOrganization> {
  const [inventory, examination] = await Promise.all([
    connections.readInventory(organization),
    organizations.examine(organization),
  ]);
  return { organization, inventory, examination };
}

async function examineAccount(
  { accounts, accountExaminer }: DoctorPorts,
  configuration: Configuration,
  account: Account,
): Promise<ExaminedAccount> {
  const [observation, examination] = await Promise.all([
    accounts.observe(account, lookedAt(configuration, account)),
    accountExaminer.examine(account, questionsFor(configuration, account)),
  ]);
  return { account, observation, examination };
}

/** What a pass looks at there. */
function lookedAt(configuration: Configuration, account: Account): ObservationScope {
  return {
    paths: [...new Set(grantsOf(configuration, account).map(({ role }) => role.path))],
    providers: configuration.organizations.map(({ id }) =>
      providerArn(account.partition, account.id, vstokenProfile(id).issuer),
    ),
  };
}

async function examineWebhook(
  { webhooks, sender, clock, ids }: DoctorPorts,
  webhook: Webhook,
  { sendsTest }: DoctorWish,
): Promise<ExaminedWebhook> {
  const examination = await webhooks.examine(webhook);
  if (!sendsTest) return { webhook, examination };
  const begun = clock.now();
  const outcome = await readingOf(() => sender.send(webhook, testEvent(webhook, begun, ids.next())));
  return { webhook, examination, test: { outcome, tookMs: clock.now() - begun } };
}

/** A single record that is not understood stops every pass: here it is a reading like others. */
async function recordsOf(
  { state }: DoctorPorts,
  { organizations, accounts }: Configuration,
): Promise<Reading<number>> {
  try {
    return await readingOf(async () => {
      const lists = await Promise.all([
        ...organizations.map(({ id }) => state.readConnections(id)),
        ...accounts.map(({ id }) => state.readProviders(id)),
      ]);
      return lists.flat().length;
    });
  } catch (error) {
    if (error instanceof InvariantError) return unknown(error.code, error.message);
    throw error;
  }
}

async function examineTable(ports: DoctorPorts, configuration: Configuration): Promise<ExaminedTable> {
  const [table, records, controls] = await Promise.all([
    ports.table.examine(),
    recordsOf(ports, configuration),
    readingOf(() => ports.state.readControls()),
  ]);
  return { name: ports.tableName, table, records, controls };
}
