import type { EventData } from '../records/event-catalogue.ts';
import { finding, type Finding } from '../findings/finding.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import type { ConnectionView } from '../azure-devops/inventory.ts';
import { appendEvent } from '../records/outbox.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import type { Missing, RecordedConnection, RecordedRole, Claim } from '../records/connection-record.ts';
import { formatInstant, timeText, DAY_MS } from '../kernel/durations.ts';
import { displayName } from '../azure-devops/service-connection.ts';

/**
 * Whether a reading shows a recorded connection:
 *
 *     listed | its projects         | the organization     | then
 *     -------+----------------------+----------------------+---------
 *     yes    | any                  | any                  | seen
 *     no     | any                  | read to its end      | missing
 *     no     | all read to their end| not read to its end  | missing
 *     no     | one of them unread   | not read to its end  | unknown
 *
 * The clock of a missing connection starts with the first run that misses it, and stops only when the connection is seen. An
 * unknown one starts no clock and stops none: nothing is decided about it meanwhile, and the time counts once it is missing
 * again. A project that nobody can read does not hide what is missing from other projects.
 */
export type Presence = 'seen' | 'missing' | 'unknown';

export function determinePresence(
  { connectionId, references }: Pick<RecordedConnection, 'connectionId' | 'references'>,
  { connections, isComplete, wholeProjects }: ConnectionView,
): Presence {
  if (connections.has(connectionId)) return 'seen';
  if (isComplete) return 'missing';
  const isRead = references.length > 0 && references.every(({ projectId }) => wholeProjects.has(projectId));
  return isRead ? 'missing' : 'unknown';
}

/** What a run has learned about the clocks of missing connections. */
export interface PresenceFacts {
  /** Missing, and nothing says that they were deleted. */
  readonly missing: ReadonlySet<ConnectionId>;
  /** Recorded as missing, and not missing any more: seen again, or their role is closed for another reason. */
  readonly accounted: ReadonlySet<ConnectionId>;
  /** A complete reading does not list them, and nothing says that they were deleted. */
  readonly unlisted: ReadonlySet<ConnectionId>;
  /** Listed without what would decide what they ask for. */
  readonly hidden: ReadonlySet<ConnectionId>;
  /** A person has said that they are gone for good, and they are listed. */
  readonly returned: ReadonlySet<ConnectionId>;
}

export function collectPresenceFacts(
  organizations: readonly OrganizationView[],
  recorded: readonly RecordedConnection[],
  { missing, ...absent }: Pick<PresenceFacts, 'missing' | 'unlisted' | 'hidden'>,
): PresenceFacts {
  const viewOf = new Map(organizations.map(({ organization, view }) => [organization.id, view]));
  const accounted = recorded.filter((item) => {
    const view = viewOf.get(item.organizationId);
    if (!item.missing || !view || missing.has(item.connectionId)) return false;
    return view.isComplete || view.connections.has(item.connectionId);
  });
  const listed = new Set(organizations.flatMap(({ view }) => [...view.connections.keys()]));
  const returned = recorded.filter(({ retiring, connectionId }) => retiring && listed.has(connectionId));
  const collectIds = (items: readonly RecordedConnection[]) =>
    new Set(items.map(({ connectionId }) => connectionId));
  return { missing, ...absent, accounted: collectIds(accounted), returned: collectIds(returned) };
}

/** The connection has been missing for as many days as the configuration gives it. */
export function isOverdue(missing: Missing | undefined, waitDays: number, now: number): missing is Missing {
  return missing !== undefined && now >= missing.since + waitDays * DAY_MS;
}

export function unaccountedFinding(
  { connectionId, references, role }: Claim,
  { since }: Missing,
  isKnownByName: boolean,
): Finding {
  const risk = describeRisk(role, isKnownByName);
  const message = `${displayName(references)} has not been listed since ${timeText(since)}, and nothing says that it was deleted. ${risk}`;
  return finding('connection.unaccounted', message, {
    connectionId,
    roleArn: role.arn,
    evidence: { since: formatInstant(since), isClosed: role.closed !== undefined },
  });
}

function describeRisk({ arn, closed }: RecordedRole, isKnownByName: boolean): string {
  if (closed) return `${arn} is closed until it is listed again.`;
  return isKnownByName
    ? `Another connection of its name that azfed is not shown could use ${arn}.`
    : `${arn} stays open to it.`;
}

/** Starts or stops the clock of the connection; the same value when nothing changes. */
export function recordPresence(
  item: RecordedConnection,
  { missing, accounted }: PresenceFacts,
  now: number,
): RecordedConnection {
  if (missing.has(item.connectionId) && !item.missing) return { ...item, missing: { since: now } };
  if (!item.missing || !accounted.has(item.connectionId)) return item;
  const { missing: _, ...seen } = item;
  return seen;
}

/** Notifies once that the connection is unaccounted for, and again each time that `reminderDays` have gone by (0: never). */
export function notifyUnaccounted(
  item: RecordedConnection,
  data: EventData<'connection.missing.v1'>,
  reminderDays: number,
  now: number,
): RecordedConnection {
  const { missing } = item;
  if (!missing) return item;
  const { since, notifiedAt, reminders = 0 } = missing;
  const isFirst = notifiedAt === undefined;
  if (!isFirst && (reminderDays === 0 || now < notifiedAt + reminderDays * DAY_MS)) return item;
  const reminder = isFirst ? reminders : reminders + 1;
  const notified = { since, notifiedAt: now, reminders: reminder };
  return appendEvent(
    { ...item, missing: notified },
    'connection.unaccounted.v1',
    { ...data, since: formatInstant(since), ...(reminder > 0 ? { reminder } : {}) },
    now,
  );
}
