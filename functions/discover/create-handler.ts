import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  parseAccountSweep,
  parseChangesMessage,
  parseDiscoverMessage,
} from '../../shared/adapters/sqs/queue-messages.ts';
import { withLogFields } from '../../shared/adapters/telemetry/log-fields.ts';
import type { DiscoverOptions, Discovery } from '../../shared/application/discovery/discover.ts';
import { discover } from '../../shared/application/discovery/discover.ts';
import type { AuditPorts } from '../../shared/application/discovery/follow-audit.ts';
import { followAudit, syncDeletions } from '../../shared/application/discovery/follow-audit.ts';
import { forwardChanges } from '../../shared/application/intake/receive-iam-change.ts';
import { noteRequests } from '../../shared/application/run/requested-run.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { Configuration, Organization } from '../../shared/domain/configuration/configuration.ts';
import { sweepKey } from '../../shared/domain/discovery/hook-classification.ts';
import { TransientError, isDefect, isUnreadable } from '../../shared/domain/kernel/errors.ts';
import type { OrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { Clock, Telemetry } from '../../shared/ports/clock.ts';
import type { ReconcileQueue, Redelivery } from '../../shared/ports/queue.ts';
import type { ChangeNotes, RunRequests } from '../../shared/ports/state.ts';
import type { QueueMessage } from '../runtime/fifo-batch.ts';
import { processBatch, readMessages, unreadable } from '../runtime/fifo-batch.ts';
import type { Handle } from '../runtime/start-function.ts';
import { computeReadingAge } from '../../shared/domain/recording/reading-recording.ts';
import type { RecordedReading } from '../../shared/domain/records/reading-record.ts';
import { DAY_MS } from '../../shared/domain/kernel/durations.ts';

export interface DiscoverDependencies {
  readonly ports: AuditPorts & { readonly changes: ChangeNotes; readonly requests: RunRequests };
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

export const createHandler =
  (dependencies: DiscoverDependencies): Handle<SQSEvent, SQSBatchResponse> =>
  async (event, context) => {
    const left = context.getRemainingTimeInMillis();
    const until = dependencies.clock.now() + left - Math.min(MARGIN_MS, left / 2);
    return processBatch(readMessages(event), (record) => work(dependencies, record, until), {
      ...dependencies,
      escapes: isDefect,
    });
  };

function work(dependencies: DiscoverDependencies, record: QueueMessage, until: number): Promise<void> {
  const discoveryId = dependencies.ports.ids.next();
  const ports = { ...dependencies.ports, reconcileQueue: signQueue(dependencies.ports, discoveryId) };
  return withLogFields({ discoveryId }, () => processMessage({ ...dependencies, ports }, record, until));
}

/** Runs that follow from a discovery have its id in their log. Those of whole accounts are noted: a waiting one stands for all. */
function signQueue(
  { reconcileQueue, requests }: Pick<DiscoverDependencies['ports'], 'reconcileQueue' | 'requests'>,
  discovery: string,
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
        entries.map(({ message, key }) => ({ message: { ...message, discovery }, key })),
      );
    },
  };
}

async function processMessage(
  dependencies: DiscoverDependencies,
  record: QueueMessage,
  until: number,
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
  const discovery = await discover(ports, configuration, message, { isRepeated, until });
  if (discovery) report(dependencies, organizationId, discovery);
  if (organization.auditLog && message.projectId === undefined) await syncDeletions(ports, organization);
}

/** Drift of which no event came is found by these runs: nothing of them rests on something having changed. */
async function sweepAccounts({ ports, configuration, clock }: DiscoverDependencies): Promise<void> {
  const now = clock.now();
  await ports.reconcileQueue.send(
    configuration.accounts.map(({ id: account }) => ({ message: { account }, key: sweepKey(account, now) })),
  );
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
      message: trouble.message,
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
