import { displayName, type CredentialKind } from '../../domain/azure-devops/service-connection.ts';
import type { Configuration, Permissions } from '../../domain/configuration/configuration.ts';
import { credentialLines } from '../../domain/migration/credential-report.ts';
import type { Binding } from '../../domain/desired/bindings.ts';
import type { BlockedReason } from '../../domain/records/blocked-reason.ts';
import { listCoveredConnections } from '../../domain/guard/controls.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';
import { severityRank, type Severity } from '../../domain/kernel/severity.ts';
import type { FailingDetails } from '../../domain/plan/failing-changes.ts';
import { failingDetails, findFailingChange, changedArn } from '../../domain/plan/failing-changes.ts';
import type { GuardedChange } from '../../domain/guard/guard.ts';
import type { FailingChange, RecordedConnection } from '../../domain/records/connection-record.ts';
import type { Controls } from '../../domain/records/deployment-record.ts';
import { retirementStatus, type RetirementStatus } from '../../domain/migration/migration-readiness.ts';
import { neededProviders } from '../../domain/desired/role-design.ts';
import type { GuardedPlan } from './guarded-plan.ts';
import { listClaims } from '../../domain/records/connection-record.ts';
import type { Cause, Plan } from '../../domain/plan/change.ts';
import type { ConnectionId, RoleArn } from '../../domain/kernel/ids.ts';

/** How it stands with one connection that azfed keeps or would keep. */
export interface ConnectionStatus {
  readonly connectionId: string;
  readonly connection: string;
  readonly roleArn: string;
  /**
   * converged, closed, left alone (asked for, and not given), no role (azfed gives it none), or what the plan would do: create, repair, close. not read:
   * its account could not be; no provider: the OIDC provider of its issuer waits to be made; missing: the connection is not
   * listed; as recorded: it is not clear, or could not be read; settling: IAM does not show yet what was written.
   * failing: what the plan would do, for the role or for the OIDC provider that it needs, has failed whenever it was tried.
   */
  readonly state: string;
  /** How dangerous it is to leave it so; left out where the plan would do nothing. */
  readonly severity?: Severity;
  /** Who moved: drift, conflict and gone say that somebody changed IAM. Left out where the plan would do nothing. */
  readonly cause?: Cause;
  /** ISO time at which this began, or of the last write where all is well; left out where no record says it. */
  readonly since?: string;
  /** The fields of the role that differ, such as trust and boundary; left out where the plan would do nothing. */
  readonly fields?: readonly string[];
  /** What its pipelines sign in with; only of connections to which azfed gives no role. */
  readonly credentials?: CredentialKind;
  /** Since when, how often and why; left out where nothing is failing. */
  readonly failing?: FailingDetails;
  /** Why an automatic run would not do it now; `paused` also where there is nothing to do. */
  readonly held: BlockedReason | null;
  /** unmanaged: of its role azfed keeps the trust alone. Left out where no grant covers it. */
  readonly permissions?: Permissions;
  /** Codes of what was found about it. */
  readonly findings: readonly string[];
  /** Those of them that people live with for a while; left out where there are none. */
  readonly acceptedFindings?: readonly string[];
  /** Of a role that nobody is let into. */
  readonly retirement: RetirementStatus | null;
}

const readRetirement = (
  { plan, desiredRoles: { configuration } }: GuardedPlan['snapshot'],
  item: RecordedConnection | undefined,
  roleArn: string,
) => retirementStatus(item, roleArn, plan, configuration);

