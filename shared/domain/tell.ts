import type { Binding } from './bindings.ts';
import type { Change, HeldReason, RoleChange } from './change.ts';
import type { EventType } from './event.ts';

/** What was decided about a change, as its events say it. */
export type ToldDecision = 'repairing' | 'done' | 'narrowed' | 'failed' | HeldReason;

/** Somebody moved IAM (alone, or while the desired state moved too). */
export function isDrift({ cause }: Pick<Change, 'cause'>): boolean {
  return cause === 'drift' || cause === 'conflict' || cause === 'gone';
}

/** Under which drift is remembered as told: the same change of the same things is told once. */
export function driftCode({ id }: Pick<Change, 'id'>): string {
  return `drift:${id}`;
}

/** The event that tells of the change once it is true. */
export function eventOfChange(change: RoleChange, binding: Binding): EventType {
  if (change.kind === 'close')
    return binding.closed?.reason === 'recreated' ? 'connection.recreated.v1' : 'connection.closed.v1';
  if (change.cause === 'new') return 'connection.federated.v1';
  if (isDrift(change)) return 'connection.repaired.v1';
  return binding.formerSubjects.length > 0 ? 'connection.renamed.v1' : 'connection.changed.v1';
}

/** Who the event is about: ids to act on, names to read. */
export function connectionData({
  organization,
  connectionId,
  references,
}: Binding): Readonly<Record<string, unknown>> {
  const [first] = references;
  return {
    organization: { id: organization.id, name: organization.name },
    ...(first ? { project: { id: first.projectId, name: first.projectName } } : {}),
    connection: { id: connectionId, name: first?.name ?? '' },
  };
}

/** The body of an event about a change of a role. Differences are capped: an event is a message, not an archive. */
export function describeChange(
  change: RoleChange,
  binding: Binding,
  decision: ToldDecision,
): Readonly<Record<string, unknown>> {
  return {
    ...connectionData(binding),
    cause: change.cause,
    mode: change.mode,
    reason: change.reason,
    aws: {
      account: change.account,
      roleArn: change.roleArn,
      ...(change.seen ? { roleId: change.seen.id } : {}),
    },
    drift: change.differences.slice(0, MAX_DIFFERENCES),
    ...(change.differences.length > MAX_DIFFERENCES
      ? { furtherDifferences: change.differences.length - MAX_DIFFERENCES }
      : {}),
    action: { decision, changeId: change.id },
  };
}

const MAX_DIFFERENCES = 10;
