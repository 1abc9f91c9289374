import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  parseAccountSweep,
  parseChangesMessage,
  parseDiscoverMessage,
  parseRemoteStart,
} from '../../shared/adapters/sqs/queue-messages.ts';
import { withLogFields } from '../../shared/adapters/telemetry/log-fields.ts';
import type { DiscoverOptions, Discovery } from '../../shared/application/discovery/discover.ts';
import type { AccountListPorts, ListedAccounts } from '../../shared/application/discovery/list-accounts.ts';
import { sweepAccountList } from '../../shared/application/discovery/list-accounts.ts';
import { discover } from '../../shared/application/discovery/discover.ts';
import type { AuditPorts } from '../../shared/application/discovery/follow-audit.ts';
import { followAudit, syncDeletions } from '../../shared/application/discovery/follow-audit.ts';
import { forwardChanges } from '../../shared/application/intake/receive-iam-change.ts';
import type { StartPorts } from '../../shared/application/run/remote-run.ts';
import { continueRemoteRun, noteAttempt, startRemoteRun } from '../../shared/application/run/remote-run.ts';
import { noteRequests } from '../../shared/application/run/requested-run.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { Configuration, Organization } from '../../shared/domain/configuration/configuration.ts';
import { sweepKey, type DiscoverMessage } from '../../shared/domain/discovery/queue-message.ts';
import { TransientError, isDefect, isUnreadable, rethrowDefect } from '../../shared/domain/kernel/errors.ts';
import type { OrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { Clock, Telemetry } from '../../shared/ports/clock.ts';
import type { ReconcileQueue, Redelivery } from '../../shared/ports/queue.ts';
import type { ChangeNotes, RunRequests } from '../../shared/ports/state.ts';
import { processBatch, readMessages, unreadable, type QueueMessage } from '../runtime/fifo-batch.ts';
import type { Handle } from '../runtime/start-function.ts';
import { computeReadingAge } from '../../shared/domain/recording/reading-recording.ts';
import type { RecordedReading } from '../../shared/domain/records/reading-record.ts';
import type { RemoteRun } from '../../shared/domain/records/remote-run.ts';
import { DAY_MS, formatInstant } from '../../shared/domain/kernel/durations.ts';

export interface DiscoverDependencies {
  readonly ports: AuditPorts &
    StartPorts &
    AccountListPorts & { readonly changes: ChangeNotes; readonly requests: RunRequests };
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly redelivery: Redelivery;
  readonly clock: Clock;
}

/**
 * Kept back from the function's time, half of it where it is short: a request to Azure DevOps that is under way may take 60
 * seconds, and then what was read is stored.
 */
const MARGIN_MS = 100_000;

/** From a person: `azfed reconcile --remote`. */
export interface RemoteStartEvent {
  readonly remote: { readonly accounts?: readonly string[] };
}

interface DiscoverAnswer extends SQSBatchResponse {
  /** What a person has started. */
  readonly remote?: RemoteRun;
}

export const createHandler =
  (dependencies: DiscoverDependencies): Handle<SQSEvent | RemoteStartEvent, DiscoverAnswer> =>
  async (event, context) => {
    const start = parseRemoteStart(event);
    if (start) {
      const configuration = await refreshAccounts(dependencies);
      const remote = await startRemoteRun(dependencies.ports, configuration, start.accounts);
      dependencies.telemetry.info('A person has started a run.', { remote: remote.id });
      return { batchItemFailures: [], remote };
    }
    const left = context.getRemainingTimeInMillis();
    const until = dependencies.clock.now() + left - Math.min(MARGIN_MS, left / 2);
    return processBatch(readMessages(event), (record) => work(dependencies, record, until), {
      ...dependencies,
      escapes: isDefect,
    });
  };

function work(dependencies: DiscoverDependencies, record: QueueMessage, until: number): Promise<void> {
  const discoveryId = dependencies.ports.ids.next();
  const { remote } = parseDiscoverMessage(record.body) ?? {};
  const reconcileQueue = signQueue(dependencies.ports, discoveryId, remote);
  const signed = { ...dependencies, ports: { ...dependencies.ports, reconcileQueue } };
  return withLogFields({ discoveryId, remote }, async () => {
    try {
      await processMessage(signed, record, until, discoveryId);
    } catch (error) {
      if (remote !== undefined) await continueRemoteRun(dependencies.ports, remote).catch(rethrowDefect);
      throw error;
    }
    if (remote !== undefined) await continueRemoteRun(dependencies.ports, remote);
  });
}

/**
 * Runs that follow from a discovery have its id in their log, and that of the remote run that waits for them. Those of whole
 * accounts are noted: a waiting one stands for all.
 */
function signQueue(
  { reconcileQueue, requests }: Pick<DiscoverDependencies['ports'], 'reconcileQueue' | 'requests'>,
  discovery: string,
  remote: string | undefined,
): ReconcileQueue {
  return {
    async send(entries) {
      const whole = entries.filter(({ message }) => message.roles === undefined);
      await noteRequests(
        requests,
        whole.map(({ message }) => message.account),
        discovery,
      );
      await reconcileQueue.send(
        entries.map(({ message, key }) => ({
          message: { ...message, discovery, ...(remote === undefined ? {} : { remote }) },
          key,
        })),
      );
    },
  };
}

async function processMessage(
  dependencies: DiscoverDependencies,
  record: QueueMessage,
  until: number,
  discoveryId: string,
): Promise<void> {
  const { ports, configuration, telemetry } = dependencies;
  if (parseAccountSweep(record.body)) return sweepAccounts(dependencies);
  const changes = parseChangesMessage(record.body);
  if (changes) return forwardChanges(ports, changes);
  const message = parseDiscoverMessage(record.body);
  if (!message) throw unreadable(record);
  const { organizationId } = message;
  const organization = configuration.organizations.find(({ id }) => id === organizationId);
  if (!organization) {
    telemetry.warn('The configuration does not name this organization any more.', {
      organization: organizationId,
    });
    return;
  }
  const isRepeated = record.receives > 1;
  if (dependencies.clock.now() > until)
    throw new TransientError('run.out-of-time', 'The messages before it took the time of this invocation.');
  if (message.audit) return processAudit(dependencies, organization, { isRepeated, until });
  const look = () => discover(ports, configuration, message, { isRepeated, until });
  const discovery = await noteLook(ports, message, discoveryId, look);
  if (discovery) report(dependencies, organizationId, discovery);
  if (organization.auditLog && message.projectId === undefined) await syncDeletions(ports, organization);
}

/** What became of a discovery that a remote run waits for. */
function noteLook(
  ports: DiscoverDependencies['ports'],
  { organizationId: id, remote }: DiscoverMessage,
  discoveryId: string,
  look: () => Promise<Discovery | undefined>,
): Promise<Discovery | undefined> {
  if (remote === undefined) return look();
  const begunAt = formatInstant(ports.clock.now());
  return noteAttempt(
    ports,
    remote,
    { of: 'organization', id, work: discoveryId, begunAt },
    { work: look, describe: (discovery) => ({ unread: discovery ? listUnreadCodes(discovery) : [] }) },
  );
}

function listUnreadCodes({ isComplete, reading }: Discovery): readonly string[] {
  if (isComplete) return [];
  const codes = (reading?.unread ?? []).map(({ code }) => code);
  return codes.length > 0 ? [...new Set(codes)] : ['unread'];
}

/**
 * Drift of which no event came is found by these runs: nothing of them rests on something having changed. Accounts that AWS
 * Organizations lists are read before.
 */
async function sweepAccounts(dependencies: DiscoverDependencies): Promise<void> {
  const { ports, clock } = dependencies;
  const { accounts } = await refreshAccounts(dependencies);
  const now = clock.now();
  await ports.reconcileQueue.send(
    accounts.map(({ id: account }) => ({ message: { account }, key: sweepKey(account, now) })),
  );
}

/** The configuration with the accounts that AWS Organizations lists now, where it names them so. */
async function refreshAccounts({
  ports,
  configuration,
  telemetry,
}: DiscoverDependencies): Promise<Configuration> {
  const sweep = await sweepAccountList(ports, configuration);
  if (sweep) reportAccountList(telemetry, sweep);
  return sweep?.configuration ?? configuration;
}

function reportAccountList(telemetry: Telemetry, { configuration, reading, requests }: ListedAccounts): void {
  const isUnread = reading.state === 'unknown';
  telemetry.add(metrics.accountListsUnread, isUnread ? 1 : 0);
  if (isUnread)
    telemetry.warn('The accounts of AWS Organizations could not be read; the last list stays.', {
      reason: reading.code,
      requests,
    });
  else
    telemetry.info('The accounts of AWS Organizations were read.', {
      accounts: configuration.accounts.length,
      left: configuration.listed?.left.length,
      requests,
    });
}

async function processAudit(
  dependencies: DiscoverDependencies,
  organization: Organization,
  options: DiscoverOptions,
): Promise<void> {
  const { ports, configuration, telemetry } = dependencies;
  if (!organization.auditLog) return;
  const {
    trouble,
    unreadable: lost,
    discoveries,
  } = await followAudit(ports, configuration, organization, options);
  for (const discovery of discoveries) report(dependencies, organization.id, discovery);
  if (trouble)
    telemetry.warn('The audit log could not be read; the scheduled run finds its changes.', {
      organization: organization.id,
      reason: trouble.code,
      ...(isUnreadable(trouble) ? { unreadableItems: 1 } : {}),
    });
  if (lost > 0)
    telemetry.warn('Entries of the audit log could not be read; the scheduled run finds their changes.', {
      organization: organization.id,
      entries: lost,
    });
  telemetry.add(metrics.auditEntriesUnread, lost);
  telemetry.add(metrics.unreadableItems, isUnreadable(trouble) ? 1 : 0);
}

function report(
  { telemetry, clock }: DiscoverDependencies,
  organization: OrganizationId,
  discovery: Discovery,
): void {
  count(telemetry, organization, discovery, clock.now());
  const { scope, isComplete, changes, accounts } = discovery;
  const fields = { organization, scope, changes, accounts };
  if (discovery.hooksUnread)
    telemetry.warn('The service hook subscriptions could not be listed; azfed doctor says more.', {
      organization,
      reason: discovery.hooksUnread.code,
    });
  if (isComplete) telemetry.info('A discovery has ended.', fields);
  else
    telemetry.warn('A discovery has ended that could not read everything.', {
      ...fields,
      ...describeUnread(discovery.reading),
    });
}

function count(
  telemetry: Telemetry,
  organization: OrganizationId,
  { scope, isComplete, requests, reading, credentialExpiresAt }: Discovery,
  now: number,
): void {
  telemetry.add(metrics.azureDevOpsRequests, requests);
  if (scope === 'organization' && isComplete) telemetry.add(metrics.discoveries);
  if (reading) countUnread(telemetry, organization, reading, now);
  if (credentialExpiresAt === undefined) return;
  const daysLeft = Math.max(0, (credentialExpiresAt - now) / DAY_MS);
  telemetry.add(metrics.credentialDaysLeft, daysLeft, { organization });
}

function countUnread(
  telemetry: Telemetry,
  organization: OrganizationId,
  reading: RecordedReading,
  now: number,
): void {
  const projects = reading.unread.filter(({ project }) => project !== undefined).length;
  const whole = reading.unread.length > projects ? 1 : 0;
  for (const dimensions of [undefined, { organization }]) {
    telemetry.add(metrics.organizationsUnread, whole, dimensions);
    telemetry.add(metrics.projectsUnread, projects, dimensions);
    telemetry.add(metrics.oldestReadingAge, computeReadingAge(reading, now), dimensions);
  }
}

/** Ids and codes: names are in the event. */
function describeUnread(reading: RecordedReading | undefined) {
  const unread = reading?.unread ?? [];
  return {
    reason: unread[0]?.code,
    reasons: [...new Set(unread.map(({ code }) => code))],
    projects: unread.flatMap(({ project }) => project ?? []),
  };
}