/** One for each such connection: the most dangerous first, then by name. */
export function statusRows(
  { snapshot, changes }: Pick<GuardedPlan, 'snapshot' | 'changes'>,
  controls: Controls,
): readonly ConnectionStatus[] {
  const { plan, recorded } = snapshot;
  const kept = new Map(recorded.map((item) => [item.connectionId as string, item]));
  const bound = listBound(snapshot);
  const byRole = new Map(
    changes.flatMap((change) =>
      change.target === 'role' ? [[change.roleArn as string, change] as const] : [],
    ),
  );
  const paused = new Set<string>(
    controls.pauses
      .flatMap(({ scope }) => listCoveredConnections(scope, recorded))
      .map(({ connectionId }) => connectionId),
  );
  const findBlockedReason = (id: string, roleArn: string): BlockedReason | null => {
    const change = byRole.get(roleArn);
    if (change?.decision === 'held') return change.blockedBy;
    return paused.has(id) ? 'paused' : null;
  };
  const has = (id: string, roleArn: string) =>
    [kept.get(id)].flatMap((item) => (item ? listClaims(item) : [])).some(({ role }) => role.arn === roleArn);
  const undisturbed = (binding: (typeof bound)[number]): string => {
    if (binding.isUnread) return 'not read';
    const { connectionId, roleArn } = binding;
    const state = has(connectionId, roleArn) ? 'converged' : 'left alone';
    return stateUnseen(binding) ?? stateWaiting(plan, binding) ?? state;
  };
  const failures = createFailureFinder(snapshot);
  const targeted = bound.map((binding) => ({
    connectionId: binding.connectionId,
    connection: displayName(binding.references),
    roleArn: binding.roleArn,
    state: byRole.get(binding.roleArn)?.kind ?? undisturbed(binding),
    ...(binding.grant ? { permissions: binding.grant.permissions } : {}),
    ...pickChange(byRole.get(binding.roleArn)),
  }));
  const ids = new Set<string>(bound.map(({ connectionId }) => connectionId));
  const left = [...kept.values()]
    .filter(({ connectionId, role }) => role && !ids.has(connectionId))
    .map(leftAsItIs);
  return [...targeted, ...left]
    .map((row) => ({ ...row, retirement: readRetirement(snapshot, kept.get(row.connectionId), row.roleArn) }))
    .map((row) => withFailure(row, failures(row)))
    .map((row) => ({ ...row, ...findBeginning(row, kept.get(row.connectionId)) }))
    .map((row) => ({
      ...row,
      state: row.state === 'closed' && row.retirement?.deletedAt ? 'deleted' : row.state,
      held: findBlockedReason(row.connectionId, row.roleArn),
      ...pickFindings(plan, row.connectionId),
    }))
    .sort(byDanger);
}

/** Each connection with a role of its own, or one that it shares. */
function listBound({ desiredRoles: { targets }, observations }: GuardedPlan['snapshot']) {
  const unread = observations.filter(({ roles }) => roles.state !== 'complete').map(({ account }) => account);
  return targets.flatMap(({ role, bindings, grant }) =>
    bindings.map((binding) => ({
      ...binding,
      grant,
      roleArn: role.arn,
      isUnread: unread.includes(role.account),
    })),
  );
}

