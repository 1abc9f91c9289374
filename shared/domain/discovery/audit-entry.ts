import type { KnownActor } from '../attribution/actor.ts';
import type { Organization } from '../configuration/configuration.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import { formatInstant, MINUTE_MS, HOUR_MS, type Instant } from '../kernel/durations.ts';

/** How far the audit log of an organization was read, and what of it is not decided. */
export interface AuditCursor {
  readonly organizationId: OrganizationId;
  /** Grows with every write; a write names the version that it rests on. 0: not in the table yet. */
  readonly version: number;
  /** Up to then it was read to the end. Absent: never. */
  readonly readUntil?: Instant;
  /** Ids of entries of interest that were worked off and may be shown again. */
  readonly handled: readonly HandledEntry[];
  /** Deletions whose connections were not found missing yet. */
  readonly deletions: readonly DeletionEvidence[];
}

/** With its time, by which it is forgotten. */
export type HandledEntry = Pick<AuditEntry, 'id' | 'at'>;

export interface AuditWindow {
  readonly from: Instant;
  readonly to: Instant;
}

/** How late entries come is not documented: what is younger is read again, and known again. */
const OVERLAP_MS = 20 * MINUTE_MS;
/** How far back the first reading goes. */
const FIRST_MS = 24 * HOUR_MS;
/** At most so much at once, so that who has not read for long catches up in steps that end. */
const LONGEST_MS = 24 * HOUR_MS;
/**
 * Somebody who changes connections in a loop fills the log; an item of the table has an end. An entry that is forgotten is worked
 * off again, and a connection whose deletion is forgotten counts as missing.
 */
const MOST_HANDLED = 1_000;
const MOST_DELETIONS = 200;
/** A connection that is listed for so long after its deletion is there: it was taken out of one project alone. */
const PATIENCE_MS = HOUR_MS;

export function newCursor(organizationId: OrganizationId): AuditCursor {
  return { organizationId, version: 0, handled: [], deletions: [] };
}

export function nextWindow({ readUntil }: AuditCursor, now: number): AuditWindow {
  // A time that has not come is not azfed's: nobody writes the log into silence.
  const from = readUntil === undefined ? now - FIRST_MS : Math.min(readUntil, now) - OVERLAP_MS;
  return { from, to: Math.min(now, from + LONGEST_MS) };
}

/** Entries of interest that were not worked off yet. */
export function selectFreshEntries(
  { handled }: AuditCursor,
  entries: readonly AuditEntry[],
): readonly AuditEntry[] {
  const known = new Set(handled.map(({ id }) => id));
  return entries.filter(({ id }) => !known.has(id));
}

/** After the window was read to its end and what is fresh in it was worked off. */
export function advance(
  cursor: AuditCursor,
  { to }: AuditWindow,
  fresh: readonly AuditEntry[],
  deletions: readonly DeletionEvidence[],
): AuditCursor {
  const handled = [...cursor.handled, ...fresh.map(({ id, at }) => ({ id, at }))];
  return {
    ...cursor,
    readUntil: to,
    handled: keepLatest(
      handled.filter(({ at }) => at >= to - OVERLAP_MS),
      MOST_HANDLED,
    ),
    // Each once, also where its entry is worked off again.
    deletions: [...new Map([...cursor.deletions, ...deletions].map((one) => [one.entryId, one])).values()],
  };
}

/**
 * What the table is to hold, once it is decided what becomes of each deletion. Before that all of them count: whoever deletes
 * other connections afterwards must not make the log forget one that had a role.
 */
export const limitDeletions = (cursor: AuditCursor): AuditCursor => ({
  ...cursor,
  deletions: keepLatest(cursor.deletions, MOST_DELETIONS),
});

function keepLatest<Entry extends { readonly at: Instant }>(
  entries: readonly Entry[],
  most: number,
): readonly Entry[] {
  return entries.toSorted((a, b) => a.at - b.at).slice(-most);
}

/** That time has gone by, and nothing else, is written down when half of what is read again anyway has. */
export function isWorthWriting(before: AuditCursor, after: AuditCursor): boolean {
  if (before.readUntil === undefined || after.readUntil === undefined) return true;
  const known = new Set(before.handled.map(({ id }) => id));
  const isSame =
    after.handled.every(({ id }) => known.has(id)) &&
    JSON.stringify(before.deletions) === JSON.stringify(after.deletions);
  return !isSame || after.readUntil - before.readUntil >= OVERLAP_MS / 2;
}

/** Nothing can come of it any more. */
export const isStale = ({ at }: DeletionEvidence, now: number): boolean => at < now - PATIENCE_MS;

