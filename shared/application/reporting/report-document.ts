import { formatHolder } from '../../domain/entries/holder-text.ts';
import { selectProfiles, type IssuerName } from '../../domain/issuers/issuer.ts';
import { listDoors, type Door } from '../checks/doors.ts';
import type { Account, Configuration, Organization } from '../../domain/configuration/configuration.ts';
import { inForce, pauseSentence, scopeNames, type ScopeNames } from '../../domain/guard/controls.ts';
import { credentialLines, type CredentialLine } from '../../domain/migration/credential-report.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import type { Coverage, Finding } from '../../domain/findings/finding.ts';
import { countCoverage, findingCatalogue, listUnread } from '../../domain/findings/finding.ts';
import { listIssuerStatuses, type IssuerStatus } from '../../domain/migration/issuer-status.ts';
import type { RunRecord } from '../../domain/records/run-record.ts';
import { newAccountControls, type Controls } from '../../domain/records/deployment-record.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import { unreadableText, type LogEntries } from '../../domain/kernel/errors.ts';
import { listStatusRows } from '../observe/connection-status.ts';
import { reportConnections, type PermissionSet, type ReportedConnection } from './reported-connections.ts';
import { reportedEvent, type ReportedEvent } from './reported-events.ts';
import { reportAdoption, type ReportedAdoption } from './reported-adoption.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import type { HistoryStore, RecordHistory, RunLog } from '../../ports/state.ts';
import type { ReadPorts } from '../observe/observe.ts';
import { planRun } from '../run/reconcile.ts';
import type { Selection } from './selection.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

/** Everything that the report page shows, as plain JSON. Times are ISO text. */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly madeAt: string;
  /** Left out by earlier releases, as accounts and permissionSets are. */
  readonly organizations?: readonly Pick<Organization, 'id' | 'name' | 'url'>[];
  readonly accounts?: readonly Pick<Account, 'id' | 'name'>[];
  /** What could not be read, in sentences: with any of them the report is not complete. */
  readonly unread: readonly string[];
  /** What people and breakers hold back, in sentences. */
  readonly notices: readonly string[];
  readonly connections: readonly ReportedConnection[];
  /** Each that a role has, once. */
  readonly permissionSets?: readonly PermissionSet[];
  readonly findings: readonly ReportedFinding[];
  readonly coverage: Coverage;
  /** AWS connections that do not, or not surely, sign in by OIDC alone. */
  readonly staticKeys: readonly CredentialLine[];
  /** Every subject that trusts of the roles that were read accept, and who is behind it. */
  readonly doors: readonly ReportedDoor[];
  /** Which roles the doors are of: those that runs read. Left out by earlier releases. */
  readonly doorScopes?: readonly DoorScope[];
  readonly adoption: ReportedAdoption;
  /** By name. */
  readonly issuers: readonly ReportedIssuerStatus[];
  /** Newest first. */
  readonly events: readonly ReportedEvent[];
  /** The latest runs that did something, newest first. */
  readonly runs: readonly RunRecord[];
}

/** Whose tokens a connection is to be let in with, and whose it is. */
export interface ReportedIssuerStatus extends Pick<IssuerStatus, 'chosen'> {
  readonly connectionId: string;
  /** `null`: the trust was not read, or there is no such role. */
  readonly trusted: readonly IssuerName[] | null;
}

export type ReportedFinding = Pick<
  Finding,
  'code' | 'severity' | 'message' | 'connectionId' | 'roleArn' | 'accepted'
> & {
  readonly fix: string;
};

/** A run reads the paths that grants and records name, and no other role of the account. */
interface DoorScope {
  readonly account: string;
  readonly paths: readonly string[];
  /** Its roles could not be read. */
  readonly isUnread: boolean;
}

interface ReportedDoor
  extends Pick<Door, 'account' | 'roleArn' | 'roleLastUsedAt'>, Partial<Pick<Door, 'match'>> {
  /** `null`: any. */
  readonly subject: string | null;
  readonly state: Door['holder']['state'];
  /** In words. */
  readonly holder: string;
}

interface Remembered {
  /** In no order. */
  readonly history: LogEntries<PendingEvent>;
  /** Newest first. */
  readonly runs: LogEntries<RunRecord>;
}

/** What one look has shown, and what was told and done of late. */
export function reportDocument(
  configuration: Configuration,
  planned: GuardedPlan,
  { history, runs }: Remembered,
  now: number,
): ReportDocument {
  const { organizations, accounts } = configuration;
  const { snapshot, findings } = planned;
  const controls = inForce(planned.controls, now);
  const names = new Map<string, string>(organizations.map(({ id, name }) => [id, name]));
  return {
    schemaVersion: 1,
    madeAt: formatInstant(now),
    organizations: organizations.map(({ id, name, url }) => ({ id, name, url })),
    accounts: accounts.map(({ id, name }) => ({ id, ...(name === undefined ? {} : { name }) })),
    unread: [
      ...listUnread(findings),
      ...[
        unreadableText(history.unreadable, 'the history'),
        unreadableText(runs.unreadable, 'the log of runs'),
      ].filter((text) => text !== undefined),
    ],
    notices: listNotices(controls, scopeNames({ organizations }, snapshot.recorded)),
    ...reportConnections(planned, listStatusRows(configuration, planned, controls), names),
    findings: findings.map(({ code, severity, message, connectionId, roleArn, accepted }) => ({
      code,
      severity,
      message,
      fix: findingCatalogue[code].fix,
      ...(connectionId ? { connectionId } : {}),
      ...(roleArn ? { roleArn } : {}),
      ...(accepted ? { accepted } : {}),
    })),
    coverage: countCoverage(findings),
    staticKeys: snapshot.inventories
      .flatMap((inventory) => credentialLines(configuration, inventory, ''))
      .filter(({ credentials }) => ['keys', 'mixed', 'unclear'].includes(credentials)),
    doors: reportedDoors(configuration, snapshot),
    doorScopes: listDoorScopes(snapshot),
    adoption: reportAdoption(configuration, planned, now),
    issuers: listIssuerStatuses(snapshot.desiredRoles.targets, snapshot.observations).map(
      ({ connectionId, chosen, trusted = null }) => ({ connectionId, chosen, trusted }),
    ),
    events: [...history.entries].sort((a, b) => (a.time < b.time ? 1 : -1)).map(reportedEvent),
    runs: runs.entries,
  };
}

