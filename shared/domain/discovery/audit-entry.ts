import type { KnownActor } from '../attribution/actor.ts';
import type { Organization } from '../configuration/configuration.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../kernel/ids.ts';

/** One entry of an organization's audit log. Everything but the ids is text from outside, and nothing is decided by it. */
export interface AuditEntry {
  /** As the log has it: a text of at most 256 characters. */
  readonly id: string;
  readonly actionId: string;
  /** ISO time. */
  readonly at: string;
  readonly projectId?: ProjectId;
  readonly connectionId?: ConnectionId;
  /** User principal name, or what the service has in its place; at most 200 characters. */
  readonly actor: string;
}

/** That a connection was deleted, as the log tells it: worth something only where a whole list does not show it. */
export interface DeletionEvidence {
  readonly connectionId: ConnectionId;
  readonly entryId: string;
  /** ISO time of the deletion. */
  readonly at: string;
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
    deletions: ours.filter(({ actionId }) => ofDeletion.has(actionId)).flatMap(evidenceIn),
  };
}

function evidenceIn({ id, connectionId, at, actor }: AuditEntry): readonly DeletionEvidence[] {
  return connectionId === undefined ? [] : [{ connectionId, entryId: id, at, actor }];
}

/**
 * Who did what, as far as the entries name connections or projects by their ids; of several deeds the latest. Somebody who
 * does a thing to one connection has done nothing to the others of its project.
 */
export function listAttributedChanges(
  entries: readonly AuditEntry[],
  { id: organizationId, url }: Pick<Organization, 'id' | 'url'>,
): readonly AttributedChange[] {
  const inOrder = [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const deeds = inOrder.flatMap((entry): readonly AttributedChange[] => {
    const of = entry.connectionId ?? (entry.actionId.startsWith('Project.') ? entry.projectId : undefined);
    return of === undefined || entry.actor === ''
      ? []
      : [{ organizationId, of, actor: actorOf(entry, `${url}/_settings/audit`) }];
  });
  return [...new Map(deeds.map((deed) => [deed.of, deed])).values()];
}

function actorOf({ id, actionId, at, actor }: AuditEntry, link: string): KnownActor {
  return { source: 'audit-log', principal: actor, eventId: id, eventName: actionId, time: at, link };
}
