import type { Binding } from '../desired/bindings.ts';
import type { Change, BlockedReason, RoleChange } from '../plan/change.ts';
import type { EventType } from '../records/event.ts';
import { reasonWhenBlocked } from '../plan/change-reason.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import { isDrift } from '../plan/change.ts';

/** What was decided about a change, as its events say it. */
export type NotifiedDecision = 'repairing' | 'done' | 'narrowed' | 'failed' | BlockedReason;

/** Under which drift is remembered as told: the same change of the same things is told once. */
export function driftCode({ id }: Pick<Change, 'id'>): string {
  return `drift:${id}`;
}

/** Under which a failure is remembered as told: once for each reason, which is an error's code. */
export function failedCode({ id }: Pick<Change, 'id'>, reason: string): string {
  return `failed:${id}:${reason}`;
}

/** Under which it is remembered that a connection was told to be missing. */
export const MISSING = 'missing';

/** What is told of a connection and not of its role: it is true whatever becomes of the role. */
export function keepConnectionCodes(notified: readonly string[]): readonly string[] {
  return notified.filter((code) => code === MISSING);
}

/**
 * The event that tells one of those who are bound to a role of its change, once that is true. `wasClosed`: the record
 * has this connection as shut out already, so that it is told of what happened to the role and not of that again.
 */
export function eventOfChange(change: RoleChange, binding: Binding, wasClosed: boolean): EventType {
  const asked = eventOfAsked(change);
  if (asked) return asked;
  if (binding.closed && (change.kind === 'close' || !wasClosed))
    return binding.closed.reason === 'recreated' ? 'connection.recreated.v1' : 'connection.closed.v1';
  if (change.cause === 'new') return 'connection.federated.v1';
  if (isDrift(change)) return 'connection.repaired.v1';
  return binding.formerSubjects.length > 0 ? 'connection.renamed.v1' : 'connection.changed.v1';
}

/** Of what only people bring about. */
function eventOfAsked({ kind, snapshot }: RoleChange): EventType | undefined {
  if (kind === 'adopt') return 'connection.adopted.v1';
  if (kind === 'delete') return 'connection.role-deleted.v1';
  return snapshot ? 'connection.role-restored.v1' : undefined;
}

/** Who the event is about: ids to act on, names to read. */
export function connectionData({
  organization,
  connectionId,
  references,
}: Binding): Readonly<Record<string, unknown>> {
  const { id, name } = organization;
  return {
    ...recordedData({ organizationId: id, connectionId, references }),
    organization: { id, name },
  };
}

/** The same of what the record says alone: an organization's name is not in it. */
export function recordedData({
  organizationId,
  connectionId,
  references,
}: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>): Readonly<
  Record<string, unknown>
> {
  const [first] = references;
  return {
    organization: { id: organizationId },
    ...(first ? { project: { id: first.projectId, name: first.projectName } } : {}),
    connection: { id: connectionId, name: first?.name ?? '' },
  };
}

/** The body of an event about a change of a role. Differences are capped: an event is a message, not an archive. */
export function describeChange(
  change: RoleChange,
  binding: Binding,
  decision: NotifiedDecision,
): Readonly<Record<string, unknown>> {
  return {
    ...connectionData(binding),
    cause: change.cause,
    severity: change.severity,
    mode: change.mode,
    reason: decision === 'failed' ? reasonWhenBlocked(change) : change.reason,
    aws: {
      account: change.account,
      roleArn: change.roleArn,
      ...(change.seen ? { roleId: change.seen.id } : {}),
    },
    drift: change.differences.slice(0, MAX_DIFFERENCES),
    ...(change.differences.length > MAX_DIFFERENCES
      ? { furtherDifferences: change.differences.length - MAX_DIFFERENCES }
      : {}),
    ...(change.actor ? { actor: change.actor } : {}),
    action: { decision, changeId: change.id },
  };
}

const MAX_DIFFERENCES = 10;
