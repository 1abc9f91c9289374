import type { ConnectionRecord, LocalAzureDevOpsState } from '../state/state.ts';

/** Something that subscriptions of a project are told of. */
export interface HookEvent {
  readonly organizationId: string;
  readonly projectId: string;
  readonly eventType: 'ms.vss-endpoint.endpoint-created' | 'ms.vss-endpoint.endpoint-updated';
  readonly connection: ConnectionRecord;
}

/** Connections by their id, as they were when somebody looked. */
export type KnownConnections = ReadonlyMap<string, Seen>;

interface Seen {
  readonly organizationId: string;
  readonly connection: ConnectionRecord;
}

export function indexConnections({ organizations }: LocalAzureDevOpsState): KnownConnections {
  return new Map(
    organizations.flatMap(({ id: organizationId, connections }) =>
      connections.map((connection) => [connection.id, { organizationId, connection }]),
    ),
  );
}

/** Nothing tells of what was deleted or shared, or of a project's new name: there are no more than these two events. */
export function deriveEvents(before: KnownConnections, after: KnownConnections): readonly HookEvent[] {
  return [...after.values()].flatMap(({ organizationId, connection }) => {
    const known = before.get(connection.id)?.connection;
    if (known === connection) return [];
    const eventType = known ? 'ms.vss-endpoint.endpoint-updated' : 'ms.vss-endpoint.endpoint-created';
    return connection.references.map(({ projectId }) => ({
      organizationId,
      projectId,
      eventType,
      connection,
    }));
  });
}

/** The body of the documentation's sample (azure-devops-docs, service hooks events), as `minimal` details leave it. */
export function hookBody(
  { organizationId, projectId, eventType, connection }: HookEvent,
  ids: { readonly subscriptionId: string; readonly notificationId: number; readonly id: string },
): object {
  return {
    ...ids,
    eventType,
    publisherId: 'tfs',
    message: null,
    detailedMessage: null,
    resource: { id: connection.id, type: connection.type, authorization: null, projectIds: [] },
    resourceVersion: '1.0-preview.1',
    resourceContainers: { collection: { id: organizationId }, project: { id: projectId } },
  };
}
