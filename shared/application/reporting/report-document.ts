import { listSeenRoles } from '../../domain/iam/role.ts';
import type { Actor } from '../../domain/attribution/actor.ts';
import { actorName } from '../../domain/attribution/actor.ts';
import { parseRoleArn } from '../../domain/kernel/arn.ts';
import type { Target } from '../../domain/desired/claims.ts';
import { formatHolder } from '../../domain/entries/holder-text.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import type { Door } from '../checks/doors.ts';
import { listDoors } from '../checks/doors.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { inForce, pauseSentence, scopeNames } from '../../domain/guard/controls.ts';
import type { CredentialLine } from '../../domain/migration/credential-report.ts';
import { credentialLines } from '../../domain/migration/credential-report.ts';
import type { ObservedRole } from '../../domain/iam/role.ts';
import type { ShownPermissions } from '../../domain/plan/kept-part.ts';
import { showPermissions } from '../../domain/plan/kept-part.ts';
import type { Difference } from '../../domain/kernel/group-by.ts';
import type { PendingEvent } from '../../domain/records/event.ts';
import { eventCatalogue } from '../../domain/records/event-catalogue.ts';
import type { Coverage, Finding } from '../../domain/findings/finding.ts';
import { countCoverage, findingCatalogue, listUnread } from '../../domain/findings/finding.ts';
import type { IssuerName } from '../../domain/issuers/issuer.ts';
import type { IssuerStatus } from '../../domain/migration/issuer-status.ts';
import { issuerStandings } from '../../domain/migration/issuer-status.ts';
import { describeEventReason } from '../../domain/notify/event-fields.ts';
import type { RunRecord } from '../../domain/records/run-record.ts';
import type { ScopeNames } from '../../domain/guard/controls.ts';
import type { PolicyDocument } from '../../domain/policy/policy-document.ts';
import { renderTrust } from '../../domain/policy/trust-narrowing.ts';
import type { Controls } from '../../domain/records/deployment-record.ts';
import type { RecordedConnection } from '../../domain/records/connection-record.ts';
import { designWholeTrust } from '../../domain/desired/role-design.ts';
import type { LogEntries } from '../../domain/kernel/errors.ts';
import { unreadableText } from '../../domain/kernel/errors.ts';
import type { ConnectionStatus } from './connection-status.ts';
import { statusRows } from './connection-status.ts';
import type { ReportedAdoption } from './reported-adoption.ts';
import { reportAdoption } from './reported-adoption.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import type { HistoryStore, RunLog } from '../../ports/state.ts';
import type { ReadPorts } from '../observe/observe.ts';
import { planRun } from '../run/reconcile.ts';
import { isRecord } from '../../domain/kernel/json.ts';

/** Everything that the report page shows, as plain JSON. Times are ISO text. */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly madeAt: string;
  /** What could not be read, in sentences: with any of them the report is not complete. */
  readonly unread: readonly string[];
  /** What people and breakers hold back, in sentences. */
  readonly notices: readonly string[];
  readonly connections: readonly ReportedConnection[];
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

export interface ReportedConnection extends Omit<ConnectionStatus, 'findings'>, Partial<ShownPermissions> {
  readonly organization: string;
  readonly project: string;
  readonly account: string;
  readonly grant: string;
  /** What the plan would do, in a sentence. */
  readonly reason?: string;
  readonly differences: readonly Difference[];
  readonly expectedTrust?: PolicyDocument;
  /** `null`: there is no such role; left out: it was not read. */
  readonly liveTrust?: PolicyDocument | null;
  readonly by?: string;
}

/** Whose tokens a connection is to be let in with, and whose it is. */
export interface ReportedIssuerStatus extends Pick<IssuerStatus, 'chosen'> {
  readonly connectionId: string;
  /** `null`: the trust was not read, or there is no such role. */
  readonly trusted: readonly IssuerName[] | null;
}