function reportedDoors(
  { organizations }: Pick<Configuration, 'organizations'>,
  { observations, inventories }: GuardedPlan['snapshot'],
): readonly ReportedDoor[] {
  const issuers = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  return listDoors({ observations, issuers, inventories }).doors.map(
    ({ account, roleArn, match, subject, holder, roleLastUsedAt }) => ({
      account,
      roleArn,
      ...(roleLastUsedAt === undefined ? {} : { roleLastUsedAt }),
      subject: match === 'any' ? null : subject,
      match,
      state: holder.state,
      holder: formatHolder(holder),
    }),
  );
}

function listDoorScopes({ desiredRoles, observations }: GuardedPlan['snapshot']): readonly DoorScope[] {
  return desiredRoles.scopes.map(({ account: { id }, paths }) => ({
    account: id,
    paths,
    isUnread: !observations.some(({ account, roles }) => account === id && roles.state === 'complete'),
  }));
}

const listNotices = ({ bootstrapped, pauses, breakers }: Controls, names: ScopeNames): readonly string[] => [
  ...(bootstrapped ? [] : ['Automatic runs only observe: no person has let this deployment write yet.']),
  ...pauses.map((pause) => `Writes are suspended: ${pauseSentence(pause, names)}`),
  ...breakers.map(({ scope, at }) => `A breaker tripped at ${formatInstant(at)}: ${names(scope)}`),
];

export interface ReportPorts extends ReadPorts {
  readonly history: Pick<HistoryStore, 'read' | 'readDeployment'> & RecordHistory;
  readonly runs: Pick<RunLog, 'latest'>;
}

/** One look at everything, and what was told of late. Writes nothing; what could not be read is in it as `unread`. */
export async function makeReport(
  ports: ReportPorts,
  configuration: Configuration,
  select?: (planned: GuardedPlan) => Selection,
): Promise<ReportDocument> {
  const planned = await planRun(ports, configuration, { trigger: 'schedule' });
  const selection = select?.(planned);
  const [history, runs] = await Promise.all([
    readNotified(ports, configuration, planned.snapshot.recorded),
    ports.runs.latest(RUNS),
  ]);
  const now = ports.clock.now();
  if (!selection) return reportDocument(configuration, planned, { history, runs }, now);
  const findings = planned.findings.filter((found) => selection.includesFinding(found));
  const report = reportDocument(configuration, { ...planned, findings }, { history, runs }, now);
  return limitReport(report, selection);
}

/** What a report has of the connections that a filter selects, and a notice that there are others. The runs stay whole. */
function limitReport(report: ReportDocument, selection: Selection): ReportDocument {
  const connections = report.connections.filter((row) => selection.includesRow(row));
  const ids = new Set(connections.map(({ connectionId }) => connectionId));
  const roles = new Set(connections.map(({ roleArn }) => roleArn));
  const isShown = ({ connectionId }: { readonly connectionId: string }) => ids.has(connectionId);
  const left = report.connections.length - connections.length;
  return {
    ...report,
    notices: [
      `A filter limits this report to ${connections.length} of ${report.connections.length} connections.`,
      ...report.notices,
    ].slice(left === 0 ? 1 : 0),
    connections,
    staticKeys: report.staticKeys.filter(isShown),
    doors: report.doors.filter(({ roleArn }) => roles.has(roleArn)),
    adoption: {
      ...report.adoption,
      roles: report.adoption.roles.filter(({ connections: of }) => of.some(isShown)),
    },
    issuers: report.issuers.filter(isShown),
    events: report.events.filter(isShown),
  };
}

/** A month of them where runs find something to do every second hour. */
const RUNS = 400;

/** Of so many connections about which something was told last, the history is read: a query each. */
const LATEST = 100;

async function readNotified(
  { history }: Pick<ReportPorts, 'history'>,
  { accounts }: Pick<Configuration, 'accounts'>,
  recorded: readonly RecordedConnection[],
): Promise<LogEntries<PendingEvent>> {
  // An event's number is never behind the clock: the highest is the latest.
  const latest = [...recorded].sort((a, b) => b.outbox.nextSequence - a.outbox.nextSequence).slice(0, LATEST);
  const read = await Promise.all([
    history.readDeployment(),
    ...accounts.map(({ id }) => history.readItemHistory(newAccountControls(id))),
    ...latest.map(async ({ connectionId, outbox }) => {
      const { entries, unreadable } = await history.read(connectionId);
      return { entries: [...entries, ...outbox.pending], unreadable };
    }),
  ]);
  const events = read.flatMap(({ entries }) => entries);
  return {
    entries: [...new Map(events.map((event) => [event.id, event])).values()],
    unreadable: read.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}
