import type { Binding } from '../desired/bindings.ts';
import { reasonWhenBlocked, isDrift, type RoleChange } from '../plan/change.ts';
import type { RoleOperation } from '../records/operation.ts';
import type { RecordedConnection } from '../records/connection-record.ts';
import type { EventData } from '../records/event-catalogue.ts';
import { MOST_DIFFERENCES } from '../records/event-payloads.ts';

/** What events of changes of a role say. */
export type ChangeData = EventData<'connection.held.v1'>;

/** Whom events about a connection are about. */
type ConnectionData = Pick<ChangeData, 'organization' | 'project' | 'connection'>;

/** What was decided about a change, as its events say it. */
export type NotifiedDecision = ChangeData['action']['decision'];

/**
 * What the change of a role is for one of its connections. `wasClosed`: the record has this connection as revoked
 * already. Then its event says what happened to the role, and not that the connection was revoked.
 */
export function classifyOperation(change: RoleChange, binding: Binding, wasClosed: boolean): RoleOperation {
  const requested = requestedOperation(change);
  if (requested) return requested;
  if (binding.closed && (change.kind === 'close' || !wasClosed))
    return binding.closed.reason === 'recreated' ? 'close-recreated' : 'close';
  if (change.cause === 'new') return 'create';
  if (isDrift(change)) return 'repair';
  return binding.formerSubjects.length > 0 ? 'rename' : 'update';
}

/** What only people ask for. */
function requestedOperation({ kind, snapshot }: RoleChange): RoleOperation | undefined {
  if (kind === 'adopt' || kind === 'delete') return kind;
  return snapshot ? 'restore' : undefined;
}

/** Who the event is about: ids to act on, names to read. */
export function connectionData({ organization, connectionId, references }: Binding): ConnectionData {
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
}: Pick<RecordedConnection, 'organizationId' | 'connectionId' | 'references'>): ConnectionData {
  const [first] = references;
  return {
    organization: { id: organizationId },
    ...(first ? { project: { id: first.projectId, name: first.projectName } } : {}),
    connection: { id: connectionId, name: first?.name ?? '' },
  };
}

/** The body of an event about a change of a role. Differences are capped. */
export function buildChangeData(
  change: RoleChange,
  binding: Binding,
  decision: NotifiedDecision,
): ChangeData {
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
    drift: change.differences.slice(0, MOST_DIFFERENCES),
    ...(change.differences.length > MOST_DIFFERENCES
      ? { furtherDifferences: change.differences.length - MOST_DIFFERENCES }
      : {}),
    ...(change.actor ? { actor: change.actor } : {}),
    action: { decision, changeId: change.id },
  };
}
