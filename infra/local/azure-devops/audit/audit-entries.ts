import type { ConnectionRecord, OrganizationRecord, ProjectRecord } from '../state/state.ts';

/** Something that was done, before the log has given it an id, a time and an actor. */
export interface AuditedAct {
  readonly actionId: string;
  readonly projectId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the audit log reports of the way from one state of an organization to the next (azure-devops-docs, auditing-events). */
export function deriveActs(before: OrganizationRecord, after: OrganizationRecord): readonly AuditedAct[] {
  if (before === after) return [];
  const renamed: readonly AuditedAct[] =
    before.name === after.name
      ? []
      : [
          {
            actionId: 'Organization.Update.Rename',
            data: { PreviousOrganizationName: before.name, OrganizationName: after.name },
          },
        ];
  return [...renamed, ...projectActs(before, after), ...connectionActs(before, after)];
}

function projectActs(before: OrganizationRecord, after: OrganizationRecord): readonly AuditedAct[] {
  return after.projects.flatMap((project) => {
    const known = before.projects.find(({ id }) => id === project.id);
    return known ? changesOfProject(known, project) : [];
  });
}

function changesOfProject(before: ProjectRecord, after: ProjectRecord): readonly AuditedAct[] {
  const act = (actionId: string, data: AuditedAct['data']) => ({ actionId, projectId: after.id, data });
  const renamed = before.name !== after.name;
  return [
    ...(renamed
      ? [
          act('Project.UpdateRenameCompleted', {
            PreviousProjectName: before.name,
            ProjectName: after.name,
          }),
        ]
      : []),
    ...(before.state === after.state
      ? []
      : [
          act(after.state === 'deleted' ? 'Project.SoftDeleteCompleted' : 'Project.RestoreCompleted', {
            ProjectName: after.name,
          }),
        ]),
  ];
}

function connectionActs(before: OrganizationRecord, after: OrganizationRecord): readonly AuditedAct[] {
  const known = new Map(before.connections.map((connection) => [connection.id, connection]));
  const left = new Set(after.connections.map(({ id }) => id));
  const changed = after.connections
    .filter((connection) => known.get(connection.id) !== connection)
    .flatMap((connection) => changesOfConnection(known.get(connection.id), connection));
  const deleted = before.connections
    .filter(({ id }) => !left.has(id))
    .map((connection) =>
      connection.references.length > 1
        ? buildAct(connection, 'DeletedFromMultipleProjects')
        : buildAct(connection, 'Deleted', connection.references[0]?.projectId),
    );
  return [...changed, ...deleted];
}

function changesOfConnection(
  before: ConnectionRecord | undefined,
  after: ConnectionRecord,
): readonly AuditedAct[] {
  if (!before) return [buildAct(after, 'Created', after.references[0]?.projectId)];
  const known = new Set(before.references.map(({ projectId }) => projectId));
  const left = new Set(after.references.map(({ projectId }) => projectId));
  const shared = after.references.filter(({ projectId }) => !known.has(projectId));
  const unshared = before.references.filter(({ projectId }) => !left.has(projectId));
  const references = [
    ...shared.map(({ projectId }) => buildAct(after, 'Shared', projectId)),
    ...unshared.map(({ projectId }) => buildAct(after, 'Deleted', projectId)),
  ];
  if (references.length > 0) return references;
  const action = before.isDisabled === after.isDisabled ? 'Modified' : 'PropertyChanged';
  return [buildAct(after, action, after.references[0]?.projectId)];
}

function buildAct(connection: ConnectionRecord, action: string, projectId?: string): AuditedAct {
  return {
    actionId: `Library.ServiceConnection${action}`,
    ...(projectId === undefined ? {} : { projectId }),
    data: {
      ConnectionId: connection.id,
      ConnectionName: connection.references[0]?.name ?? '',
      ConnectionType: connection.type,
      ...(projectId === undefined ? {} : { ProjectId: projectId }),
    },
  };
}