function byDanger(a: ConnectionStatus, b: ConnectionStatus): number {
  const rankSeverity = ({ severity }: ConnectionStatus) =>
    severity === undefined ? Infinity : severityRank(severity);
  const [first, second] = [rankSeverity(a), rankSeverity(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.connection < b.connection ? -1 : 1;
}

/** What keeps failing of the role of a connection, or of the provider that it needs; for what is still planned alone. */
function createFailureFinder({ desiredRoles, plan, recorded, providers }: GuardedPlan['snapshot']) {
  const planned = new Set<string>(plan.changes.map(changedArn));
  const items = new Map(recorded.map((item) => [item.connectionId as string, item]));
  const needed = new Map(
    desiredRoles.targets.map(({ role, bindings }) => [role.arn as string, neededProviders(role, bindings)]),
  );
  return ({ connectionId, roleArn }: Pick<ConnectionStatus, 'connectionId' | 'roleArn'>) => {
    const ofRole = items.get(connectionId)?.failing?.filter(({ arn }) => arn === roleArn) ?? [];
    const ofProviders = providers
      .filter(({ arn }) => needed.get(roleArn)?.includes(arn))
      .flatMap((item) => findFailingChange(item, item.arn) ?? []);
    return [...ofRole, ...ofProviders].find(({ arn }) => planned.has(arn));
  };
}

function withFailure<Row extends Pick<ConnectionStatus, 'state'>>(
  row: Row,
  failing: FailingChange | undefined,
): Row & Pick<ConnectionStatus, 'failing'> {
  return failing ? { ...row, state: 'failing', failing: failingDetails(failing) } : row;
}

function stateUnseen({ closed, isAbsent, isPlain }: Binding): string | undefined {
  if (closed) return 'closed';
  if (isAbsent) return 'missing';
  return isPlain ? undefined : 'as recorded';
}

/** What a role that is as it is to be still waits for. */
function stateWaiting(
  { roles, providerGaps }: Plan,
  { connectionId, roleArn }: { readonly connectionId: ConnectionId; readonly roleArn: RoleArn },
): string | undefined {
  if (providerGaps.some((gap) => gap.connectionId === connectionId && gap.roleArn === roleArn))
    return 'no provider';
  return roles.get(roleArn)?.isSettling ? 'settling' : undefined;
}

function pickChange(
  change: GuardedChange | undefined,
): Pick<ConnectionStatus, 'severity' | 'cause' | 'fields'> {
  if (!change) return {};
  const fields = new Set(change.differences.map(({ path }) => path.replace(/[.[].*$/, '')));
  return { severity: change.severity, cause: change.cause, fields: [...fields] };
}

/** When what is shown of the connection began. */
function findBeginning(row: SinceRow, item: RecordedConnection | undefined): Pick<ConnectionStatus, 'since'> {
  const since = row.failing?.since ?? (row.cause ? findDrift(row, item) : findRest(row, item));
  return since === undefined ? {} : { since: typeof since === 'string' ? since : formatInstant(since) };
}

/** Each connection that azfed keeps or would keep, then each other AWS connection. */
export function listStatusRows(
  configuration: Configuration,
  planned: Pick<GuardedPlan, 'snapshot' | 'changes'>,
  controls: Controls,
): readonly ConnectionStatus[] {
  const rows = statusRows(planned, controls);
  return [...rows, ...listOtherConnections(configuration, planned.snapshot, rows)];
}

type SinceRow = Omit<ConnectionStatus, 'held' | 'findings'>;

const findDrift = ({ roleArn }: SinceRow, item: RecordedConnection | undefined) =>
  item?.unresolved?.find((one) => one.roleArn === roleArn)?.since;

/** Of a role about which nothing is to be done. */
function findRest({ roleArn, state, retirement }: SinceRow, item: RecordedConnection | undefined) {
  if (state === 'missing' || state === 'as recorded') return item?.missing?.since;
  if (retirement) return retirement.deletedAt ?? retirement.closedAt;
  const claims = item ? listClaims(item) : [];
  return claims.find(({ role }) => role.arn === roleArn)?.role.writtenAt;
}

/** The AWS connections to which azfed gives no role: no grant covers them, or they do not ask for one by OIDC. */
function listOtherConnections(
  configuration: Configuration,
  { inventories, plan }: Pick<GuardedPlan['snapshot'], 'inventories' | 'plan'>,
  rows: readonly ConnectionStatus[],
): readonly ConnectionStatus[] {
  const known = new Set(rows.map(({ connectionId }) => connectionId));
  return inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, ''))
    .filter(({ connectionId }) => !known.has(connectionId))
    .map(({ connectionId, connection, roleArn, credentials }) => ({
      ...{ connectionId, connection, roleArn, credentials },
      state: 'no role',
      held: null,
      ...pickFindings(plan, connectionId),
      retirement: null,
    }))
    .sort(byDanger);
}

function pickFindings(
  { findings }: Plan,
  id: string,
): Pick<ConnectionStatus, 'findings' | 'acceptedFindings'> {
  const own = findings.filter(({ connectionId }) => connectionId === id);
  const accepted = own.filter((found) => found.accepted).map(({ code }) => code);
  return {
    findings: own.map(({ code }) => code),
    ...(accepted.length > 0 ? { acceptedFindings: accepted } : {}),
  };
}

/** Recorded, but nothing is decided about it now: it is missing, or was not read. */
function leftAsItIs({
  connectionId,
  references,
  role,
}: RecordedConnection): Omit<ConnectionStatus, 'held' | 'findings' | 'retirement'> {
  return {
    connectionId,
    connection: displayName(references),
    roleArn: role?.arn ?? '',
    state: 'as recorded',
  };
}