/** One entry of an organization's audit log. Everything but the ids is text from outside, and nothing is decided by it. */
export interface AuditEntry {
  /** As the log has it: a text of at most 256 characters. */
  readonly id: string;
  readonly actionId: string;
  readonly at: Instant;
  readonly projectId?: ProjectId;
  readonly connectionId?: ConnectionId;
  /** User principal name, or what the service has in its place; at most 200 characters. */
  readonly actor: string;
  /** User principal name and ids of who it was, as the log has them: what nobody chooses for themselves. Left out: none. */
  readonly actorIds?: readonly string[];
}

/** That a connection was deleted, as the log tells it: worth something only where a whole list does not show it. */
export interface DeletionEvidence {
  readonly connectionId: ConnectionId;
  readonly entryId: string;
  readonly at: Instant;
  readonly actor: string;
}

/** Who did what to a connection, or to a project with all its connections. */
export interface AttributedChange {
  readonly organizationId: OrganizationId;
  readonly of: ConnectionId | ProjectId;
  readonly actor: KnownActor;
}

/** Where the entries send somebody who wants to know what has changed. */
export interface AuditClassification {
  /** The whole organization has to be looked at; else these projects. */
  readonly isWhole: boolean;
  readonly projects: readonly ProjectId[];
  readonly deletions: readonly DeletionEvidence[];
}

/** Changes of a connection in the project that the entry names (azure-devops-docs, auditing-events). */
const inProject: ReadonlySet<string> = new Set([
  'Library.ServiceConnectionCreated',
  'Library.ServiceConnectionDeleted',
  'Library.ServiceConnectionForProjectModified',
  'Library.ServiceConnectionModified',
  'Library.ServiceConnectionPropertyChanged',
  'Library.ServiceConnectionShared',
]);

/** Changes that several projects may show. */
const inSeveral: ReadonlySet<string> = new Set([
  'Library.ServiceConnectionCreatedForMultipleProjects',
  'Library.ServiceConnectionDeletedFromMultipleProjects',
  'Library.ServiceConnectionSharedWithMultipleProjects',
  'Project.UpdateRenameCompleted',
  'Project.SoftDeleteCompleted',
  'Project.RestoreCompleted',
  'Organization.Update.Rename',
]);

const ofDeletion: ReadonlySet<string> = new Set([
  'Library.ServiceConnectionDeleted',
  'Library.ServiceConnectionDeletedFromMultipleProjects',
]);

const ofCreation: ReadonlySet<string> = new Set([
  'Library.ServiceConnectionCreated',
  'Library.ServiceConnectionCreatedForMultipleProjects',
]);

export const isDeletion = ({ actionId }: Pick<AuditEntry, 'actionId'>): boolean => ofDeletion.has(actionId);

export const isCreation = ({ actionId }: Pick<AuditEntry, 'actionId'>): boolean => ofCreation.has(actionId);

/** Uses of connections fill the log, and everything else does; few entries are about what azfed keeps. */
export function isOfInterest({ actionId }: Pick<AuditEntry, 'actionId'>): boolean {
  return inProject.has(actionId) || inSeveral.has(actionId);
}

/** Where more projects have changed, looking at all of them costs less. */
const MOST_PROJECTS = 5;

export function classifyAuditEntries(entries: readonly AuditEntry[]): AuditClassification {
  const ours = entries.filter(isOfInterest);
  const projects = [...new Set(ours.flatMap(({ projectId }) => projectId ?? []))].sort();
  const isWide = ours.some(({ actionId, projectId }) => inSeveral.has(actionId) || projectId === undefined);
  return {
    isWhole: isWide || projects.length > MOST_PROJECTS,
    projects,
    deletions: ours.filter(isDeletion).flatMap(listEvidence),
  };
}

function listEvidence({ id, connectionId, at, actor }: AuditEntry): readonly DeletionEvidence[] {
  return connectionId === undefined ? [] : [{ connectionId, entryId: id, at, actor }];
}

/**
 * Who did what, as far as the entries name connections or projects by their ids; of several changes the latest. Somebody who
 * does a thing to one connection has done nothing to the others of its project.
 */
export function listAttributedChanges(
  entries: readonly AuditEntry[],
  { id: organizationId, url }: Pick<Organization, 'id' | 'url'>,
): readonly AttributedChange[] {
  const inOrder = [...entries].sort((a, b) => a.at - b.at);
  const changes = inOrder.flatMap((entry): readonly AttributedChange[] => {
    const of = entry.connectionId ?? (entry.actionId.startsWith('Project.') ? entry.projectId : undefined);
    return of === undefined || entry.actor === ''
      ? []
      : [{ organizationId, of, actor: toActor(entry, `${url}/_settings/audit`) }];
  });
  return [...new Map(changes.map((change) => [change.of, change])).values()];
}

function toActor({ id, actionId, at, actor }: AuditEntry, link: string): KnownActor {
  const time = formatInstant(at);
  return { source: 'audit-log', principal: actor, eventId: id, eventName: actionId, time, link };
}
