import type { Plan } from '../plan/change.ts';
import type { DesiredRoles } from '../desired/desired-roles.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';
import { recordedRole, withRole, listClaims } from '../records/connection-record.ts';
import { appendEvent } from '../records/outbox.ts';
import type { RecordedConnection, RecordedRole, Claim } from '../records/connection-record.ts';
import type { Person } from '../records/deployment-record.ts';
import { recordedData } from './event-payload.ts';
import { removeRoleDrift } from './drift-reminders.ts';
import { displayName } from '../azure-devops/service-connection.ts';

type DesiredClaims = Pick<DesiredRoles, 'claimed' | 'takeovers' | 'targets' | 'recorded'>;

/**
 * What keeps a connection from a role: claims of those whose name it holds, and of those who have the role that it
 * names. azfed cannot know whether it is the rightful one; a person may say so, and then it succeeds to these claims.
 */
export function listPredecessorClaims(
  { claimed, takeovers, targets, recorded }: DesiredClaims,
  successor: ConnectionId,
): readonly Claim[] {
  const asked = new Set<RoleArn>([
    ...claimed.filter(matchConnection(successor)).map(({ roleArn }) => roleArn),
    // A succession that was cut off half-way has given it the role and left the earlier claim beside it.
    ...targets
      .filter(({ grant, bindings }) => grant && !grant.shareRole && bindings.some(matchConnection(successor)))
      .map(({ role }) => role.arn),
  ]);
  const hasTakeover = ({ connectionId, role }: Claim) =>
    takeovers.some(
      ({ claim, impostor }) =>
        impostor === successor && claim.connectionId === connectionId && claim.role.arn === role.arn,
    );
  return recorded
    .filter(({ connectionId }) => connectionId !== successor)
    .flatMap(listClaims)
    .filter((claim) => asked.has(claim.role.arn) || hasTakeover(claim));
}

const matchConnection =
  (wanted: ConnectionId) =>
  ({ connectionId }: { readonly connectionId: ConnectionId }): boolean =>
    connectionId === wanted;

/**
 * Why a claim cannot pass to another now. listed: its connection is there and may be using it. unfinished: a run that
 * ended early has left the role half-way, and the next one goes on with it. What no run goes on with, such as a role
 * whose making failed, is no obstacle: it would be one for ever.
 */
export function findObstacle(
  { connectionId, role }: Claim,
  listed: ReadonlySet<ConnectionId>,
  next: NextRun,
): 'listed' | 'unfinished' | undefined {
  if (listed.has(connectionId) && !role.closed) return 'listed';
  return role.intent && continuesRole(role.arn, next) ? 'unfinished' : undefined;
}

/** What the next run would do if nobody said anything. */
type NextRun = Pick<Plan, 'changes' | 'recordSyncs' | 'absences'>;

function continuesRole(arn: RoleArn, { changes, recordSyncs, absences }: NextRun): boolean {
  return [...changes, ...recordSyncs, ...absences].some((one) => 'roleArn' in one && one.roleArn === arn);
}

/** The successor's record with these claims, and the event that tells of it; the same value when it has them already. */
export function acquireClaims(
  item: RecordedConnection,
  claims: readonly Claim[],
  by: Person,
  now: number,
): RecordedConnection {
  const taken = claims.filter(({ role }) => !recordedRole(item, role.arn));
  if (taken.length === 0) return item;
  const replaces = taken.map(({ connectionId, role }) => ({ connectionId, roleArn: role.arn }));
  const names = taken.map(({ references, connectionId }) => `${displayName(references)} (${connectionId})`);
  const reason = `A person says that it takes the place of ${[...new Set(names)].join(', ')}.`;
  const having = taken.reduce((known, { role }) => withClaim(known, shut(role, now)), item);
  const data = { ...recordedData(item), reason, replaces, by };
  return appendEvent(having, 'connection.replaced.v1', data, now);
}

/** The role that the successor has now, if any, stays its current one. One that several had lets none of them in again. */
function withClaim(item: RecordedConnection, role: RecordedRole): RecordedConnection {
  const known = recordedRole(item, role.arn);
  if (known?.closed) {
    const subjects = [...new Set([...known.closed.subjects, ...(role.closed?.subjects ?? [])])];
    return withRole(item, { ...known, closed: { ...known.closed, subjects } });
  }
  return item.role ? { ...item, earlier: [...item.earlier, role] } : { ...item, role };
}

/**
 * Of those who were let in nobody is any more, and the successor not yet: the next run opens the role to it, if it asks
 * for it. If not, it is a role that nobody needs; whoever holds the name is no impostor any longer.
 */
function shut(role: RecordedRole, now: number): RecordedRole {
  const subjects = [...role.subjects, ...role.formerSubjects].map(({ subject }) => subject);
  const closed = role.closed ?? { subjects, at: now };
  return { ...role, subjects: [], formerSubjects: [], closed: { ...closed, reason: 'retired' } };
}

/** The record of one who is to be succeeded: whom these roles still let in, they let in no more. The same value when none does. */
export function revokeAccess(
  item: RecordedConnection,
  claims: readonly Claim[],
  now: number,
): RecordedConnection {
  const open = claims
    .filter(matchConnection(item.connectionId))
    .flatMap(({ role: { arn } }) => recordedRole(item, arn) ?? [])
    .filter(({ closed }) => !closed);
  return open.reduce((known, role) => withRole(known, shut(role, now)), item);
}

/** The record of one who was succeeded, without these claims; the same value when it has none of them. */
export function abandonClaims(item: RecordedConnection, claims: readonly Claim[]): RecordedConnection {
  const given = claims.filter(matchConnection(item.connectionId)).map(({ role }) => role.arn);
  const arns = given.filter((arn) => recordedRole(item, arn));
  return arns.reduce((known, arn) => withoutRole(removeRoleDrift(known, arn), arn), item);
}

function withoutRole(item: RecordedConnection, arn: RoleArn): RecordedConnection {
  const { role, ...rest } = item;
  const earlier = item.earlier.filter((known) => known.arn !== arn);
  return role && role.arn !== arn ? { ...rest, role, earlier } : { ...rest, earlier };
}