export type ReportedFinding = Pick<Finding, 'code' | 'severity' | 'message' | 'connectionId' | 'roleArn'> & {
  readonly fix: string;
};

/** A run reads the paths that grants and records name, and no other role of the account. */
interface DoorScope {
  readonly account: string;
  readonly paths: readonly string[];
  /** Its roles could not be read. */
  readonly isUnread: boolean;
}

interface ReportedDoor extends Pick<Door, 'account' | 'roleArn' | 'roleLastUsedAt'> {
  /** `null`: any. */
  readonly subject: string | null;
  readonly state: Door['holder']['state'];
  /** In words. */
  readonly holder: string;
}

export interface ReportedEvent {
  readonly time: string;
  readonly type: string;
  /** The catalogue's sentence. */
  readonly meaning: string;
  readonly connectionId: string;
  readonly reason: string;
  readonly done: string;
  readonly by: string;
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
  const { organizations } = configuration;
  const { snapshot, findings } = planned;
  const controls = inForce(planned.controls, now);
  const names = new Map<string, string>(organizations.map(({ id, name }) => [id, name]));
  const recorded = new Map<string, RecordedConnection>(
    snapshot.recorded.map((item) => [item.connectionId, item]),
  );
  const facts = collectRoleFacts(planned);
  return {
    schemaVersion: 1,
    madeAt: new Date(now).toISOString(),
    unread: [
      ...listUnread(findings),
      ...[
        unreadableText(history.unreadable, 'the history'),
        unreadableText(runs.unreadable, 'the log of runs'),
      ].filter((text) => text !== undefined),
    ],
    notices: listNotices(controls, scopeNames({ organizations }, snapshot.recorded)),
    connections: statusRows(planned, controls).map((row) =>
      reportedConnection(row, recorded.get(row.connectionId), facts.get(row.roleArn), names),
    ),
    findings: findings.map(({ code, severity, message, connectionId, roleArn }) => ({
      code,
      severity,
      message,
      fix: findingCatalogue[code].fix,
      ...(connectionId ? { connectionId } : {}),
      ...(roleArn ? { roleArn } : {}),
    })),
    coverage: countCoverage(findings),
    staticKeys: snapshot.inventories
      .flatMap((inventory) => credentialLines(configuration, inventory, ''))
      .filter(({ credentials }) => ['keys', 'mixed', 'unclear'].includes(credentials)),
    doors: reportedDoors(configuration, snapshot),
    doorScopes: listDoorScopes(snapshot),
    adoption: reportAdoption(configuration, planned, now),
    issuers: issuerStandings(snapshot.desiredRoles.targets, snapshot.observations).map(
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

type Shown = Pick<
  ReportedConnection,
  'differences' | 'expectedTrust' | 'liveTrust' | 'permissions' | 'livePermissions' | 'reason' | 'by'
> & {
  readonly target?: Target;
};

/** What there is to show of each role. */
function collectRoleFacts({
  snapshot: { desiredRoles, observations },
  changes,
}: GuardedPlan): ReadonlyMap<string, Shown> {
  const readAccounts = new Set<string>(
    observations.filter(({ roles }) => roles.state === 'complete').map(({ account }) => account),
  );
  const live = new Map<string, ObservedRole>(
    observations.flatMap(listSeenRoles).map((role) => [role.arn, role]),
  );
  const changed = new Map(
    changes.flatMap((change) =>
      change.target === 'role' ? [[change.roleArn as string, change] as const] : [],
    ),
  );
  return new Map(
    desiredRoles.targets.map((target): readonly [string, Shown] => {
      const { role, bindings } = target;
      const change = changed.get(role.arn);
      const by = change?.actor && actorText(change.actor);
      return [
        role.arn,
        {
          target,
          differences: change?.differences ?? [],
          expectedTrust: renderTrust(designWholeTrust(role, bindings, target.grant)),
          ...(readAccounts.has(role.account) ? { liveTrust: live.get(role.arn)?.trust ?? null } : {}),
          ...showPermissions(target.grant, live.get(role.arn)),
          ...(change ? { reason: change.reason } : {}),
          ...(by === undefined ? {} : { by }),
        },
      ];
    }),
  );
}

function reportedConnection(
  { findings: _, ...row }: ConnectionStatus,
  item: RecordedConnection | undefined,
  shown: Shown | undefined,
  organizationNames: ReadonlyMap<string, string>,
): ReportedConnection {
  const { target, ...facts } = shown ?? { differences: [] };
  const { organizationId = '', references = [], grant = '' } = selectPlace(row.connectionId, target, item);
  return {
    ...row,
    organization: organizationNames.get(organizationId) ?? organizationId,
    project: references[0]?.projectName ?? '',
    account: parseRoleArn(row.roleArn)?.account ?? '',
    grant,
    ...facts,
  };
}

/** Where the connection is now; where it was last seen when nothing is decided about it. */
function selectPlace(connectionId: string, target: Target | undefined, item: RecordedConnection | undefined) {
  const binding = target?.bindings.find((bound) => bound.connectionId === connectionId);
  return binding
    ? {
        organizationId: binding.organization.id,
        references: binding.references,
        grant: target?.grant?.name,
      }
    : { organizationId: item?.organizationId, references: item?.references, grant: item?.role?.grant };
}

function listNotices({ bootstrapped, pauses, breakers }: Controls, names: ScopeNames): readonly string[] {
  return [
    ...(bootstrapped ? [] : ['Automatic runs only observe: no person has let this deployment write yet.']),
    ...pauses.map((pause) => `Writes are suspended: ${pauseSentence(pause, names)}`),
    ...breakers.map(({ scope, at }) => `A breaker tripped at ${at}: ${names(scope)}`),
  ];
}

function reportedEvent({ time, type, subject, data }: PendingEvent): ReportedEvent {
  const action = data['action'];
  const decision = isRecord(action) ? action['decision'] : undefined;
  return {
    time,
    type,
    meaning: eventCatalogue[type].meaning,
    connectionId: /^org\/[^/]+\/connection\/(.+)$/.exec(subject)?.[1] ?? '',
    reason: describeEventReason({ data }) ?? '',
    done: toText(decision),
    by: isRecord(data['actor']) ? actorText(data['actor'] as unknown as Actor) : toText(data['by']),
  };
}

function actorText(actor: Actor): string {
  return actor.source === 'unknown' ? 'unknown' : actorName(actor);
}

const toText = (value: unknown) => (typeof value === 'string' ? value : '');

export interface ReportPorts extends ReadPorts {
  readonly history: Pick<HistoryStore, 'read' | 'readDeployment'>;
  readonly runs: Pick<RunLog, 'latest'>;
}

/** One look at everything, and what was told of late. Writes nothing; what could not be read is in it as `unread`. */
export async function makeReport(ports: ReportPorts, configuration: Configuration): Promise<ReportDocument> {
  const planned = await planRun(ports, configuration, { trigger: 'schedule' });
  const [history, runs] = await Promise.all([
    readNotified(ports, planned.snapshot.recorded),
    ports.runs.latest(PASSES),
  ]);
  return reportDocument(configuration, planned, { history, runs }, ports.clock.now());
}

/** As many as a screen has room for, one beside the other. */
const PASSES = 30;

/** Of so many connections about which something was told last, the history is read: a query each. */
const LATEST = 100;

async function readNotified(
  { history }: Pick<ReportPorts, 'history'>,
  recorded: readonly RecordedConnection[],
): Promise<LogEntries<PendingEvent>> {
  // An event's number is never behind the clock: the highest is the latest.
  const latest = [...recorded].sort((a, b) => b.outbox.nextSequence - a.outbox.nextSequence).slice(0, LATEST);
  const read = await Promise.all([
    history.readDeployment(),
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
